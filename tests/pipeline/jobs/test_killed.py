"""Trainings killed, or out of disk, at any moment: they end as if nothing had happened."""

import random
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from pipeline.config import TrainConfig
from pipeline.jobs import launch, queue
from pipeline.jobs.job import ENDED, Job
from pipeline.jobs.requests import Request, Training
from pipeline.store import interrupted
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import tally
from tests.pipeline.jobs.test_jobs import wait_for

pytestmark = pytest.mark.process

# A job's process that kills itself right before one of its operations on files of the store, the
# n-th that fits a pattern, or has no disk left from then on. Between two of them, nothing that
# others can see changes.
DOOMED = """
import errno, os, re, runpy, signal, sys

fault, pattern, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
store, told = sys.argv[4], open(sys.argv[5], "a")
sys.argv = ["inkling", *sys.argv[6:]]
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree")

def look(event, arguments):
    global left
    changes = event in CHANGES or event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if not changes or not str(arguments[0]).startswith(store):
        return
    said = f"{event} {str(arguments[0])[len(store):]}"
    if re.fullmatch(pattern, said):
        left -= 1
        print(said, file=told, flush=True)
        if left == 0 and fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
    if left <= 0 and fault == "full" and event in ("open", "os.rename", "os.mkdir"):
        raise OSError(errno.ENOSPC, "No space left on device")

sys.addaudithook(look)
runpy.run_module("pipeline.cli", run_name="__main__", alter_sys=True)
"""
ANY, NEVER = ".*", 10**6


class Undisturbed(NamedTuple):
    """What comes of the training if nobody kills it, and how often its process changes files."""

    predictions: pd.DataFrame
    changes: int


@pytest.fixture(scope="module")
def training(few_digits: str) -> Training:
    return Training(TrainConfig(dataset=few_digits, network="pixels", epochs=4, seed=5))


@pytest.fixture(scope="module")
def undisturbed(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    store = Store(folder / "models")
    with pytest.MonkeyPatch.context() as patch:
        told = doom(patch, store, "killed", ANY, NEVER)
        (job,) = queue.add([training], store)
        status = wait_for(job, *ENDED)
    assert status.state == "finished", status.message
    return Undisturbed(store.open("latest").predictions(), len(told.read_text().splitlines()))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def doom(patch: pytest.MonkeyPatch, store: Store, fault: str, pattern: str, count: int) -> Path:
    """Let jobs' processes meet a fault before they change files for the n-th time."""
    real, told = subprocess.Popen, store.folder.with_name("told.txt")

    def start(command: list[str], **options: object) -> subprocess.Popen:
        doomed = [sys.executable, "-c", DOOMED, fault, pattern, str(count), store.folder, told]
        return real([*map(str, doomed), *command[3:]], **options)

    patch.setattr(launch.subprocess, "Popen", start)
    return told


def go_on(store: Store, training: Training) -> Run:
    """Do what a person does next: resume what is offered; start anew where nothing is left."""
    for entry in store.entries():
        assert isinstance(entry, Run), entry.reason
    offered = interrupted.list_interrupted(store)
    if offered or not store.runs():
        resumed = Training(offered[0].config(), resume=True) if offered else training
        (job,) = queue.add([resumed], store)
        status = wait_for(job, *ENDED)
        assert status.state == "finished", status.message
    (run,) = store.runs()
    return run


def doomed(store: Store, request: Request, fault: str, pattern: str, count: int) -> Job:
    """Do something in a process that meets a fault; return the job when it has ended."""
    with pytest.MonkeyPatch.context() as patch:
        doom(patch, store, fault, pattern, count)
        (job,) = queue.add([request], store)
        wait_for(job, *ENDED)
    return job


def check(run: Run, store: Store, undisturbed: Undisturbed) -> None:
    """Check that a run is what an undisturbed training gives, and that nothing else is left."""
    assert run.predictions().equals(undisturbed.predictions)
    assert run.history()["epoch"].tolist() == [1, 2, 3, 4]
    assert run.film().epochs[-1] == 4
    assert interrupted.list_interrupted(store) == []
    queue.move_on(store)  # whoever looks next clears away what a killed writer left
    drafts = store.folder.rglob(f".*.{'?' * 8}")
    assert [one for one in drafts if one.stat().st_size and one.is_file()] == []


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        (r"os.rename .*/\.state\.npz\..*", 3),  # the third epoch is computed, and not yet kept
        (r"os.rename /\.\d{8}-.*", 1),  # the run is written, and not yet to be seen
        (r"os.remove .*/state\.npz", 1),  # it is published, and its checkpoint still there
    ],
)
def test_a_training_killed_in_the_worst_moment_ends_as_if_nobody_had(
    store, training, undisturbed, pattern, count
):
    job = doomed(store, training, "killed", pattern, count)
    assert "ended before the job was done" in job.status().message
    with tally.fault():
        check(go_on(store, training), store, undisturbed)


@pytest.mark.parametrize(
    ("pattern", "count", "epochs"),
    [
        (r"open .*/\.state\.npz\..*", 3, 2),  # a checkpoint
        (r"open .*/\.live\.npz\..*", 2, 2),  # a frame of the film, as the page shows it
        (r"open .*/film\.npz", 1, 4),  # the film of the run
    ],
)
def test_out_of_disk_it_says_so_and_keeps_what_it_had(store, training, pattern, count, epochs):
    job = doomed(store, training, "full", pattern, count)
    assert job.status().state == "failed"
    assert "the disk is full. Free some space and try again" in job.status().message
    with tally.fault():
        assert store.entries() == []
        (kept,) = interrupted.list_interrupted(store)
        assert len(kept.load().rows) == epochs


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["killed", "full"])
@pytest.mark.parametrize("share", [random.Random(seed).random() for seed in range(20)])
def test_whatever_happens_at_any_moment_it_ends_as_if_nothing_had(
    store, training, undisturbed, fault, share
):
    job = doomed(store, training, fault, ANY, 1 + int(share * undisturbed.changes))
    assert job.status().state in {"failed", "finished"}  # it writes its status now and then
    with tally.fault():
        check(go_on(store, training), store, undisturbed)
