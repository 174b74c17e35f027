"""Background jobs: their requests and status, and stopping them; each is a child process.

A job is a folder in `<store>/.jobs/`: its request, a status file that the child replaces at
every report, its output, and a lock that the child holds while it runs; see `alive`. Until it is
started, a file says that it waits; see `queue`.
"""

import os
import platform
import signal
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.jobs import alive, requests
from pipeline.jobs.requests import Request
from pipeline.progress import Progress
from pipeline.reading import DAMAGED, check_regular, check_unpacked, own_text, read_json
from pipeline.store.runs import Store
from pipeline.training import snapshot
from pipeline.training.snapshot import Snapshot

State = Literal["waiting", "starting", "running", "finished", "failed", "stopped"]
ENDED: tuple[State, ...] = ("finished", "failed", "stopped")
STATUS, LOG, REQUEST = "status.json", "output.txt", "job.json"
LIVE = "live.npz"  # what there is to see of a training, while it runs
JOBS = ".jobs"  # in the store
WAITS = "waits"  # there until the job is started
PID, ASKED_TO_STOP = "pid", "asked-to-stop"
DISCARD = "discard"  # in the file that asks it to stop
UNREADABLE = (OSError, ValueError)
UPLOAD = "network.keras"  # what was uploaded, while the job lasts
MOST_UPLOADED = 50 * 2**20  # bytes
KILLED = "The process ended before the job was done."
KILLED_LATE = "The process ended after its run was saved, but before the job was done."
REFUSED = "trainings and downloads cannot be started or stopped"


@dataclass(frozen=True)
class Status:
    """The status of a job.

    Attributes:
        state: "waiting", "starting", "running", "finished", "failed" or "stopped".
        progress: the latest report.
        run_id: the run it published, if it has by now: what is left then only adds to it.
        message: why it failed or was stopped, in a sentence.
        history: the validation accuracy after each epoch so far, in [0, 1].
        began: when its process began, in seconds since 1970; 0 where an older version ran it.
        seconds: how long it has worked, by a clock that nobody sets; 0 as before.
        peak_memory: the most memory its process has had, in bytes; 0 as before.
        machine: the name of the one it runs on; "" as before.
    """

    state: State = "starting"
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    run_id: str = ""
    message: str = ""
    history: tuple[float, ...] = ()
    began: float = 0.0
    seconds: float = 0.0
    peak_memory: int = 0
    machine: str = ""

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
            return requests.read(read_json(self.folder / REQUEST))
        except (*DAMAGED, InklingError) as error:
            raise InklingError(
                f"The job in {self.folder} cannot be read: it is damaged, or from another version "
                "of Inkling. Nothing depends on it, so you can delete that folder."
            ) from error

    def status(self) -> Status:
        """Read the job's status; one whose process died, or that is unreadable, has failed."""
        # In this order: the file goes after the lock is taken, the lock after the last status.
        waits = (self.folder / WAITS).exists()
        try:
            status = _read_status(self.folder / STATUS)
            if status and status.ended:
                return status
            alive_now = alive.held(self.folder)
            status = _read_status(self.folder / STATUS)
        except UNREADABLE:
            if alive.held(self.folder):
                return Status("running", Progress("Running", note="its progress cannot be read"))
            return Status("failed", message=f"The status in {self.folder} cannot be read.")
        if status is None and not alive_now and waits:
            return Status("waiting", Progress("Waiting"))
        status = status or Status()
        if status.ended or alive_now:
            return status
        return replace(
            status,
            state="failed",
            message=f"{KILLED_LATE if status.run_id else KILLED} {self._last_words()}",
        )

    def snapshot(self) -> Snapshot | None:
        """Read what there is to see of its training after the newest epoch; None if nothing."""
        try:
            check_regular(self.folder / LIVE)
            check_unpacked(self.folder / LIVE)
            with (self.folder / LIVE).open("rb") as file:
                return snapshot.load(file)
        except (*DAMAGED, InklingError):
            return None  # none yet, over by now, or of another version: the rest is still shown

    def stop(self, *, discard: bool = False) -> None:
        """Ask the process to stop, once: a second Ctrl-C would cost the best epoch.

        Do nothing if the job has ended. A file records the request, because a signal is lost on a
        process that is not up yet, and does not reach another machine or container, where the
        number of the process may be somebody else's.

        Args:
            discard: leave nothing behind, neither the best epoch nor what could be resumed.
        """
        access.refuse_unless_may(access.Change.TRAIN, REFUSED)
        status = self.status()
        if self.asked_to_stop or status.ended:
            return
        atomic.write_text(self.folder / ASKED_TO_STOP, DISCARD if discard else "")
        if status.machine == platform.node() and alive.held(self.folder):
            with suppress(OSError, ValueError):  # it has just ended, or is only about to say its id
                os.kill(int(own_text(self.folder / PID)), signal.SIGINT)

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.folder / ASKED_TO_STOP).exists()

    @property
    def asked_to_discard(self) -> bool:
        """Whether somebody asked it to stop and to leave nothing behind."""
        try:
            return own_text(self.folder / ASKED_TO_STOP) == DISCARD
        except UNREADABLE:
            return False

    def log(self, lines: int | None = None) -> str:
        """Read what its process printed, or the last lines of it; "" if nothing."""
        try:
            printed = own_text(self.folder / LOG, errors="replace").strip()
        except UNREADABLE:
            return ""
        return "\n".join(printed.splitlines()[-(lines or 0) :])

    def _last_words(self) -> str:
        said = self.log(1)
        return f"Its last output was: “{said[:300]}”" if said else "It printed nothing."


_STATUS = TypeAdapter(Status)


def list_jobs(store: Store) -> list[Job]:
    """List the store's jobs, newest first."""
    found = (store.folder / JOBS).glob(f"[!.]*/{REQUEST}")  # not what is being written or removed
    return [Job(path.parent) for path in sorted(found, reverse=True)]


def running(store: Store) -> Job | None:
    """Return the job that has been started and has not ended, if any."""
    jobs = ((job, job.status()) for job in list_jobs(store))
    return next((job for job, now in jobs if not now.ended and now.state != "waiting"), None)


def find_job(store: Store, job_id: str) -> Job | None:
    """Find a job by its id."""
    return next((job for job in list_jobs(store) if job.id == job_id), None)


def _read_status(path: Path) -> Status | None:
    """Read a status file; None if there is none. What a newer version adds is ignored."""
    try:
        raw = read_json(path)
    except FileNotFoundError:
        return None
    return _STATUS.validate_python(raw)
