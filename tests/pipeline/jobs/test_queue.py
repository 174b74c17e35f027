"""The queue: what is started when, whoever looks and whoever is killed."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import SimpleNamespace

import pytest

from pipeline import access
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs import alive, launch, queue
from pipeline.jobs.job import (
    ENDED,
    JOBS,
    REQUEST,
    UPLOAD,
    Job,
    list_jobs,
    running,
)
from pipeline.jobs.requests import Adding, Training
from pipeline.store import interrupted
from pipeline.store.runs import Store
from tests.pipeline.jobs.test_jobs import ENDLESS, QUICK, wait_for

TRAININGS = [Training(TrainConfig(dataset="digits", network="pixels", seed=n)) for n in range(3)]


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def seeds(jobs: list[Job]) -> list[int]:
    return [job.request.config.seed for job in jobs]


class TestOrder:
    def test_they_are_done_one_after_another(self, store, children):
        jobs = queue.add(TRAININGS, store)
        assert [job.status().state for job in jobs] == ["starting", "waiting", "waiting"]
        assert queue.move_on(store) is None  # one runs
        children[0].end()
        assert queue.move_on(store) == jobs[1]
        children[1].end("stopped")
        assert seeds(queue.waiting(store)) == [2]
        assert queue.move_on(store) == jobs[2]
        children[2].die()  # as by kill -9
        assert jobs[2].status().state == "failed"
        assert queue.move_on(store) is None
        assert len(children) == 3

    @pytest.mark.parametrize(
        ("place", "order"),
        [(1, [2, 0, 1]), (2, [0, 2, 1]), (3, [0, 1, 2]), (0, [2, 0, 1]), (99, [0, 1, 2])],
    )
    def test_they_are_put_into_another_order(self, store, children, place, order):
        queue.add([QUICK], store)
        jobs = queue.add(TRAININGS, store)
        queue.move(jobs[2], place, store)
        assert seeds(queue.waiting(Store(store.folder))) == order  # as another dashboard sees it
        queue.add([TRAININGS[0]], store)
        assert seeds(queue.waiting(store)) == [*order, 0]  # a new one comes last
        children[0].end()
        assert queue.move_on(store) == jobs[order[0]]

    def test_one_that_somebody_waits_for_is_next(self, store, children):
        _, *others = queue.add(TRAININGS, store)
        queue.move(others[1], 1, store)
        (next_one,) = queue.add([QUICK], store, first=True)
        assert queue.waiting(store) == [next_one, others[1], others[0]]
        children[0].end()
        assert queue.move_on(store) == next_one
        (at_once,) = queue.add([QUICK], Store(store.folder.parent / "empty"), first=True)
        assert at_once.status().state == "starting"

    @pytest.mark.parametrize("damaged", ["", "{", "3", "[3, null]", '["20200101-000000-0000"]'])
    def test_a_damaged_order_is_that_of_asking(self, store, children, damaged):
        jobs = queue.add([QUICK, *TRAININGS], store)
        queue.move(jobs[3], 1, store)
        (store.folder / JOBS / queue.ORDER).write_text(damaged)
        assert seeds(queue.waiting(store)) == [0, 1, 2]

    def test_too_many_at_once_are_refused(self, store):
        with pytest.raises(InklingError, match="101 jobs are too many"):
            queue.add([QUICK] * 101, store)
        assert list_jobs(store) == []


class TestRemoving:
    def test_one_that_waits_is_gone(self, store, children):
        jobs = queue.add(TRAININGS, store)
        queue.remove(jobs[1], store)
        assert seeds(queue.waiting(store)) == [2]
        for late in (lambda: queue.remove(jobs[1], store), lambda: queue.move(jobs[1], 1, store)):
            with pytest.raises(InklingError, match=r"already removed|no longer waits"):
                late()

    def test_one_that_runs_has_to_be_stopped_first(self, store, children):
        (job,) = queue.add([QUICK], store)
        with pytest.raises(InklingError, match=r"is running\. Stop it first"):
            queue.remove(job, store)
        with pytest.raises(InklingError, match="no longer waits"):
            queue.move(job, 1, store)
        children[0].end()
        queue.remove(job, store)
        assert list_jobs(store) == []

    def test_one_is_given_up_whether_it_runs_or_waits(self, store, children):
        first, second = queue.add(TRAININGS[:2], store)
        queue.give_up(second, store)
        queue.give_up(first, store)
        assert list_jobs(store) == [first]
        assert first.asked_to_stop


class TestClock:
    @pytest.mark.parametrize(
        ("newest", "expected"),
        [
            ("", "20261122-101500-0000"),
            ("20261122-101459-ffff", "20261122-101500-0000"),
            ("20261122-101500-0000", "20261122-101500-0001"),  # the second in a second
            ("20271122-000000-00ff", "20271122-000000-0100"),  # the clock was set back by a year
            ("by-hand", "20261122-101500-0000"),
        ],
    )
    def test_a_new_job_sorts_last(self, newest, expected):
        assert launch.next_id(datetime(2026, 11, 22, 10, 15), newest) == expected

    def test_a_job_goes_on_while_the_clock_is_set_back(self, store, children):
        (job,) = queue.add([QUICK], store)
        day = 24 * 60 * 60
        os.utime(job.folder, times=(job.folder.stat().st_atime + day,) * 2)
        assert job.status().state == "starting"
        children[0].die()
        assert job.status().state == "failed"


class TestOthers:
    def test_of_many_who_look_at_once_one_starts_it(self, store, children):
        queue.add(TRAININGS, store)
        children[0].end()
        with ThreadPoolExecutor(8) as everybody:
            started = [*everybody.map(lambda _: queue.move_on(Store(store.folder)), range(8))]
        assert len(children) == 2
        assert sum(job is not None for job in started) == 1

    def test_what_a_newer_version_asked_for_waits_for_it(self, store, children):
        jobs = queue.add(TRAININGS, store)
        (jobs[1].folder / REQUEST).write_text('{"dream": {}}')
        children[0].end()
        assert queue.move_on(store) == jobs[2]
        assert queue.waiting(store) == [jobs[1]]

    def test_read_only_looks_and_changes_nothing(self, store, children, monkeypatch):
        jobs = queue.add(TRAININGS, store)
        children[0].end()
        monkeypatch.setenv(access.READ_ONLY, "1")
        assert queue.move_on(store) is None
        assert queue.waiting(store) == jobs[1:]
        for change in (
            lambda: queue.add([QUICK], store),
            lambda: queue.move(jobs[2], 1, store),
            lambda: queue.remove(jobs[2], store),
        ):
            with pytest.raises(InklingError, match="read-only"):
                change()

    def test_nothing_is_started_on_a_full_disk(self, store, children, monkeypatch):
        jobs = queue.add(TRAININGS, store)
        children[0].end()
        usage = namedtuple("usage", "total used free")  # as shutil's, which is private
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
            assert queue.move_on(store) is None
            assert "nearly full" in queue.stuck(store)
        with monkeypatch.context() as patch:
            patch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_files=500, f_favail=99))
            assert "room for 100 files" in queue.stuck(store)
            assert queue.move_on(store) is None
        assert queue.stuck(store) == ""
        assert queue.move_on(store) == jobs[1]

    def test_what_a_killed_process_left_behind_is_cleared(self, store, children):
        (job,) = queue.add([Adding("x.keras", "digits", uploaded=True)], store, b"x")
        half = store.folder / JOBS / ".20261122-101500-0000.abc"
        half.mkdir()
        (half / REQUEST).touch()
        assert list_jobs(store) == [job]
        children[0].gone.wait = lambda: threading.Event().wait()  # its starter is gone, too
        children[0].die()
        queue.add([QUICK], store)
        assert not half.exists()
        assert not (job.folder / UPLOAD).exists()


def test_a_process_that_cannot_be_started_is_not_tried_for_ever(store, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(launch.subprocess, "Popen", refuse)
    with pytest.raises(InklingError, match="Cannot allocate memory"):
        queue.add([QUICK], store)
    (job,) = list_jobs(store)
    assert job.status().state == "failed"
    assert queue.move_on(store) is None


def test_a_lock_is_held_by_whoever_inherits_it(tmp_path):
    lock = alive.take(tmp_path)
    child = os.dup(lock)
    os.close(lock)
    assert alive.held(tmp_path)
    os.close(child)
    assert not alive.held(tmp_path)


# A process that moves the queue on and is killed by itself, before or after the child exists.
KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from unittest.mock import Mock
from pipeline.jobs import launch, queue
from pipeline.store.runs import Store

real = subprocess.Popen

def popen(command, **options):
    if sys.argv[2] == "after":
        child = real([sys.executable, "-c", "import time; time.sleep(600)"], **options)
        Path(sys.argv[1], "child").write_text(str(child.pid))
    os.kill(os.getpid(), signal.SIGKILL)

launch.subprocess.Popen = popen
queue.move_on(Store(Path(sys.argv[1])))
"""


@pytest.mark.process
@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_moves_it_on_may_be_killed_at_any_moment(store, children, when):
    first, second = queue.add(TRAININGS[:2], store)
    children[0].end()
    mover = subprocess.run([sys.executable, "-c", KILLED, str(store.folder), when], check=False)
    assert mover.returncode == -9
    if when == "after":
        pid = int((store.folder / "child").read_text())
        assert running(store) == second  # its process lives
        assert queue.move_on(store) is None
        os.kill(pid, 9)
        while alive.held(second.folder):
            time.sleep(0.01)
    assert second.status().state == "waiting"
    assert queue.move_on(store) == second
    assert len(children) == 2
    assert first.status().state == "finished"


@pytest.mark.process
def test_it_goes_on_while_nobody_looks(store):
    first, second = queue.add([QUICK, TRAININGS[2]], store)
    assert wait_for(second, *ENDED, seconds=240).state == "finished"
    status = first.status()
    assert status.state == "finished", status.message
    assert 0.5 < status.seconds < second.status().began - status.began + 1
    assert status.peak_memory > 100 * 2**20
    assert len(store.runs()) == 2


@pytest.mark.process
def test_a_killed_training_is_not_in_the_way_and_discarding_leaves_nothing(store):
    killed, endless, last = queue.add([ENDLESS, ENDLESS, QUICK], store)
    wait_for(killed, "running")
    os.kill(int((killed.folder / "pid").read_text()), 9)
    assert wait_for(killed, "failed").history == ()
    assert queue.move_on(store) == endless
    while len(endless.status().history) < 1:
        assert not endless.status().ended
        time.sleep(0.05)
    endless.stop(discard=True)
    status = wait_for(endless, *ENDED)
    assert (status.state, status.run_id) == ("stopped", "")
    assert "discarded" in status.message
    assert interrupted.list_interrupted(store) == []
    assert wait_for(last, *ENDED, seconds=240).state == "finished"
    (run,) = store.runs()
    assert run.id == last.status().run_id
    assert json.loads((endless.folder / REQUEST).read_text())["train"]["dataset"] == "digits"
