"""Trainings killed at any moment: readers see whole runs only, and they end as if nobody had."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from pipeline.config import TrainConfig
from pipeline.jobs import launch, queue
from pipeline.jobs.job import ENDED, Job
from pipeline.jobs.requests import Training
from pipeline.store import interrupted
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.pipeline.jobs.test_jobs import wait_for

pytestmark = pytest.mark.process

# A job's process that kills itself right before one of its operations on files of the store, the
# n-th that fits a pattern. Between two of them, nothing that others can see changes.
DOOMED = """
import os, re, runpy, signal, sys

pattern, left, store, told = sys.argv[1], int(sys.argv[2]), sys.argv[3], open(sys.argv[4], "a")
sys.argv = ["inkling", *sys.argv[5:]]
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
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
runpy.run_module("pipeline.cli", run_name="__main__", alter_sys=True)
"""
ANY = ".*"


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
        told = doom(patch, store, ANY, -1, folder / "told.txt")
        (job,) = queue.add([training], store)
        status = wait_for(job, *ENDED)
    assert status.state == "finished", status.message
    return Undisturbed(store.open("latest").predictions(), len(told.read_text().splitlines()))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def doom(patch: pytest.MonkeyPatch, store: Store, pattern: str, count: int, told: Path) -> Path:
    """Let jobs' processes kill themselves before they change files for the n-th time."""
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen:
        killer = [sys.executable, "-c", DOOMED, pattern, str(count), str(store.folder), str(told)]
        return real([*killer, *command[3:]], **options)

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


def killed(
    store: Store, training: Training, pattern: str, count: int, tmp_path: Path
) -> Iterator[Job]:
    with pytest.MonkeyPatch.context() as patch:
        doom(patch, store, pattern, count, tmp_path / "told.txt")
        (job,) = queue.add([training], store)
        wait_for(job, *ENDED)
    return job


def check(run: Run, store: Store, undisturbed: Undisturbed) -> None:
    """Check that a run is what an undisturbed training gives, and that nothing else is left."""
    assert run.predictions().equals(undisturbed.predictions)
    assert run.history()["epoch"].tolist() == [1, 2, 3, 4]
    assert run.film().epochs[-1] == 4
    assert interrupted.list_interrupted(store) == []
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
    store, training, undisturbed, tmp_path, pattern, count
):
    job = killed(store, training, pattern, count, tmp_path)
    assert "ended before the job was done" in job.status().message
    check(go_on(store, training), store, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("share", [random.Random(seed).random() for seed in range(20)])
def test_a_training_killed_at_any_moment_ends_as_if_nobody_had(
    store, training, undisturbed, tmp_path, share
):
    job = killed(store, training, ANY, 1 + int(share * undisturbed.changes), tmp_path)
    assert job.status().state in {"failed", "finished"}  # it writes its status now and then
    check(go_on(store, training), store, undisturbed)
