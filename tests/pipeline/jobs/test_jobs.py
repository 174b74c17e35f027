import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import access
from pipeline.cli.job import NICENESS
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import launch, queue, worker
from pipeline.jobs.job import ENDED, STATUS, Job, Status, list_jobs
from pipeline.jobs.requests import Fetch, Sweeping, TakeApart, Training
from pipeline.jobs.worker import StatusWriter
from pipeline.progress import Progress
from pipeline.store import interrupted
from pipeline.store.runs import Store
from pipeline.sweeps.plan import Sweep

pytestmark = pytest.mark.process

QUICK = Training(TrainConfig(dataset="digits", network="pixels", epochs=2))
PATIENCE = 240  # seconds; only what fails takes so long, and a busy machine some of it
ENDLESS = Training(TrainConfig(dataset="digits", network="cnn", epochs=1000))


def wait_for(job: Job, *states: str, seconds: float = PATIENCE) -> Status:
    deadline = time.monotonic() + seconds
    while (status := job.status()).state not in states:
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return status


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def test_a_training_in_the_background_publishes_its_run(store):
    (job,) = queue.add([QUICK], store)
    assert not job.status().ended
    status = wait_for(job, *ENDED)
    assert status.state == "finished", status.message
    assert len(status.history) == 2
    run = store.open(status.run_id)
    assert run.info.config.network == "pixels"
    assert [j.id for j in list_jobs(store)] == [job.id]
    assert len(store.entries()) == 1  # the jobs' folder is no run


def test_stop_keeps_the_best_epoch_as_a_stopped_run(store):
    (job,) = queue.add([ENDLESS], store)
    deadline = time.monotonic() + PATIENCE
    while len(job.status().history) < 2:
        assert time.monotonic() < deadline, job.status()
        time.sleep(0.05)
    # Clicks on pages come first, also where Linux shares its cores among sessions.
    process = int((job.folder / "pid").read_text())
    assert os.getpriority(os.PRIO_PROCESS, process) >= NICENESS
    shared = Path(f"/proc/{process}/autogroup")
    assert not shared.exists() or shared.read_text().endswith(f"nice {NICENESS}\n")
    job.stop()
    status = wait_for(job, *ENDED)
    assert status.state == "stopped"
    (run,) = store.runs()  # its best epoch so far
    assert run.id == status.run_id
    assert run.info.status == "stopped"
    assert "stopped in epoch" in run.info.note == status.message
    job.stop()  # once more does no harm


def test_a_killed_training_is_reported_as_failed(store):
    (job,) = queue.add([ENDLESS], store)
    wait_for(job, "running")
    os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    status = wait_for(job, *ENDED)
    assert status.state == "failed"
    assert "ended before the job was done" in status.message
    (after,) = queue.add([QUICK], store)
    assert after.status().state != "waiting"  # the dead one is not in the way


def test_a_killed_training_can_go_on_where_it_was(store):
    long = TrainConfig(dataset="digits", network="shallow", epochs=30, batch_size=8)
    (job,) = queue.add([Training(long)], store)
    deadline = time.monotonic() + PATIENCE
    while len(job.status().history) < 2:
        assert time.monotonic() < deadline, job.status()
        time.sleep(0.01)
    assert interrupted.list_interrupted(store) == []  # it is still going on
    os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    assert wait_for(job, *ENDED).state == "failed"
    (kept,) = interrupted.list_interrupted(store)
    done = len(kept.rows())
    assert 2 <= done < 30
    (again,) = queue.add([Training(kept.config(), resume=True)], store)
    status = wait_for(again, *ENDED)
    assert status.state == "finished", status.message
    history = store.open(status.run_id).history()
    assert history["epoch"].tolist() == list(range(1, 31))
    assert interrupted.list_interrupted(store) == []


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_sweep_that_breaks_off_goes_on_with_what_is_left(store, few_digits, how):
    plan = Sweep.of(
        dataset=few_digits, networks=("pixels",), presets=("quick",), seeds=(0, 1), epochs=2,
        learning_rate=(0.001, 0.01), budget=2,
    )  # fmt: skip
    (job,) = queue.add([Sweeping(plan)], store)
    deadline = time.monotonic() + PATIENCE
    while not store.runs():
        assert time.monotonic() < deadline, job.status()
        time.sleep(0.01)
    if how == "stopped":
        job.stop()
    else:
        os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    assert wait_for(job, *ENDED).state == ("stopped" if how == "stopped" else "failed")
    before = {run.id for run in store.runs()}
    assert len(before) < 6
    (again,) = queue.add([job.request], store)
    status = wait_for(again, *ENDED)
    assert status.state == "finished", status.message
    runs = store.runs()
    assert before < {run.id for run in runs}
    assert {run.info.status for run in runs} == {"finished"}
    settings = {(run.info.config.learning_rate, run.info.config.seed) for run in runs}
    assert len(settings) == len(runs) == 6  # each once: three with one seed, then with the other
    assert interrupted.list_interrupted(store) == []
    assert "explained by each alone" in again.log()


def test_a_failing_training_says_why(store):
    (job,) = queue.add([Training(TrainConfig(dataset="/nowhere/at/all"))], store)
    status = wait_for(job, *ENDED)
    assert status.state == "failed"
    assert "no dataset" in status.message


def test_fetching_a_dataset_is_a_job_too(store):
    (job,) = queue.add([Fetch("digits")], store)
    assert wait_for(job, *ENDED).state == "finished"
    assert job.request == Fetch("digits")
    assert store.entries() == []


def test_taking_a_run_apart_is_a_job_too(store, tiny_run):
    folder = store.folder / tiny_run.id
    shutil.copytree(tiny_run.folder, folder)
    for name in ("anatomy.npz", "gradients.tflite"):
        (folder / name).unlink()
    (job,) = queue.add([TakeApart(tiny_run.id)], store)
    assert wait_for(job, *ENDED).state == "finished"
    assert job.request == TakeApart(tiny_run.id)
    found = store.open(tiny_run.id)
    assert found.anatomy() is not None
    assert found.gradient_bytes() == tiny_run.gradient_bytes()


def test_a_process_that_never_comes_up_is_noticed(store, monkeypatch):
    real = subprocess.Popen
    monkeypatch.setattr(
        launch.subprocess, "Popen",
        lambda command, **kw: real([sys.executable, "-c", "print('no luck'); exit(3)"], **kw),
    )  # fmt: skip
    (job,) = queue.add([QUICK], store)
    status = wait_for(job, *ENDED, seconds=10)
    assert status.state == "failed"
    assert "no luck" in status.message


def test_read_only_starts_and_stops_nothing(store, monkeypatch):
    monkeypatch.setenv(access.READ_ONLY, "1")
    with pytest.raises(InklingError, match="read-only"):
        queue.add([QUICK], store)
    with pytest.raises(InklingError, match="read-only"):
        Job(store.folder).stop()
    assert list_jobs(store) == []


def test_the_status_file_tells_the_newest_and_keeps_each_epoch(tmp_path):
    writer = StatusWriter(tmp_path)
    for epoch, history in ((1, (0.5,)), (1, (0.5,)), (2, (0.5, 0.75))):
        writer.report(Progress("Training", epoch, 2, history=history))
    writer.report(Progress("Exporting", 2, 2))
    with worker.working(tmp_path):  # a new stage is told at once
        assert Job(tmp_path).status().progress.stage == "Exporting"
    writer.end("finished", run_id="r")
    with worker.working(tmp_path):
        status = Job(tmp_path).status()
    assert status.history == (0.5, 0.75)
    assert (status.state, status.run_id, status.progress.done) == ("finished", "r", 2)


@pytest.mark.cluster
def test_a_sweep_that_ray_makes_is_stopped_and_goes_on_as_any_other(store, few_digits):
    plan = Sweep.of(
        dataset=few_digits, networks=("pixels", "shallow"), presets=("quick",), seeds=(0, 1, 2),
        epochs=3,
    )  # fmt: skip
    (job,) = queue.add([Sweeping(plan, "local")], store)
    deadline = time.monotonic() + 120
    while not store.runs():
        assert time.monotonic() < deadline, (job.status(), job.log())
        time.sleep(0.01)
    job.stop()
    assert wait_for(job, *ENDED).state == "stopped"
    assert len(store.runs()) < 6
    (again,) = queue.add([job.request], store)
    status = wait_for(again, *ENDED, seconds=180)
    assert status.state == "finished", status.message
    assert len(store.runs()) == 6
    assert interrupted.list_interrupted(store) == []


@pytest.mark.cluster
def test_a_training_of_several_workers_is_a_job_too(store, few_digits):
    config = TrainConfig(dataset=few_digits, network="pixels", epochs=2)
    (job,) = queue.add([Training(config, workers=2)], store)
    status = wait_for(job, *ENDED, seconds=180)
    assert status.state == "finished", status.message
    assert len(store.open(status.run_id).history()) == 2


def test_what_ended_a_job_is_in_its_log_before_it_is_over_if_its_status_cannot_be_written(
    tmp_path, capfd
):
    (tmp_path / STATUS).mkdir()
    with worker.working(tmp_path):
        with pytest.raises(InklingError):
            StatusWriter(tmp_path).end("failed", message="The disk is full.")
        assert capfd.readouterr().out == "The disk is full.\n"
