"""Starting a job: a child process, `inkling job`, which can outlive the server."""

import secrets
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.jobs import requests
from pipeline.jobs.job import (
    LOG,
    MOST_UPLOADED,
    REFUSED,
    REQUEST,
    UPLOAD,
    Job,
    list_jobs,
)
from pipeline.jobs.requests import Request
from pipeline.store.runs import Store


def start(request: Request, store: Store, upload: bytes | None = None) -> Job:
    """Start a training, a download, taking a run apart or adding a network in a child process.

    Args:
        request: what to do.
        store: where its run is published.
        upload: the uploaded file that it is about; kept in the job's folder while that lasts.

    Raises:
        InklingError: another job is running, the store cannot be written, or the dashboard is
            read-only; or what was uploaded is too large.
    """
    access.refuse_if_read_only(REFUSED)
    if upload is not None and len(upload) > MOST_UPLOADED:
        raise InklingError(
            f"A file can have up to {MOST_UPLOADED // 2**20} MB to be uploaded. Put it on the "
            "dashboard's machine and name its path."
        )
    store.check_writable()
    jobs = store.folder / ".jobs"
    jobs.mkdir(exist_ok=True)
    with FileLock(jobs / ".start.lock"):
        running = next((job for job in list_jobs(store) if not job.status().ended), None)
        if running is not None:
            raise InklingError(
                "Another job, such as a training or a download, is already running. Wait until it "
                "is done, or stop it first: two at once would only slow each other down."
            )
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = jobs / f"{stamp}-{secrets.token_hex(2)}"
        with atomic.whole_folder(folder) as draft:
            (draft / REQUEST).write_text(requests.write(request), encoding="utf-8")
            if upload is not None:
                (draft / UPLOAD).touch(mode=0o600)  # for nobody else's eyes
                (draft / UPLOAD).write_bytes(upload)
        _spawn(folder, store)
    return Job(folder)


def _spawn(folder: Path, store: Store) -> None:
    """Start the child in a session of its own, so that it can outlive the server."""
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
        (folder / UPLOAD).unlink(missing_ok=True)  # if the child could not do it itself
        if folder.exists():  # tests remove their stores
            (folder / "exit").write_text(str(code))

    threading.Thread(target=reap, name=f"reap-{folder.name}", daemon=True).start()
