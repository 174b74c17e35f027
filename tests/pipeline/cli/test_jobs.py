"""`inkling jobs` and `inkling train --queue`, on one store with a dashboard."""

import json

import pytest
from typer.testing import CliRunner

from pipeline import access
from pipeline.cli.main import app
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import queue, worker
from pipeline.jobs.job import REQUEST, list_jobs
from pipeline.jobs.requests import Training
from pipeline.progress import Progress
from pipeline.store.runs import Store

TRAININGS = [Training(TrainConfig(dataset="digits", network="pixels", seed=n)) for n in range(3)]


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def inkling(store: Store, *arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--models", str(store.folder)])
    if isinstance(done.exception, InklingError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_training_is_added_to_the_queue(store, children):
    settings = ("train", "--dataset", "digits", "--network", "pixels", "--queue")
    assert inkling(store, *settings).endswith(" is started\n")
    assert inkling(store, *settings, "--seed", "1").endswith(" waits as number 1\n")
    added = json.loads(inkling(store, *settings, "--seed", "2", "--json"))
    assert (added["place"], len(children)) == (2, 1)
    assert list_jobs(store)[0].request == TRAININGS[2]


def test_a_training_of_several_workers_waits_like_any_other(store, children):
    settings = ("train", "--dataset", "digits", "--network", "pixels", "--queue", "--workers", "2")
    inkling(store, *settings, "--on", "ray://head:1")
    config = TRAININGS[0].config
    assert list_jobs(store)[0].request == Training(config, workers=2, on="ray://head:1")


def test_a_dataset_that_is_not_there_is_not_queued(store, children):
    with pytest.raises(InklingError, match="no dataset"):
        inkling(store, "train", "--dataset", "/nowhere/at/all", "--queue")
    assert list_jobs(store) == []


def test_they_are_listed_moved_removed_and_stopped(store, children, monkeypatch):
    first, second, third = queue.add(TRAININGS, store)
    with pytest.raises(InklingError, match="Several jobs match"):
        inkling(store, "jobs", "remove", "20")
    assert "is number 1 of those" in inkling(store, "jobs", "move", third.id)
    assert [line.split(":")[0] for line in inkling(store, "jobs").splitlines()] == [
        f"now {first.id}  pixels on digits, default, seed 0",
        f"1.  {third.id}  pixels on digits, default, seed 2",
        f"2.  {second.id}  pixels on digits, default, seed 1",
    ]
    with pytest.raises(InklingError, match=f"jobs remove {second.id}"):
        inkling(store, "jobs", "stop", second.id)
    assert "is removed" in inkling(store, "jobs", "remove", second.id)
    assert "is asked to stop" in inkling(store, "jobs", "stop", "--discard")
    assert first.asked_to_discard
    children[0].end("stopped")
    listed = inkling(store, "jobs")  # and who looks moves it on
    assert f"now {third.id}" in listed
    assert f"-   {first.id}  pixels on digits, default, seed 0: stopped, nothing kept" in listed
    assert len(children) == 2
    children[1].die()
    with pytest.raises(InklingError, match="Nothing runs"):
        inkling(store, "jobs", "stop")


def test_a_long_history_is_cut_and_told_as_json(store, children):
    for number in range(25):
        queue.add([TRAININGS[0]], store)
        children[number].end("failed", message="Too dark.")
    (newest, *_) = list_jobs(store)
    (newest.folder / "output.txt").write_text("It is\ntoo dark.\n")
    (newest.folder / REQUEST).write_text('{"dream": {}}')
    listed = inkling(store, "jobs")
    assert "A job that cannot be read: failed" in listed
    assert "another version of Inkling" in listed
    assert "… and 5 more jobs: --all lists them." in listed
    assert inkling(store, "jobs", "--all").count("Too dark.") == 24
    rows = json.loads(inkling(store, "jobs", "--json"))
    assert [row["state"] for row in rows] == ["failed"] * 25
    assert inkling(store, "jobs", "log", newest.id) == "It is\ntoo dark.\n"


def test_read_only_lists_and_changes_nothing(store, children, monkeypatch):
    (first, second) = queue.add(TRAININGS[:2], store)
    worker.StatusWriter(first.folder).report(Progress("Training"))
    monkeypatch.setenv(access.READ_ONLY, "1")
    assert f"1.  {second.id}" in inkling(store, "jobs")
    for change in (("move", second.id), ("remove", second.id), ("stop",)):
        with pytest.raises(InklingError, match="read-only"):
            inkling(store, "jobs", *change)
