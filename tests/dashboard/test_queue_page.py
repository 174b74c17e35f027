"""What waits and what is over, on the Train page."""

import shutil
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.config import TrainConfig
from pipeline.jobs import queue
from pipeline.jobs.job import REQUEST
from pipeline.jobs.requests import Adding, Training
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint
from tests.dashboard.test_pages import text

SWEEP = [
    Training(TrainConfig(network=network, preset="quick", seed=seed))
    for seed in (0, 1)
    for network in ("pixels", "cnn")
]


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def click(at: AppTest, label: str, row: int = 0) -> None:
    [button for button in at.button if button.label == label][row].click().run()
    assert not at.exception


def seconds_of(work: Callable[[], object]) -> float:
    """Measure by the processor's time: others may keep the machine busy."""
    began = time.process_time()
    work()
    return time.process_time() - began


def waiting(at: AppTest) -> list[str]:
    """The titles of what waits, as the page lists them."""
    return [one.value.split(" on ")[0] for one in at.markdown if r" on mnist\-5k" in one.value]


def test_several_are_started_at_once_seed_by_seed(app, store, children):
    at = app("train", store, train_what="train-several")
    at.multiselect(key="sweep_networks").set_value(["pixels", "cnn"])
    at.number_input(key="sweep_seeds").set_value(2).run()
    click(at, "Train 4 networks")
    assert len(children) == 1
    assert [job.request for job in queue.waiting(store)] == SWEEP[1:]
    assert waiting(at) == [r"1\. cnn", r"2\. pixels", r"3\. cnn"]
    assert "3 jobs wait: they are done one after another" in text(at)


def test_nothing_chosen_is_nothing_to_start(app, store):
    at = app("train", store, train_what="train-several")
    at.multiselect(key="sweep_presets").set_value([]).run()
    assert next(one for one in at.button if one.label == "Train 0 networks").disabled


def test_the_order_is_changed_and_jobs_are_removed(app, store, children):
    queue.add(SWEEP, store)
    at = app("train", store)
    click(at, "Earlier", row=1)
    assert waiting(at) == [r"1\. pixels", r"2\. cnn", r"3\. cnn"]
    click(at, "Later", row=0)
    assert waiting(at) == [r"1\. cnn", r"2\. pixels", r"3\. cnn"]
    disabled = [one.disabled for one in at.button if one.label in ("Earlier", "Later")]
    assert disabled == [True, False, False, False, False, True]
    click(at, "Remove", row=1)
    assert waiting(at) == [r"1\. cnn", r"2\. cnn"]
    click(at, "Remove them")
    assert (waiting(at), queue.waiting(store)) == ([], [])


def test_what_somebody_else_was_quicker_with_is_said(app, store, children):
    _, second, _, _ = queue.add(SWEEP, store)
    at = app("train", store)
    queue.remove(second, store)
    click(at, "Remove", row=0)
    assert "already removed" in at.toast[0].value
    assert len(waiting(at)) == 2


def test_whoever_opens_the_page_moves_the_queue_on(app, store, children):
    queue.add(SWEEP[:2], store)
    at = app("train", store)
    assert "Training **pixels**" in text(at)
    children[0].die()  # as by kill -9: nobody else starts the next one
    at.run()
    assert len(children) == 2
    assert "Training **cnn**" in text(at)
    assert list(at.dataframe[0].value["outcome"]) == ["failed"]


def test_what_is_over_is_told_with_its_log(app, store, children):
    first, second = queue.add([Adding("/x/my_[net].keras", "digits"), SWEEP[0]], store)
    children[0].end("failed", message="my_[net].keras is a *folder*.")
    (first.folder / "output.txt").write_text("Adding\n<b>failed</b>\n")
    queue.move_on(store)
    children[1].end("stopped", message="The job was stopped.")
    at = app("train", store, job=first.id)
    table = at.dataframe[0].value
    assert list(table["outcome"]) == ["stopped, nothing kept", "failed"]
    assert table["what"][1] == "Add my_[net].keras, tested on digits"
    assert r"my\_\[net\]\.keras is a \*folder\*" in text(at)
    assert at.code[0].value == "Adding\n<b>failed</b>"
    click(at, "Remove from the history")
    assert list(at.dataframe[0].value["what"]) == ["pixels on mnist-5k, quick, seed 0"]
    assert second.folder.exists()


def test_it_opens_with_200_jobs_some_of_other_versions(app, store, children):
    (job,) = queue.add([SWEEP[0]], store)
    children[0].end()
    for number in range(1, 200):
        copy = shutil.copytree(job.folder, job.folder.with_name(f"20260101-101500-{number:04x}"))
        if number % 10 == 0:
            (copy / REQUEST).write_text('{"train": {"depth": 3}}')
    at = app("train", store)
    table = at.dataframe[0].value
    assert len(table) == 200
    assert (table["what"] == "A job that cannot be read").sum() == 19
    assert min(seconds_of(at.run) for _ in range(3)) < 0.3


@pytest.mark.parametrize(("label", "resume"), [("Resume", True), ("Start again", False)])
def test_what_waits_to_be_resumed_is_not_offered_twice(app, store, children, label, resume):
    place = InterruptedTraining(store.folder / ".checkpoints" / "abc")
    config = TrainConfig(network="pixels", epochs=9)
    row = {"epoch": 1, "loss": 1.0, "val_accuracy": 0.5, "val_loss": 1.0}
    place.save(config, Checkpoint(rows=[row], best_epoch=1))
    queue.add([SWEEP[0]], store)
    at = app("train", store)
    click(at, label)
    assert queue.waiting(store)[0].request == Training(config, resume=resume)
    assert "waits for its turn" in text(at)
    assert not {"Resume", "Start again"} & {one.label for one in at.button}
