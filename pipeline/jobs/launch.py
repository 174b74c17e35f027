"""Starting a job: a child process, `inkling job`, which can outlive the server."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from filelock import FileLock

from pipeline import access, atomic
from pipeline.config import TrainConfig
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.jobs import alive, requests
from pipeline.jobs.job import (
    JOBS,
    LOG,
    MOST_UPLOADED,
    REFUSED,
    REQUEST,
    UPLOAD,
    WAITS,
    Job,
    list_jobs,
)
from pipeline.jobs.requests import Adding, Auditing, Request, Sweeping, Training
from pipeline.store.runs import Store
from pipeline.sweeps.plan import Sweep

NOT_ADDED = "networks cannot be added"
Settings = TypeVar("Settings", TrainConfig, Sweep)
ID = re.compile(r"(\d{8}-\d{6})-([0-9a-f]{4})")  # when it was asked for, and a number


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Let nobody else start jobs in a store, or change what waits, while the block runs.

    Raises:
        InklingError: the store cannot be written, or the dashboard is read-only.
    """
    access.refuse_unless_may(access.Change.TRAIN, REFUSED)
    store.check_writable()
    jobs = store.folder / JOBS
    atomic.make_folder(jobs)
    with FileLock(jobs / ".start.lock"):
        yield


def create(request: Request, store: Store, upload: bytes | None = None) -> Job:
    """Write down a job that waits until it is started; under the lock.

    Args:
        request: what to do.
        store: where its run will be published.
        upload: the uploaded file that it is about; kept in the job's folder while that lasts.

    Raises:
        InklingError: what was uploaded is too large, the disk is full, or whoever asks may not ask
            for this.
    """
    check_upload(upload)
    if isinstance(request, Adding):  # a file of somebody else's, which a process then opens
        access.refuse_unless_may(access.Change.MANAGE, NOT_ADDED)
        datasets.confine(request.dataset)
        if not request.uploaded:
            access.check_path(request.file)
    if isinstance(request, Training | Auditing):
        request = replace(request, config=_from_anywhere(request.config))
    if isinstance(request, Training | Sweeping):
        access.check_ray(request.on)
    if isinstance(request, Sweeping):
        request = replace(request, plan=_from_anywhere(request.plan))
    newest = max((job.id for job in list_jobs(store)), default="")
    folder = store.folder / JOBS / next_id(datetime.now(UTC), newest)
    with atomic.whole_folder(folder) as draft:
        (draft / REQUEST).write_text(requests.write(request), encoding="utf-8")
        (draft / WAITS).touch()
        if upload is not None:
            (draft / UPLOAD).touch(mode=0o600)  # for nobody else's eyes
            (draft / UPLOAD).write_bytes(upload)
    return Job(folder)


def _from_anywhere(settings: Settings) -> Settings:
    """Name their dataset so that a process in another folder finds it, if it may be named.

    Raises:
        InklingError: it may not.
    """
    datasets.confine(settings.dataset)
    return settings.model_copy(update={"dataset": datasets.canonical(settings.dataset)})


def check_upload(upload: bytes | None) -> None:
    """Raise InklingError if what was uploaded is too large."""
    if upload is not None and len(upload) > MOST_UPLOADED:
        raise InklingError(
            f"A file can have up to {MOST_UPLOADED // 2**20} MB to be uploaded. Put it on the "
            "dashboard's machine and name its path."
        )


def next_id(now: datetime, newest: str) -> str:
    """Name a job so that it sorts after all others, even if the clock was set back.

    Args:
        now: in UTC.
        newest: the last of the ids that there are; "" if there is none.
    """
    by_clock = f"{now:%Y%m%d-%H%M%S}-0000"
    last = ID.fullmatch(newest)
    if last is None or newest < by_clock:
        return by_clock
    stamp, number = last.groups()
    return f"{stamp}-{int(number, 16) + 1:04x}"


def spawn(job: Job, store: Store) -> None:
    """Start a job that waits, in a process and a session of its own; under the lock.

    The child inherits the job's lock. Whoever is killed before it exists has changed nothing, and
    whoever is killed afterwards is not missed.
    """
    lock = alive.take(job.folder)
    if lock is None:  # a process is at it already
        return
    command = [sys.executable, "-m", "pipeline.cli", "job", str(job.folder.resolve())]
    command += ["--models", str(store.folder.resolve()), "--lock", str(lock)]
    try:
        with (job.folder / LOG).open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock],
            )
    except OSError as error:  # no memory, no process left, or the disk is full
        raise InklingError(f"No process could be started: {error.strerror}.") from error
    finally:
        os.close(lock)
        (job.folder / WAITS).unlink(missing_ok=True)  # it is not tried again

    def reap() -> None:
        process.wait()
        (job.folder / UPLOAD).unlink(missing_ok=True)  # if the child could not do it itself

    threading.Thread(target=reap, name=f"reap-{job.id}", daemon=True).start()
