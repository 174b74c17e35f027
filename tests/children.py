"""Stands for the processes of jobs: what is started without any, and ends when a test says so."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from pipeline.jobs import launch, worker
from pipeline.jobs.job import State


class Child:
    """A job's process: it holds the lock that it inherited until it dies."""

    def __init__(self, command: list[str], *, pass_fds: list[int], **options: object) -> None:
        self.folder, self.gone = Path(command[4]), threading.Event()
        self._lock = os.dup(pass_fds[0])

    def wait(self) -> None:
        self.gone.wait()

    def end(self, state: State = "finished", run_id: str = "", message: str = "") -> None:
        worker.StatusWriter(self.folder).end(state, run_id, message)
        self.die()

    def die(self) -> None:
        os.close(self._lock)
        self.gone.set()


def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Child]]:
    """Start no process from now on; yield what would have been started, oldest first."""
    born: list[Child] = []

    def start(*arguments: object, **options: object) -> Child:
        born.append(Child(*arguments, **options))
        return born[-1]

    monkeypatch.setattr(launch, "subprocess", Mock(wraps=subprocess, Popen=start))
    yield born
    for child in born:
        if not child.gone.is_set():
            child.die()
