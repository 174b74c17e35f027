"""Long work in the background: start it, watch it, stop it; each a child `inkling job`.

A job is a folder in `<store>/.jobs/`: its request, a status file that the child replaces at
every report, its output, and a lock that the child holds while it lives. The operating system
frees that lock however the child ends, so a job never looks alive after its process is gone.
"""

import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from pipeline import access
from pipeline.config import TrainConfig
from pipeline.progress import Progress
from pipeline.store.runs import Store

State = Literal["starting", "running", "finished", "failed", "stopped"]
ENDED: tuple[State, ...] = ("finished", "failed", "stopped")
STATUS, LOG, ALIVE, REQUEST = "status.json", "output.txt", "alive.lock", "job.json"
SECONDS_TO_START = 60  # for a process that never wrote a status
SECONDS_BETWEEN_WRITES = 0.25
REFUSED = "nothing can be trained or stopped here"


@dataclass(frozen=True)
class Status:
    """How a job stands.

    Attributes:
        state: "starting", "running", "finished", "failed" or "stopped".
        progress: the newest report.
        run_id: the run it published, once finished.
        message: why it failed, in a sentence.
        history: the validation accuracy after each epoch so far, in [0, 1].
    """

    state: State = "starting"
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    run_id: str = ""
    message: str = ""
    history: tuple[float, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


@dataclass(frozen=True)
class Fetch:
    """A wish to have a dataset's images on this machine: a name or a path, as for training."""

    dataset: str


@dataclass(frozen=True)
class Training:
    """A wish to train.

    Attributes:
        config: the settings.
        resume: go on where an interrupted training with the same settings was.
    """

    config: TrainConfig
    resume: bool = False


Request = Training | Fetch


@dataclass(frozen=True)
class Job:
    """Work that was started in the background."""

    folder: Path

    @property
    def id(self) -> str:
        """The folder's name; sorts by time."""
        return self.folder.name

    @property
    def request(self) -> Request:
        """What it was asked to do."""
        raw: dict[str, Any] = json.loads((self.folder / REQUEST).read_text("utf-8"))
        if "fetch" in raw:
            return Fetch(raw["fetch"])
        return Training(TrainConfig.model_validate(raw["train"]), raw.get("resume", False))

    def status(self) -> Status:
        """Read how the job stands; a process that died is reported as failed."""
        # Alive is asked first: the child writes its last status before it frees the lock.
        alive = self._alive()
        status = _read_status(self.folder / STATUS)
        if status is None:
            age = time.time() - self.folder.stat().st_mtime
            status = Status()
            if alive or (age < SECONDS_TO_START and not (self.folder / "exit").exists()):
                return status
        if status.ended or alive:
            return status
        return Status(
            "failed",
            status.progress,
            message="The process ended before it was done. " + self._last_words(),
            history=status.history,
        )

    def stop(self) -> None:
        """Ask the process to stop, as Ctrl-C does; a job that has ended is left alone."""
        access.refuse_if_read_only(REFUSED)
        pid = self.folder / "pid"
        if self._alive() and pid.exists():
            os.kill(int(pid.read_text()), signal.SIGINT)

    def _alive(self) -> bool:
        lock = FileLock(self.folder / ALIVE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    def _last_words(self) -> str:
        try:
            lines = (self.folder / LOG).read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return f"Its last words: “{lines[-1][:300]}”" if lines else "It said nothing."


def list_jobs(store: Store) -> list[Job]:
    """List the store's jobs, newest first."""
    found = (store.folder / ".jobs").glob(f"*/{REQUEST}")
    return [Job(path.parent) for path in sorted(found, reverse=True)]


def find_job(store: Store, job_id: str) -> Job | None:
    """Find a job by its id."""
    return next((job for job in list_jobs(store) if job.id == job_id), None)


def _read_status(path: Path) -> Status | None:
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    progress = Progress(**raw.pop("progress"))
    return Status(**{**raw, "progress": progress, "history": tuple(raw["history"])})
