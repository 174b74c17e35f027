"""Runs are handed over one after the other, whatever trackers do, and nobody waits for it."""

import shutil
import signal
import threading
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import InklingError
from pipeline.export.trackers import recording as module
from pipeline.export.trackers.recording import recording
from pipeline.progress import Progress, silent
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.pipeline.export.trackers.conftest import Listener

RUNS = ("first", "second", "third")


@pytest.fixture
def store(tmp_path: Path, tiny_run: Run) -> Store:
    """A store with three runs."""
    for name in RUNS:
        shutil.copytree(tiny_run.folder, tmp_path / "models" / name)
    return Store(tmp_path / "models")


class Slow(Listener):
    """Takes no run before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def record(self, run: Run) -> str:
        self.may.wait()
        return super().record(run)


class Picky(Listener):
    """Refuses the first run, and only that."""

    def record(self, run: Run) -> str:
        if run.id == "first":
            raise TypeError("a fault")
        return super().record(run)


def told(*names: str) -> list[object]:
    return [("record", name) for name in names]


def test_nobody_waits_for_a_tracker_before_the_end(store, capsys):
    slow, said = Slow(), list[Progress]()
    with recording([slow], store, "key", said.append) as recorder:
        for name in (*RUNS, "first"):
            recorder.add(name)
        assert slow.told == []
        slow.may.set()
    assert slow.told == told(*RUNS)
    assert [progress.note for progress in said] == ["writing runs to Listener"]
    assert capsys.readouterr().err == ""


def test_what_a_tracker_has_is_not_sent_again(store):
    listener = Listener(told=told("second"))
    with recording([listener], store, "key", silent) as recorder:
        for name in RUNS:
            recorder.add(name)
    assert listener.told == told("second", "first", "third")


def test_one_that_is_away_is_said_once_with_what_catches_up(store, capsys):
    away, here = Listener(away=True), Listener()
    with recording([away, here], store, "key", silent) as recorder:
        for name in RUNS:
            recorder.add(name)
    assert here.told == told(*RUNS)
    assert capsys.readouterr().err == (
        "Listener: Nobody is there. The runs are kept, and “inkling track first second third "
        "--to listener --sweep key” catches up.\n"
    )


def test_of_many_that_it_lacks_none_is_named(store, capsys, monkeypatch):
    monkeypatch.setattr(module, "MOST_NAMED", 2)
    with recording([Listener(away=True)], store, "key", silent) as recorder:
        for name in RUNS:
            recorder.add(name)
    assert capsys.readouterr().err == (
        "Listener: Nobody is there. 3 runs are kept. The same sweep again hands them over, and "
        "trains nothing that is done.\n"
    )


def test_one_that_comes_back_gets_what_it_lacks(store, capsys):
    listener, slow = Listener(away=True), Slow()
    with recording([listener], store, "key", lambda _: slow.may.wait()) as recorder:
        recorder.add("first")
        while recorder._lines[0]._why == "":  # it was offered
            pass
        listener.away = False
        recorder.add("second")
        slow.may.set()
    assert listener.told == told("second", "first")
    assert capsys.readouterr().err == ""


def test_a_run_that_is_refused_costs_the_others_nothing(store, capsys):
    picky = Picky()
    with recording([picky], store, "key", silent) as recorder:
        for name in RUNS:
            recorder.add(name)
    assert picky.told == told("second", "third")
    said = capsys.readouterr().err
    assert "It failed: TypeError, a fault. The run is kept, and “inkling track first --to" in said


def test_a_run_that_was_deleted_is_not_missed(store, capsys):
    listener = Listener()
    with recording([listener], store, "key", silent) as recorder:
        for name in ("gone", "first"):
            recorder.add(name)
    assert listener.told == told("first")
    assert capsys.readouterr().err == ""


def test_what_ends_a_sweep_ends_it_after_its_runs_are_handed_over(store):
    slow = Slow()

    def end() -> None:
        with recording([slow], store, "key", silent) as recorder:
            recorder.add("first")
            slow.may.set()
            raise InklingError("The disk is full.")

    with pytest.raises(InklingError, match="full"):
        end()
    assert slow.told == told("first")


def test_who_presses_ctrl_c_at_the_end_does_not_wait(store, capsys):
    slow = Slow()
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)  # raises KeyboardInterrupt
    try:
        press = partial(signal.setitimer, signal.ITIMER_REAL, 0.2)
        with recording([slow], store, "key", lambda _: press()) as recorder:
            recorder.add("first")
            recorder.add("second")
        assert "It was not waited for. The runs are kept" in capsys.readouterr().err
    finally:
        signal.signal(signal.SIGALRM, before)
        slow.may.set()
