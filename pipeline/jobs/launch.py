"""Starting a job: a child process, `inkling job`, which can outlive the server."""

import json
import secrets
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.jobs.job import (
    LOG,
    MOST_UPLOADED,
    REFUSED,
    REQUEST,
    UPLOAD,
    Adding,
    Fetch,
    Job,
    Request,
    Series,
    TakeApart,
    list_jobs,
)
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
            (draft / REQUEST).write_text(_as_json(request), encoding="utf-8")
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


def _as_json(request: Request) -> str:
    return json.dumps(_described(request))


def _described(request: Request) -> dict[str, Any]:
    if isinstance(request, Fetch):
        return {"fetch": request.dataset}
    if isinstance(request, TakeApart):
        return {"take_apart": request.run_id}
    if isinstance(request, Adding):
        return {"add": asdict(request)}
    if isinstance(request, Series):
        return {"series": [_described(one) for one in request.requests]}
    return {"train": request.config.model_dump(), "resume": request.resume}
