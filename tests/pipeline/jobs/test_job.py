"""What a job folder says, and stopping a job, without any process."""

import os
import signal
from types import SimpleNamespace

import pytest

from pipeline.config import TrainConfig
from pipeline.jobs import launch, worker
from pipeline.jobs.job import REQUEST, Job, Training
from pipeline.progress import Progress
from pipeline.store.runs import Store

REQUESTED = Training(TrainConfig(network="pixels", epochs=2))


@pytest.fixture
def job(tmp_path) -> Job:
    """A job that was requested; nobody works on it."""
    folder = tmp_path / "models" / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(launch._as_json(REQUESTED))
    return Job(folder)


@pytest.fixture
def killed(monkeypatch) -> list[tuple[int, int]]:
    """The signals that were sent, none of which arrives."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    return sent


def worked(job: Job, monkeypatch, train) -> None:
    """Do a job's work with another `train` than the real one, and put the signals back."""
    monkeypatch.setattr(worker, "train", train)
    before = signal.getsignal(signal.SIGINT)
    try:
        worker.work(job.folder, Store(job.folder.parents[1]))
    finally:
        signal.signal(signal.SIGINT, before)


class TestStop:
    def test_a_job_is_asked_once(self, job, killed):
        with worker.alive(job.folder):
            worker.StatusWriter(job.folder).report(Progress("Training", 1, 2))
            assert not job.asked_to_stop
            job.stop()
            job.stop()  # a second Ctrl-C would cost its best epoch
        assert job.asked_to_stop
        assert killed == [(os.getpid(), signal.SIGINT)]

    def test_a_job_that_has_ended_is_left_alone(self, job, killed):
        worker.StatusWriter(job.folder).end("finished", "some-run")
        job.stop()
        assert not killed
        assert not job.asked_to_stop

    def test_a_job_whose_process_is_not_up_yet_stops_at_its_first_report(self, job, monkeypatch):
        assert job.status().state == "starting"
        job.stop()

        def train(config, store, data, report, *, resume):
            report(Progress("Starting"))
            raise AssertionError("it went on")

        worked(job, monkeypatch, train)
        status = job.status()
        assert (status.state, status.message) == ("stopped", "The job was stopped.")

    def test_nothing_stops_it_once_its_run_is_being_saved(self, job, monkeypatch):
        def train(config, store, data, report, *, resume):
            report(Progress("Mapping", stoppable=False))
            assert not job.status().progress.stoppable
            signal.raise_signal(signal.SIGINT)
            job.stop()
            report(Progress("Done", stoppable=False))
            return SimpleNamespace(id="a-run", info=SimpleNamespace(note=""))

        worked(job, monkeypatch, train)
        assert (job.status().state, job.status().run_id) == ("finished", "a-run")
