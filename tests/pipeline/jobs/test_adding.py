"""Networks of others, added in the background: what was uploaded is gone when the job ends."""

import json
import os
import signal
import time

import pytest

from pipeline.jobs import queue, requests, worker
from pipeline.jobs.job import REQUEST, UPLOAD, Job
from pipeline.jobs.requests import Adding
from pipeline.progress import Progress
from pipeline.store.runs import Store
from tests import strangers
from tests.pipeline.jobs.test_jobs import wait_for


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def is_gone(job: Job) -> bool:
    """Whether what was uploaded is deleted: a moment after it is said how the job ended."""
    for _ in range(100):
        if not (job.folder / UPLOAD).exists():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.process
def test_an_uploaded_network_becomes_a_run(tmp_path, store):
    content = strangers.saved(strangers.tutorial(), tmp_path).read_bytes()
    request = Adding("theirs.keras", "digits", "Theirs", uploaded=True)
    (job,) = queue.add([request], store, content)
    assert (job.folder / UPLOAD).stat().st_mode & 0o777 == 0o600
    status = wait_for(job, "finished", "failed", "stopped")
    assert status.state == "finished", status.message
    assert job.request == request
    run = store.open(status.run_id)
    assert (run.info.file, run.about.name) == ("theirs.keras", "Theirs")
    assert is_gone(job)


@pytest.mark.process
def test_what_is_refused_is_a_sentence_and_leaves_nothing(tmp_path, store):
    content = strangers.saved(strangers.tutorial((12, 12, 1)), tmp_path).read_bytes()
    (job,) = queue.add([Adding("theirs.keras", "digits", uploaded=True)], store, content)
    status = wait_for(job, "finished", "failed", "stopped")
    assert status.state == "failed"
    assert status.message.startswith("theirs.keras takes 12×12×1")
    assert store.entries() == []
    assert is_gone(job)


@pytest.mark.process
def test_a_loader_that_crashes_is_a_sentence_and_leaves_nothing(tmp_path, store):
    content = strangers.saved(strangers.tutorial(), tmp_path).read_bytes()
    (job,) = queue.add([Adding("theirs.keras", "digits", uploaded=True)], store, content)
    wait_for(job, "running")
    os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    assert "ended before the job was done" in wait_for(job, "failed").message
    assert is_gone(job)
    assert store.entries() == []


def test_it_can_be_stopped_until_the_run_is_saved(store, monkeypatch):
    folder = store.folder / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(requests.write(Adding("x.keras", "digits", uploaded=True)))
    (folder / UPLOAD).write_bytes(b"x")
    job = Job(folder)

    def add(request, folder, store, report):
        report(Progress("Loading"))
        job.stop()
        report(Progress("Evaluating"))
        raise AssertionError("it went on")

    monkeypatch.setattr(os, "kill", lambda pid, number: None)
    monkeypatch.setattr(worker, "add", add)
    worker.work(folder, store)
    assert job.status().state == "stopped"
    assert not (folder / UPLOAD).exists()


@pytest.mark.parametrize("raw", [{"add": 5}, {"add": {"file": "x"}}, {"add": {"speed": 3}}])
def test_requests_of_other_versions_are_one_sentence(store, raw):
    folder = store.folder / ".jobs" / "20261121-101500-ab12"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text(json.dumps(raw))
    with pytest.raises(Exception, match="cannot be read: it is damaged"):
        _ = Job(folder).request
