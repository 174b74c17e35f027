"""Long work in the background: start it, watch it, stop it; each a child `inkling job`.

A job is a folder in `<store>/.jobs/`: its request, a status file that the child replaces at
every report, its output, and a lock that the child holds while it lives. The operating system
frees that lock however the child ends, so a job never looks alive after its process is gone.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from pipeline import access, atomic
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
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


def start(request: Request, store: Store) -> Job:
    """Start a training or the fetching of a dataset in a child process.

    Raises:
        InklingError: another job is running, the store cannot be written, or this is read-only.
    """
    access.refuse_if_read_only(REFUSED)
    store.check_writable()
    jobs = store.folder / ".jobs"
    jobs.mkdir(exist_ok=True)
    with FileLock(jobs / ".start.lock"):
        running = next((job for job in list_jobs(store) if not job.status().ended), None)
        if running is not None:
            raise InklingError(
                "Something is already being trained or fetched here. Wait until it is done, or "
                "stop it first: two at once would only slow each other down."
            )
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = jobs / f"{stamp}-{secrets.token_hex(2)}"
        with atomic.whole_folder(folder) as draft:
            (draft / REQUEST).write_text(_as_json(request), encoding="utf-8")
        _spawn(folder, store)
    return Job(folder)


def list_jobs(store: Store) -> list[Job]:
    """List the store's jobs, newest first."""
    found = (store.folder / ".jobs").glob(f"*/{REQUEST}")
    return [Job(path.parent) for path in sorted(found, reverse=True)]


def find_job(store: Store, job_id: str) -> Job | None:
    """Find a job by its id."""
    return next((job for job in list_jobs(store) if job.id == job_id), None)


@contextmanager
def alive(folder: Path) -> Iterator[None]:
    """Hold a job's lock: what the child does for as long as it works."""
    (folder / "pid").write_text(str(os.getpid()))
    # A watcher holds it for an instant now and then, so wait a little.
    with FileLock(folder / ALIVE).acquire(timeout=10):
        yield


class StatusWriter:
    """Keeps a job's status file; its `report` is the one callable that all progress goes to."""

    def __init__(self, folder: Path) -> None:
        """Write into a job's folder."""
        self._path = folder / STATUS
        self._status = Status("running")
        self._written = 0.0

    def report(self, progress: Progress) -> None:
        """Note progress; the file is replaced a few times a second at most."""
        history = self._status.history
        new_epoch = progress.metrics.get("epoch", 0) > len(history)
        if new_epoch:
            history = (*history, progress.metrics["val_accuracy"])
        self._status = Status("running", progress, history=history)
        if new_epoch or time.monotonic() - self._written > SECONDS_BETWEEN_WRITES:
            self._write()

    def end(self, state: State, run_id: str = "", message: str = "") -> None:
        """Say how it ended."""
        self._status = Status(
            state, self._status.progress, run_id, message, history=self._status.history
        )
        self._write()

    def _write(self) -> None:
        atomic.write_text(self._path, json.dumps(asdict(self._status)))
        self._written = time.monotonic()


def _spawn(folder: Path, store: Store) -> None:
    """Start the child in a session of its own, so that it outlives the server if it must."""
    command = [sys.executable, "-m", "pipeline.cli", "job", str(folder.resolve())]
    command += ["--models", str(store.folder.resolve())]
    with (folder / LOG).open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def reap() -> None:
        code = process.wait()
        if folder.exists():  # tests remove their stores
            (folder / "exit").write_text(str(code))

    threading.Thread(target=reap, name=f"reap-{folder.name}", daemon=True).start()


def _read_status(path: Path) -> Status | None:
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    progress = Progress(**raw.pop("progress"))
    return Status(**{**raw, "progress": progress, "history": tuple(raw["history"])})


def _as_json(request: Request) -> str:
    if isinstance(request, Fetch):
        return json.dumps({"fetch": request.dataset})
    return json.dumps({"train": request.config.model_dump(), "resume": request.resume})
