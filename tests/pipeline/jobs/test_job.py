"""What a job folder says, and stopping a job, without any process."""

import errno
import json
import os
import platform
import signal
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.export.trackers.choice import TrackerName, Tracking
from pipeline.jobs import alive, history, requests, worker
from pipeline.jobs.job import LIVE, REQUEST, STATUS, WAITS, Job
from pipeline.jobs.requests import Auditing, Retraining, Series, Sweeping, TakeApart, Training
from pipeline.progress import Discarded, Progress
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.store.searches import Tried
from pipeline.sweeps import results, sweeping
from pipeline.sweeps.plan import Sweep
from pipeline.sweeps.resources import Resources
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.film import Film
from pipeline.training.snapshot import Snapshot

REQUESTED = Training(TrainConfig(network="pixels", epochs=2))


@pytest.fixture
def job(tmp_path) -> Job:
    """A job that was requested; nobody works on it."""
    folder = tmp_path / "models" / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(requests.write(REQUESTED))
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
        with worker.working(job.folder):
            worker.StatusWriter(job.folder).report(Progress("Training", 1, 2))
            assert not job.asked_to_stop
            job.stop()
            job.stop()  # a second Ctrl-C would cost its best epoch
        assert job.asked_to_stop
        assert killed == [(os.getpid(), signal.SIGINT)]

    def test_a_job_of_another_container_is_asked_without_a_signal(self, job, killed, monkeypatch):
        with worker.working(job.folder):
            worker.StatusWriter(job.folder).report(Progress("Training", 1, 2))
            monkeypatch.setattr(platform, "node", lambda: "elsewhere")
            job.stop()  # the number of its process may be somebody else's here
        assert job.asked_to_stop
        assert not killed

    def test_a_job_that_has_ended_is_left_alone(self, job, killed):
        worker.StatusWriter(job.folder).end("finished", "some-run")
        job.stop()
        assert not killed
        assert not job.asked_to_stop

    def test_a_job_whose_process_is_not_up_yet_stops_at_its_first_report(self, job, monkeypatch):
        (job.folder / WAITS).touch()
        assert job.status().state == "waiting"
        lock = alive.take(job.folder)
        assert job.status().state == "starting"
        os.close(lock)
        job.stop()

        def train(config, store, data, report, *, resume, tracking, **_):
            report(Progress("Starting"))
            raise AssertionError("it went on")

        worked(job, monkeypatch, train)
        status = job.status()
        assert (status.state, status.message) == ("stopped", "The job was stopped.")

    def test_nothing_stops_it_once_its_run_is_being_saved(self, job, monkeypatch):
        def train(config, store, data, report, *, resume, tracking, **_):
            report(Progress("Mapping", stoppable=False))
            assert not job.status().progress.stoppable
            signal.raise_signal(signal.SIGINT)
            job.stop()
            report(Progress("Done", stoppable=False))
            return SimpleNamespace(id="a-run", info=SimpleNamespace(note=""))

        worked(job, monkeypatch, train)
        assert (job.status().state, job.status().run_id) == ("finished", "a-run")


DAMAGED = ["", "{", "[]", "3", '{"train": 5}', '{"train": {"depth": 3}}', '{"dream": {}}',
           '{"train": {"network": "resnet"}}', '{"train": {"epochs": "many"}}']  # fmt: skip


def test_a_disk_that_is_full_ends_a_job_and_nobody_takes_it_for_alive(job, monkeypatch):
    write = worker.atomic.write_text

    def full(path, text, **options):
        if path.name == STATUS and "epoch 2" in text:
            raise InklingError(f"{path} could not be written: the disk is full.")
        write(path, text, **options)

    def train(config, store, data, report, *, resume, tracking, **_):
        monkeypatch.setattr(worker.atomic, "write_text", full)
        for epoch in (1, 2):
            report(Progress("Training", note=f"epoch {epoch}", history=(0.5,) * epoch))

    with pytest.raises(InklingError, match="the disk is full"):
        worked(job, monkeypatch, train)
    status = job.status()
    assert (status.state, status.history) == ("failed", (0.5,))
    assert "ended before the job was done" in status.message


@pytest.mark.parametrize("resume", [True, False])
def test_who_discards_what_was_resumed_discards_what_it_goes_on_from(tmp_path, digits, resume):
    store = Store(tmp_path / "models")
    config = TrainConfig(dataset="digits", network="pixels", epochs=9).resolved(len(digits.y_train))
    place = InterruptedTraining.of(store, config, digits.fingerprint)
    place.save(config, Checkpoint())

    def discard(progress):  # before TensorFlow is loaded
        raise Discarded

    with pytest.raises(Discarded):
        worker.train(config, store, None, discard, resume=resume)
    assert place.exists() != resume  # another training with its settings has not touched it


def test_what_fails_after_its_run_was_published_still_tells_of_it(job, monkeypatch):
    def train(config, store, data, report, *, resume, tracking, **_):
        report(Progress("Mapping", 0, 1))
        report(Progress("Mapping", 0, 1, run_id="a-run", stoppable=False))
        assert job.status().run_id == "a-run"  # at once, as it may be killed
        raise InklingError("The disk is full.")

    with pytest.raises(InklingError, match="disk is full"):
        worked(job, monkeypatch, train)
    status = job.status()
    assert (status.state, status.run_id, status.message) == ("failed", "a-run", "The disk is full.")
    (entry,) = history.read(Store(job.folder.parents[1]))
    assert entry.outcome == "failed, run kept"


def test_killed_after_its_run_was_published_it_says_so(job):
    with worker.working(job.folder):
        worker.StatusWriter(job.folder).report(Progress("Completing", run_id="a-run"))
    status = job.status()
    assert (status.state, status.run_id) == ("failed", "a-run")
    assert status.message.startswith("The process ended after its run was saved, but before")


class TestFoldersOfOtherVersions:
    @pytest.mark.parametrize("request_text", DAMAGED)
    def test_a_request_that_cannot_be_read_is_one_sentence(self, job, request_text):
        store = Store(job.folder.parents[1])
        (entry,) = history.read(store)
        assert (entry.job, entry.request, entry.unreadable) == (job, REQUESTED, "")
        (job.folder / REQUEST).write_text(request_text)
        (entry,) = history.read(store)
        assert entry.request is None
        assert str(job.folder) in entry.unreadable
        assert "cannot be read" in entry.unreadable

    def test_what_a_newer_version_adds_to_a_status_is_ignored(self, job):
        worker.StatusWriter(job.folder).end("finished", "a-run")
        raw = json.loads((job.folder / STATUS).read_text())
        raw["progress"]["speed"] = raw["host"] = 5
        (job.folder / STATUS).write_text(json.dumps(raw))
        assert job.status().run_id == "a-run"

    @pytest.mark.parametrize(
        "status", ["", "{", "[]", '{"state": "dreaming"}', '{"progress": {"stage": []}}',
                   '{"state": "running", "history": "no"}'],
    )  # fmt: skip
    def test_a_status_that_cannot_be_read_has_failed_unless_it_runs(self, job, status):
        (job.folder / STATUS).write_text(status)
        assert job.status().state == "failed"
        assert "cannot be read" in job.status().message
        with worker.working(job.folder):
            assert job.status().state == "running"

    def test_a_status_of_an_older_version_is_read(self, job):
        progress = {"stage": "Training", "done": 1, "total": 2, "note": "", "metrics": {}}
        old = {"state": "stopped", "progress": progress, "run_id": "", "message": "It was stopped.",
               "history": [0.5, 0.75]}  # fmt: skip
        (job.folder / STATUS).write_text(json.dumps(old))
        assert job.status().history == (0.5, 0.75)
        assert job.status().progress == Progress("Training", 1, 2)


class TestSnapshot:
    def test_it_is_there_before_the_status_tells_of_it_and_gone_with_the_job(
        self, job, monkeypatch
    ):
        shown = Snapshot(({"epoch": 1.0},), 2, ("a", "b"), False, np.zeros((1, 2, 2, 1), np.uint8),
                         Film.begin({}, is_whole=False))  # fmt: skip

        def train(config, store, data, report, *, resume, tracking, **_):
            assert job.snapshot() is None
            report(Progress("Training", 1, 2, history=(0.5,), picture=shown.save))
            assert job.snapshot().class_names == ("a", "b")
            report(Progress("Training", 2, 2, history=(0.5,)))
            assert job.snapshot().rows == ({"epoch": 1.0},)
            return SimpleNamespace(id="a-run", info=SimpleNamespace(note=""))

        worked(job, monkeypatch, train)
        assert job.status().history == (0.5,)
        assert job.snapshot() is None

    def test_a_full_disk_is_one_sentence_and_what_was_there_stays(self, job):
        (job.folder / LIVE).write_bytes(b"before")

        def full(file):
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.raises(InklingError, match="the disk is full"):
            worker.StatusWriter(job.folder).report(Progress("Training", 1, 2, picture=full))
        assert (job.folder / LIVE).read_bytes() == b"before"
        assert sorted(path.name for path in job.folder.iterdir() if "live" in path.name) == [LIVE]

    @pytest.mark.parametrize("content", [b"", b"PK cut off", b"no archive at all"])
    def test_one_that_cannot_be_read_is_none(self, job, content):
        (job.folder / LIVE).write_bytes(content)
        assert job.snapshot() is None

    def test_neither_is_one_of_another_version(self, job):
        np.savez(job.folder / LIVE, facts=np.array("[]"))
        assert job.snapshot() is None


def test_an_audit_is_carried_out_as_it_was_asked_for(job, monkeypatch):
    asked = Auditing(TrainConfig(dataset="digits", network="shallow", seed=4), folds=3, repeats=2)
    (job.folder / REQUEST).write_text(requests.write(asked))
    assert job.request == asked
    audited = []

    def audit(config, store, data, report, *, folds, repeats):
        audited.append((config, folds, repeats))

    monkeypatch.setattr(worker, "audit", audit)
    worked(job, monkeypatch, None)
    assert audited == [(asked.config, 3, 2)]
    assert job.status().state == "finished"
    assert history.title(asked) == "Check the labels of digits, 6 × shallow, default"


def test_a_retraining_is_carried_out_as_it_was_asked_for(job, monkeypatch):
    asked = Retraining("some-run", 3, Tracking((TrackerName.TENSORBOARD,)))
    (job.folder / REQUEST).write_text(requests.write(asked))
    assert job.request == asked
    taught = []

    def retrain(run, store, data, report, *, seed, tracking):
        taught.append((run, seed, tracking))
        return SimpleNamespace(id="published", info=SimpleNamespace(note=""))

    monkeypatch.setattr(worker, "retrain", retrain)
    monkeypatch.setattr(Store, "open", lambda store, run_id: run_id)
    worked(job, monkeypatch, None)
    assert taught == [("some-run", 3, asked.tracking)]
    assert (job.status().state, job.status().run_id) == ("finished", "published")


SWEEP = Sweep.of(
    dataset="digits", networks=("pixels",), presets=("quick",), seeds=(0, 1), augmentation=(0, 1)
)


def test_a_sweep_is_read_as_it_was_asked_for(job):
    tracking = Tracking((TrackerName.MLFLOW,), "http://127.0.0.1:5000")
    for asked in (
        Sweeping(SWEEP),
        Sweeping(SWEEP, "ray://head:1", Resources(2, 0.5)),
        Sweeping(SWEEP, tracking=tracking),
    ):
        (job.folder / REQUEST).write_text(requests.write(asked))
        assert job.request == asked


def test_the_run_of_a_sweep_is_one_of_its_best_settings_with_most_seeds(job, monkeypatch, capsys):
    (job.folder / REQUEST).write_text(requests.write(Sweeping(SWEEP, "local")))
    rows = [  # the best of all was trained once, as a search tries it
        {**dict.fromkeys(results.SETTINGS, 0), "network": "pixels", "preset": "quick",
         "augmentation": strength, "seed": seed, "run": f"{strength}-{seed}",
         "accuracy": accuracy, "val_accuracy": accuracy}
        for strength, seed, accuracy in
        [(0.1, 0, 0.95), (0.2, 1, 0.94), (0.2, 0, 0.9), (0.3, 0, 0.8), (0.3, 1, 0.81)]
    ]  # fmt: skip
    asked = []

    def sweep(plan, store, data, report, *, on, resources, tracking):
        asked.append((plan, on, resources, tracking.to))
        report(Progress("Sweeping", 1, 2, run_id="one-of-many"))
        assert job.status().run_id == ""
        return sweeping.Swept(results.as_table(rows), (), 5)

    run = SimpleNamespace(info=SimpleNamespace(note="stopped in epoch 1"))
    monkeypatch.setenv("INKLING_TRACK", "tensorboard")
    monkeypatch.setattr(sweeping, "sweep", sweep)
    monkeypatch.setattr(
        Store, "open", lambda store, run_id: SimpleNamespace(id=run_id, **vars(run))
    )
    worked(job, monkeypatch, None)
    assert asked == [(SWEEP, "local", Resources(), (TrackerName.TENSORBOARD,))]
    assert (job.status().state, job.status().run_id) == ("finished", "0.2-0")
    assert "augmentation 0.2" in capsys.readouterr().out


def test_to_discard_a_sweep_keeps_the_runs_that_it_has_made(job, monkeypatch):
    (job.folder / REQUEST).write_text(requests.write(Sweeping(SWEEP)))

    def sweep(plan, store, data, report, **_):
        job.stop(discard=True)
        report(Progress("Sweeping", 1, 2))

    monkeypatch.setattr(sweeping, "sweep", sweep)
    worked(job, monkeypatch, None)
    assert (job.status().state, job.status().message) == ("stopped", "The job was stopped.")


def test_a_sweep_without_any_run_has_failed_and_says_why(job, monkeypatch):
    (job.folder / REQUEST).write_text(requests.write(Sweeping(SWEEP)))
    lost = Tried(key="k", dataset="d", config=TrainConfig(), failed="The loss became NaN.")
    found = sweeping.Swept(results.as_table([]), (lost,), 0)
    monkeypatch.setattr(sweeping, "sweep", lambda *_, **__: found)
    with pytest.raises(InklingError):
        worked(job, monkeypatch, None)
    assert job.status().state == "failed"
    assert job.status().message.endswith("gave a run. The loss became NaN.")


SERIES = Series((Training(TrainConfig(network="pixels")), TakeApart("some-run")))


class TestSeries:
    def test_it_is_read_as_it_was_asked_for(self, job):
        (job.folder / REQUEST).write_text(requests.write(SERIES))
        assert job.request == SERIES

    def test_one_is_done_after_the_other(self, job, monkeypatch):
        (job.folder / REQUEST).write_text(requests.write(SERIES))
        done, run = [], SimpleNamespace(id="published", info=SimpleNamespace(note=""))

        def train(config, store, data, report, *, resume, tracking, **_):
            done.append(config.network)
            return run

        monkeypatch.setattr(worker.evaluation, "take_apart", done.append)
        monkeypatch.setattr(Store, "open", lambda store, run_id: run_id)
        worked(job, monkeypatch, train)
        assert done == ["pixels", "some-run"]
        assert (job.status().state, job.status().run_id) == ("finished", "published")

    def test_what_is_left_is_skipped_when_it_is_stopped(self, job, monkeypatch):
        (job.folder / REQUEST).write_text(requests.write(SERIES))
        done = []

        def train(config, store, data, report, *, resume, tracking, **_):
            done.append(config.network)
            job.stop()  # such as while it is saved: then its run is kept, and the rest is left

        monkeypatch.setattr(worker.evaluation, "take_apart", done.append)
        worked(job, monkeypatch, train)
        assert done == ["pixels"]
        assert job.status().state == "stopped"
