# ruff: noqa: F811 (tests take a fixture by its name, and this one is imported)
import os
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import launch, worker
from pipeline.jobs.job import REQUEST, Job, Training
from pipeline.progress import Progress
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint
from tests.dashboard.test_pages import app, text  # noqa: F401


@pytest.fixture
def store(tmp_path) -> Store:
    """An empty store of the test's own."""
    return Store(tmp_path / "models")


@pytest.fixture
def job(store) -> Iterator[Job]:
    """A training that is running."""
    folder = store.folder / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(launch._as_json(Training(TrainConfig(network="pixels"))))
    with worker.alive(folder):
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
        assert "Validation accuracy after epoch 2" in text(at)
        stop_button(at).click().run()
        assert job.asked_to_stop
        assert stop_button(at).disabled
        assert "Stopping after this step. Then the best of 2 epochs is tested" in text(at)

    def test_it_is_inactive_while_the_run_is_being_saved(self, app, store, job):
        worker.StatusWriter(job.folder).report(Progress("Mapping", 0, 1, stoppable=False))
        at = app("train", store)
        assert stop_button(at).disabled
        assert "Its run is being saved, which cannot be stopped." in text(at)


class TestFoldersOfOtherVersions:
    def test_a_job_that_cannot_be_read_is_a_note_below_the_form(self, app, store):
        folder = store.folder / ".jobs" / "20261121-101500-ab12"
        folder.mkdir(parents=True)
        (folder / REQUEST).write_text('{"train": {"depth": 3}}')
        at = app("train", store)
        assert "another version of Inkling" in text(at)
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
