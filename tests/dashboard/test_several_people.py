"""Several dashboards and a command line on one store, and dashboards that are killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.config import TrainConfig
from pipeline.jobs import alive, queue
from pipeline.jobs.job import ENDED, PID, list_jobs, running
from pipeline.jobs.requests import Training
from pipeline.store import interrupted, promotions
from pipeline.store.runs import Store
from tests import tally
from tests.dashboard.person import Person, words
from tests.pipeline.jobs.test_jobs import PATIENCE, wait_for
from tests.pipeline.jobs.test_killed import go_on

pytestmark = pytest.mark.process

EPOCHS = 30
SETTINGS = {"train_dataset": "digits", "train_network": "pixels", "train_epochs": EPOCHS}
AS_SET = Training(TrainConfig(dataset="digits", network="pixels", epochs=EPOCHS))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.fixture
def meet(store: Store) -> Iterator[Callable[[], Person]]:
    """Let somebody else open the store: a callable."""
    met: list[Person] = []

    def person() -> Person:
        met.append(Person(store))
        return met[-1]

    yield person
    for one in met:
        one.kill()
    kill_training(store)  # of a test that failed


def inkling(store: Store, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--models", str(store.folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kill_training(store: Store) -> None:
    """Kill the process of the job that runs, if there is one."""
    job = running(store)
    if job and (job.folder / PID).exists() and alive.held(job.folder):
        os.kill(int((job.folder / PID).read_text()), signal.SIGKILL)


def test_two_dashboards_and_a_command_line_agree(store, meet, tiny_run):
    for run_id in (tiny_run.id, "another"):
        shutil.copytree(tiny_run.folder, store.folder / run_id)
    first, second = meet(), meet()
    for person in (first, second):
        person.seen()
        person.look(**SETTINGS | {"train_network": "cnn", "train_epochs": 1000})
    # All three start a training in the same instant: one runs, two wait.
    endless = ("--dataset", "digits", "--network", "lenet5", "--epochs", "1000")
    line = inkling(store, "train", *endless, "--queue")
    for person in (first, second):
        person.ask("Train")
    said(line)
    for person in (first, second):
        person.seen()
    jobs = list_jobs(store)
    assert len(jobs) == 3
    now, order = running(store), queue.waiting(store)
    assert {now, *order} == {*jobs}
    listed = json.loads(said(inkling(store, "jobs", "--json")))
    assert [one["id"] for one in sorted(listed, key=lambda one: one["place"] or 0)] == [
        one.id for one in (now, *order)
    ]
    # What one of them does with the queue, the others see.
    said(inkling(store, "jobs", "move", order[1].id, "--to", "1"))
    network = order[1].request.config.network
    assert all(rf"1\. {network}" in person.look() for person in (first, second))
    first.look("Remove")
    second.look("Remove")  # the same one, which is gone: nothing happens
    assert list_jobs(store) == sorted([now, order[0]], key=lambda job: job.id, reverse=True)
    second.look("Remove")
    assert list_jobs(store) == [now]
    first.look("Stop")
    seen = second.look()
    # As soon as that, or later.
    steps = ("Stopping", "Stopped. The best epoch", "The last training was stopped")
    assert any(step in seen for step in steps), seen
    assert wait_for(now, *ENDED).state == "stopped"
    assert all("The last training was stopped" in person.look() for person in (first, second))
    # Two promotions in the same instant: the slower is done upon the other, or told of it.
    why = ("--because", "It was here first.")  # the rule may say something against it
    promoting = {run.id: inkling(store, "promote", run.id, *why) for run in store.runs()}
    errors = {run_id: process.communicate()[1] for run_id, process in promoting.items()}
    done = {run_id for run_id, process in promoting.items() if process.returncode == 0}
    told = {run_id: errors[run_id] for run_id in promoting.keys() - done}
    assert all("Meanwhile somebody else" in error for error in told.values()), told
    history = promotions.read(store.folder).history
    assert {entry.run for entry in history} == done != set()
    listed = json.loads(said(inkling(store, "runs", "--json")))
    assert [run["id"] for run in listed if run["default"]] == [history[-1].run]


def test_a_training_goes_on_without_the_dashboard_that_started_it(app, store, meet):
    person = meet()
    person.seen()
    person.look(**SETTINGS)
    person.ask("Train")
    wait_until(lambda: running(store))
    person.kill()
    (job,) = list_jobs(store)
    assert wait_for(job, *ENDED).state == "finished"
    assert "Done" in words(app("train", store))


def test_after_both_were_killed_one_click_goes_on(app, store, meet):
    person = meet()
    person.seen()
    person.look(**SETTINGS | {"train_epochs": 1000})
    person.ask("Train")
    wait_until(lambda: list(store.folder.glob(".checkpoints/*/state.npz")))
    person.kill()
    kill_training(store)
    (job,) = list_jobs(store)
    wait_for(job, "failed")
    at = app("train", store)
    assert "The process ended before the job was done" in words(at)
    (kept,) = interrupted.list_interrupted(store)
    next(button for button in at.button if button.label == "Resume").click().run()
    again = running(store)
    assert again.request == Training(kept.config(), resume=True)
    again.stop(discard=True)
    assert wait_for(again, *ENDED).state == "stopped"
    assert interrupted.list_interrupted(store) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_killed_at_any_moment_the_training_can_be_had(app, store, meet, seed):
    chance = random.Random(seed)
    victims = chance.choice(["dashboard", "training", "both"])
    person = meet()
    person.seen()
    person.look(**SETTINGS)
    person.ask("Train")
    time.sleep(chance.uniform(0, 12))  # any moment will do, on any machine
    if victims != "training":
        person.kill()
    if victims != "dashboard":
        kill_training(store)
    app("train", store)  # whoever looks next moves on what nobody started
    for job in list_jobs(store):
        wait_for(job, *ENDED)
    with tally.fault():
        run = go_on(store, AS_SET)
        assert run.history()["epoch"].tolist() == list(range(1, EPOCHS + 1))
        assert interrupted.list_interrupted(store) == []
        assert "Done" in words(app("train", store))
