"""Background jobs: their requests and status, and stopping them; each is a child process.

A job is a folder in `<store>/.jobs/`: its request, a status file that the child replaces at
every report, its output, and a lock that the child holds while it runs. The operating system
frees that lock however the child ends, so a job never looks alive after its process is gone.
"""

import json
import os
import signal
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from pipeline import access
from pipeline.errors import InklingError
from pipeline.jobs import requests
from pipeline.jobs.requests import Request
from pipeline.progress import Progress
from pipeline.store.runs import Store
from pipeline.training import snapshot
from pipeline.training.snapshot import Snapshot

State = Literal["starting", "running", "finished", "failed", "stopped"]
ENDED: tuple[State, ...] = ("finished", "failed", "stopped")
STATUS, LOG, ALIVE, REQUEST = "status.json", "output.txt", "alive.lock", "job.json"
LIVE = "live.npz"  # what there is to see of a training, while it runs
PID, ASKED_TO_STOP = "pid", "asked-to-stop"
SECONDS_TO_START = 60  # for a process that never wrote a status
UNREADABLE = (OSError, ValueError)
UPLOAD = "network.keras"  # what was uploaded, while the job lasts
MOST_UPLOADED = 50 * 2**20  # bytes
REFUSED = "trainings and downloads cannot be started or stopped"


@dataclass(frozen=True)
class Status:
    """The status of a job.

    Attributes:
        state: "starting", "running", "finished", "failed" or "stopped".
        progress: the latest report.
        run_id: the run it published, once finished.
        message: why it failed or was stopped, in a sentence.
        history: the validation accuracy after each epoch so far, in [0, 1].
    """

    state: State = "starting"
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    run_id: str = ""
    message: str = ""
    history: tuple[float, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether the job is over."""
        return self.state in ENDED


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
        """What the job was asked to do.

        Raises:
            InklingError: the folder is damaged, or from another version of Inkling.
        """
        try:
            return requests.read((self.folder / REQUEST).read_text("utf-8"))
        except (OSError, ValueError, TypeError, KeyError, InklingError) as error:
            raise InklingError(
                f"The job in {self.folder} cannot be read: it is damaged, or from another version "
                "of Inkling. Nothing depends on it, so you can delete that folder."
            ) from error

    def status(self) -> Status:
        """Read the job's status; one whose process died, or that is unreadable, has failed."""
        # Check the lock first: the child writes its last status before it frees the lock.
        alive = self._alive()
        try:
            status = _read_status(self.folder / STATUS)
        except UNREADABLE:
            if alive:
                return Status("running", Progress("Running", note="its progress cannot be read"))
            return Status("failed", message=f"The status in {self.folder} cannot be read.")
        if status is None:
            status = Status()
            if alive or self._may_be_starting():
                return status
        if status.ended or alive:
            return status
        return Status(
            "failed",
            status.progress,
            message="The process ended before the job was done. " + self._last_words(),
            history=status.history,
        )

    def snapshot(self) -> Snapshot | None:
        """Read what there is to see of its training after the newest epoch; None if nothing."""
        try:
            with (self.folder / LIVE).open("rb") as file:
                return snapshot.load(file)
        except (*UNREADABLE, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None  # none yet, over by now, or of another version: the rest is still shown

    def stop(self) -> None:
        """Ask the process to stop, once: a second Ctrl-C would cost the best epoch.

        Do nothing if the job has ended. A file records the request, because a signal is lost on a
        process that is not up yet.
        """
        access.refuse_if_read_only(REFUSED)
        if self.asked_to_stop or self.status().ended:
            return
        (self.folder / ASKED_TO_STOP).touch()
        pid = self.folder / PID
        if pid.exists() and self._alive():
            os.kill(int(pid.read_text()), signal.SIGINT)

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.folder / ASKED_TO_STOP).exists()

    def _alive(self) -> bool:
        lock = FileLock(self.folder / ALIVE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # such as a folder that others own: not a job of this machine's user
            return False
        lock.release()
        return False

    def _may_be_starting(self) -> bool:
        try:
            age = time.time() - self.folder.stat().st_mtime
        except OSError:  # deleted meanwhile
            return False
        return age < SECONDS_TO_START and not (self.folder / "exit").exists()

    def _last_words(self) -> str:
        try:
            lines = (self.folder / LOG).read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            lines = []
        return f"Its last output was: “{lines[-1][:300]}”" if lines else "It printed nothing."


_STATUS = TypeAdapter(Status)


def list_jobs(store: Store) -> list[Job]:
    """List the store's jobs, newest first."""
    found = (store.folder / ".jobs").glob(f"*/{REQUEST}")
    return [Job(path.parent) for path in sorted(found, reverse=True)]


def find_job(store: Store, job_id: str) -> Job | None:
    """Find a job by its id."""
    return next((job for job in list_jobs(store) if job.id == job_id), None)


def read_requests(store: Store) -> tuple[list[tuple[Job, Request]], list[str]]:
    """Read what the store's jobs were asked to do, newest first.

    Returns:
        The jobs with their requests, and for each job that cannot be read, why, in a sentence.
    """
    readable, unreadable = [], []
    for job in list_jobs(store):
        try:
            readable.append((job, job.request))
        except InklingError as error:
            unreadable.append(str(error))
    return readable, unreadable


def _read_status(path: Path) -> Status | None:
    """Read a status file; None if there is none. What a newer version adds is ignored."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return _STATUS.validate_python(raw)
