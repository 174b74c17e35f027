import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets import live
from dashboard.words.text import plain
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset, take_in
from pipeline.errors import InklingError
from pipeline.jobs import queue, requests, worker
from pipeline.jobs.job import LIVE, REQUEST, Job, list_jobs
from pipeline.jobs.requests import Adding, Retraining, Training
from pipeline.progress import Progress
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.snapshot import Snapshot
from tests.dashboard.test_pages import text
from tests.pipeline.data.test_readers import write_idx_folder


@pytest.fixture
def store(tmp_path) -> Store:
    """An empty store of the test's own."""
    return Store(tmp_path / "models")


@pytest.fixture
def job(store) -> Iterator[Job]:
    """A training that is running."""
    folder = store.folder / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(requests.write(Training(TrainConfig(network="pixels"))))
    with worker.working(folder):
        yield Job(folder)


def stop_button(at: AppTest):
    return next(button for button in at.button if button.label == "Stop")


class TestStop:
    def test_it_says_what_it_keeps_and_then_what_it_waits_for(self, app, store, job, monkeypatch):
        monkeypatch.setattr(os, "kill", lambda pid, number: None)
        worker.StatusWriter(job.folder).report(
            Progress("Training", 60, 90, "epoch 3 of 3", history=(0.8, 0.9))
        )
        at = app("train", store)
        assert "Stop keeps the best of 2 epochs so far." in text(at)
        assert plain("Validation accuracy 90.0%, best 90.0% (epoch 2)") in text(at)
        stop_button(at).click().run()
        assert job.asked_to_stop
        assert stop_button(at).disabled
        assert "Stopping after this step. Then the best of 2 epochs is tested" in text(at)

    def test_what_there_is_to_see_is_shown_and_does_without(self, app, store, job, tiny_run):
        film = tiny_run.film()
        seen = Snapshot(
            rows=({"epoch": 1, "val_accuracy": 0.8, "val_loss": 0.5, "learning_rate": 0.01},),
            epochs=3,
            class_names=tuple(tiny_run.class_names),
            mnist_framed=True,
            pictures=np.zeros((5, 28, 28, 1), np.uint8),
            moment=film.last(),
        )
        worker.StatusWriter(job.folder).report(
            Progress("Training", 30, 90, "epoch 2 of 3", history=(0.8,), images_per_second=900,
                     seconds_left=8, picture=seen.save)
        )  # fmt: skip
        at = app("train", store)
        assert at.code[0].value.count("\n") == live.LOG_LINES - 1  # as long as it will be
        said = text(at)
        assert "900 images a second · learning rate 0.01 · about 8 s of training left" in said
        assert plain("Validation loss 0.5, lowest 0.5 (epoch 1)") in said
        (job.folder / LIVE).write_bytes(b"damaged")
        said = text(app("train", store))
        assert plain("Validation accuracy 80.0%, best 80.0% (epoch 1)") in said

    def test_it_can_leave_nothing_behind(self, app, store, job, monkeypatch):
        monkeypatch.setattr(os, "kill", lambda pid, number: None)
        worker.StatusWriter(job.folder).report(
            Progress("Training", 60, 90, "epoch 3 of 3", history=(0.8, 0.9))
        )
        at = app("train", store)
        next(button for button in at.button if button.label == "Stop and discard").click().run()
        assert job.asked_to_discard
        assert "Stopping. Nothing will be saved." in text(at)
        worker.StatusWriter(job.folder).end("stopped", message="The job was stopped.")

    def test_a_retraining_is_watched_like_a_training(self, app, store, job):
        (job.folder / REQUEST).write_text(requests.write(Retraining("a-run")))
        worker.StatusWriter(job.folder).report(Progress("Training", 30, 90, history=(0.8,)))
        said = text(app("train", store))
        assert plain("Validation accuracy 80.0%, best 80.0% (epoch 1)") in said

    def test_it_is_inactive_while_the_run_is_being_saved(self, app, store, job):
        worker.StatusWriter(job.folder).report(Progress("Mapping", 0, 1, stoppable=False))
        at = app("train", store)
        assert stop_button(at).disabled
        assert "Its run is being saved, which cannot be stopped." in text(at)


class TestFoldersOfOtherVersions:
    def test_a_job_that_cannot_be_read_is_in_the_history_with_the_reason(self, app, store):
        folder = store.folder / ".jobs" / "20261121-101500-ab12"
        folder.mkdir(parents=True)
        (folder / REQUEST).write_text('{"train": {"depth": 3}}')
        at = app("train", store, job=folder.name)
        assert "another version of Inkling" in at.dataframe[0].value["why"][0]
        assert r"another version of Inkling\." in text(at)
        assert any(button.label == "Train" for button in at.button)

    @pytest.mark.parametrize("facts", ["[]", "{}", '{"rows": [{"accuracy": 1}]}', '{"rows": "no"}'])
    def test_neither_does_a_damaged_checkpoint_take_the_page_down(self, app, store, facts):
        place = InterruptedTraining(store.folder / ".checkpoints" / "abc")
        place.save(TrainConfig(network="pixels", epochs=9), Checkpoint())
        np.savez(place.folder / "state.npz", facts=np.array(facts))
        with pytest.raises(InklingError, match="damaged"):
            place.load()
        at = app("train", store)
        assert "checkpoint" in at.warning[0].value
        assert {"Discard", "Train"} <= {button.label for button in at.button}
        assert all(button.label != "Resume" for button in at.button)


class TestAdding:
    @pytest.fixture
    def started(self, monkeypatch) -> list[tuple[Adding, bytes | None]]:
        found: list[tuple[Adding, bytes | None]] = []
        monkeypatch.setattr(
            queue, "add", lambda requests, store, upload: found.append((*requests, upload))
        )
        return found

    @pytest.fixture
    def form(self, app, store) -> AppTest:
        at = app("train", store, train_what="add-a-trained-one")
        at.selectbox(key="train_dataset").select("digits")
        at.text_input(key="add_name").set_value("Theirs")
        return at

    def add(self, at: AppTest) -> None:
        next(button for button in at.button if button.label == "Add").click().run()
        assert not at.exception

    def test_a_file_on_this_machine(self, form, started):
        form.text_input(key="add_path").set_value(" ~/net.keras ").run()
        form.selectbox(key="add_pixels").select("signed").run()
        self.add(form)
        path = str(Path("~/net.keras").expanduser())
        assert started == [(Adding(path, "digits", "Theirs", pixels="signed"), None)]

    def test_an_upload(self, form, started):
        form.file_uploader(key="add_upload").set_value(("net.keras", b"PK", "")).run()
        self.add(form)
        assert started == [(Adding("net.keras", "digits", "Theirs", uploaded=True), b"PK")]

    def test_what_is_missing_is_said(self, form, started):
        self.add(form)
        assert "Choose a .keras file" in form.error[0].value.replace("\\", "")
        assert started == []

    def test_more_than_50_mb_are_refused(self, store):
        request = Adding("net.keras", "digits", uploaded=True)
        with pytest.raises(InklingError, match="up to 50 MB"):
            queue.add([request], store, bytes(50 * 2**20 + 1))
        assert list_jobs(store) == []

    def test_its_progress_and_its_outcome(self, app, store, tiny_run):
        folder = store.folder / ".jobs" / "20261121-101500-ab12"
        folder.mkdir(parents=True)
        request = Adding("/somewhere/my_[net](x).keras", "digits")
        (folder / REQUEST).write_text(requests.write(request))
        with worker.working(folder):
            worker.StatusWriter(folder).report(Progress("Loading", note="my_[net](x).keras"))
            at = app("train", store)
            assert r"Adding **my\_\[net\]\(x\)\.keras**, tested on **digits**." in text(at)
            assert not stop_button(at).disabled
            assert "epoch" not in text(at)
        worker.StatusWriter(folder).end("failed", message="my_[net](x).keras is a folder.")
        assert r"my\_\[net\]" in app("train", store).error[0].value
        worker.StatusWriter(folder).end("stopped", message="The job was stopped.")
        assert "was not added" in app("train", store).warning[0].value


class TestDatasets:
    @pytest.fixture(autouse=True)
    def cache(self, tmp_path, monkeypatch):
        monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "cache"))

    @pytest.fixture
    def started(self, monkeypatch) -> list[Training]:
        found: list[Training] = []
        monkeypatch.setattr(queue, "add", lambda requests, store, upload: found.extend(requests))
        return found

    @pytest.fixture
    def animals(self, tmp_path):
        return write_idx_folder(tmp_path / "animals", images=30)

    def train(self, at: AppTest) -> None:
        next(button for button in at.button if button.label == "Train").click().run()

    def test_an_own_dataset_is_offered_again(self, app, store, started, animals):
        open_dataset(str(animals))
        take_in("mine", animals)
        at = app("train", store)
        choice = at.selectbox(key="train_dataset")
        assert choice.value == "mnist-5k"
        assert choice.options[-3:] == [f"mine – {animals}", f"animals – {animals}", "your own…"]
        for label in choice.options[-3:-1]:
            at.selectbox(key="train_dataset").select(label).run()
            self.train(at)
        assert [request.config.dataset for request in started] == ["mine", str(animals)]
        assert not at.error

    def test_a_path_is_checked_as_soon_as_it_is_typed(self, app, store, started, animals, tmp_path):
        at = app("train", store)
        at.selectbox(key="train_dataset").select("your own…").run()
        at.text_input(key="train_path").set_value(str(tmp_path / "nowhere")).run()
        assert "There is no dataset" in at.error[0].value
        at.text_input(key="train_path").set_value("[a](b)").run()
        assert r"“\[a\]\(b\)”" in at.error[0].value  # a name is no Markdown
        (tmp_path / "empty").mkdir()
        at.text_input(key="train_path").set_value(str(tmp_path / "empty")).run()
        assert "one subfolder of images per class" in at.error[0].value
        self.train(at)
        assert not started
        at.text_input(key="train_path").set_value(f" {animals} ").run()
        assert not at.error
        self.train(at)
        assert started == [Training(TrainConfig(dataset=str(animals)))]

    def test_the_form_keeps_what_was_typed(self, app, store, animals):
        at = app("train", store)
        at.selectbox(key="train_dataset").select("your own…").run()
        at.text_input(key="train_path").set_value(str(animals))
        at.selectbox(key="train_network").select("pixels")
        at.selectbox(key="train_preset").select("quick")
        at.number_input(key="train_epochs").set_value(7)
        at.number_input(key="train_seed").set_value(3).run()
        at.switch_page("app_pages/overview.py").run()
        at.switch_page("app_pages/train.py").run()
        assert not at.exception
        assert at.text_input(key="train_path").value == str(animals)
        assert at.selectbox(key="train_network").value == "pixels"
        assert at.selectbox(key="train_preset").value == "quick"
        assert at.number_input(key="train_epochs").value == 7
        assert at.number_input(key="train_seed").value == 3
        at.selectbox(key="train_dataset").select("digits").run()
        at.selectbox(key="train_dataset").select("your own…").run()
        assert at.text_input(key="train_path").value == str(animals)

    def test_a_dataset_that_is_gone_by_now_is_forgotten(self, app, store, animals):
        folder = take_in("mine", animals).x_train.filename
        at = app("train", store)
        at.selectbox(key="train_dataset").select(f"mine – {animals}").run()
        at.switch_page("app_pages/overview.py").run()
        shutil.rmtree(Path(folder).parent)
        at.switch_page("app_pages/train.py").run()
        assert not at.exception
        assert at.selectbox(key="train_dataset").value == "mnist-5k"
