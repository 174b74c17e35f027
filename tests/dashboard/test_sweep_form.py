"""A sweep from the Train page: asking for it, watching it, going on with it."""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from pipeline import access
from pipeline.cli.main import app as inkling
from pipeline.jobs import queue, worker
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Sweeping, Training
from pipeline.progress import Progress
from pipeline.store.runs import Store
from pipeline.sweeps.plan import Sweep
from tests.dashboard.test_pages import text

RAY = "ray://head:10001"
SEARCH = Sweep.of(
    dataset="digits", networks=("pixels",), presets=("quick",), seeds=(0, 1),
    learning_rate=(0.001, 0.01), budget=3,
)  # fmt: skip


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def form(app, store):
    """The form, with one network and two seeds."""

    def opened() -> AppTest:
        at = app("train", store, train_what="train-several")
        at.selectbox(key="train_dataset").set_value("digits")
        at.multiselect(key="sweep_networks").set_value(["pixels"])
        at.number_input(key="sweep_seeds").set_value(2).run()
        return at

    return opened


def click(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception


def test_nothing_is_searched_and_no_ray_is_named_unless_somebody_says_so(form, store, children):
    at = form()
    assert not at.select_slider
    assert not at.toggle
    click(at, "Train 2 networks")
    assert [type(job.request) for job in list_jobs(store)] == [Training, Training]


def test_a_search_is_the_one_that_the_command_makes(form, store, children, tmp_path):
    at = form()
    at.multiselect(key="sweep_searched").set_value(["learning_rate"]).run()
    at.select_slider(key="sweep_learning_rate").set_value((0.001, 0.01))
    at.number_input(key="sweep_budget").set_value(3).run()
    said = text(at)
    assert "Up to 7 trainings" in said
    assert "What is in the store already is not trained again." in said
    click(at, "Train up to 7 networks")
    (job,) = list_jobs(store)
    other = Store(tmp_path / "other")
    done = CliRunner().invoke(
        inkling,
        ["sweep", "--dataset", "digits", "--networks", "pixels", "--presets", "quick",
         "--seeds", "0-1", "--learning-rate", "0.001..0.01", "--budget", "3",
         "--models", str(other.folder), "--queue"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert job.request == list_jobs(other)[0].request == Sweeping(SEARCH)
    assert len(children) == 2


def test_what_was_chosen_is_kept_while_other_forms_are_shown(form):
    at = form()
    at.multiselect(key="sweep_searched").set_value(["augmentation", "label_smoothing"]).run()
    at.select_slider(key="sweep_augmentation").set_value((0.2, 0.4)).run()
    at.segmented_control(key="train_what").set_value("Train a network").run()
    at.segmented_control(key="train_what").set_value("Train several").run()
    assert at.multiselect(key="sweep_searched").value == ["augmentation", "label_smoothing"]
    assert at.select_slider(key="sweep_augmentation").value == (0.2, 0.4)


def test_ray_is_offered_where_the_operator_has_one(form, store, children, monkeypatch):
    monkeypatch.setenv(access.RAY, RAY)
    at = form()
    at.toggle(key="sweep_on_ray").set_value(True).run()
    click(at, "Train 2 networks")
    (job,) = list_jobs(store)
    assert isinstance(job.request, Sweeping)
    assert job.request.on == RAY
    assert rf"by Ray at {RAY}".replace("-", r"\-") in text(at).replace("\\", "")


def test_nothing_chosen_is_nothing_to_search(form):
    at = form()
    at.multiselect(key="sweep_searched").set_value(["learning_rate"])
    at.multiselect(key="sweep_networks").set_value([]).run()
    assert next(one for one in at.button if one.label == "Train 0 networks").disabled


def test_it_is_watched_stopped_and_gone_on_with(app, store, children):
    (job,) = queue.add([Sweeping(SEARCH)], store)
    status = worker.StatusWriter(job.folder)
    status.report(Progress("Sweeping", 1500, 7000, "1 of 7 done; pixels, quick", seconds_left=40))
    at = app("train", store)
    said = text(at)
    assert "Sweep of pixels on digits" in said
    assert "About 40 s left" in said
    assert "Stop keeps the runs that are done." in said
    assert "Stop and discard" not in [button.label for button in at.button]
    click(at, "Stop")
    assert job.asked_to_stop
    assert "The runs that are done are kept" in text(at)
    children[0].end("stopped", message="The job was stopped.")
    at.run()
    assert "The sweep was stopped" in text(at)
    assert list(at.dataframe[0].value["outcome"]) == ["stopped, can go on"]
    said = text(app("train", store, job=job.id)).replace("\\", "")
    assert re.search("Stopped( after .*)?, can go on. The job was stopped.", said)
    click(at, "Go on with it")
    assert [one.request for one in list_jobs(store)] == [Sweeping(SEARCH)] * 2


def test_one_that_was_killed_goes_on_from_the_history_too(app, store, children):
    (job,) = queue.add([Sweeping(SEARCH)], store)
    children[0].die()
    at = app("train", store, job=job.id)
    assert "ended before the job was done" in text(at)
    at.button(key=f"go_on_history_{job.id}").click().run()
    assert [one.request for one in list_jobs(store)] == [Sweeping(SEARCH)] * 2


def test_what_came_of_it_leads_to_the_comparison(app, store, children, tiny_run):
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    queue.add([Sweeping(SEARCH)], store)
    children[0].end("finished", tiny_run.id)
    at = app("train", store)
    assert at.success[0].value.startswith("Done. Its best run is right on")
    (link,) = [one.proto for one in at.get("page_link") if "Compare" in one.proto.label]
    assert f"run={tiny_run.id}" in link.query_string
    assert "Go on with it" not in [button.label for button in at.button]
