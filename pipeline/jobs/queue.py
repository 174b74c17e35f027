"""The queue of a store: jobs that wait, one after another, and nothing that has to stay up for it.

A job waits in a folder of its own. Whoever looks at the queue moves it on (`move_on`): a page, the
command line, and a job's process when it ends. They agree by a lock, which `launch.locked` holds.
"""

import json
import os
import shutil
from collections.abc import Sequence

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.jobs import launch
from pipeline.jobs.job import JOBS, LIVE, UPLOAD, WAITS, Job, list_jobs, running
from pipeline.jobs.requests import Request
from pipeline.reading import read_json
from pipeline.store.runs import Store

ORDER = "order.json"  # beside the jobs: ids in another order than they were asked for
LEAST_FREE = 50 * 2**20  # bytes on the disk; with less, a training could not save its run
LEAST_FILES = 100  # that the disk can still take; likewise
MOST_AT_ONCE = 100


def add(
    requests: Sequence[Request], store: Store, upload: bytes | None = None, *, first: bool = False
) -> list[Job]:
    """Add jobs to the queue, and start the first if none runs.

    Args:
        requests: what to do, one after another.
        store: where their runs are published.
        upload: the uploaded file that they are about; kept in a job's folder while that lasts.
        first: whether they come before those that wait, because somebody looks on.

    Raises:
        InklingError: there are too many, the upload is too large, the store cannot be written, or
            the dashboard is read-only.
    """
    if len(requests) > MOST_AT_ONCE:
        raise InklingError(
            f"{len(requests):,} jobs are too many at once; choose {MOST_AT_ONCE} or fewer."
        )
    with launch.locked(store):
        before = waiting(store)
        jobs = [launch.create(request, store, upload) for request in requests]
        if first:
            _put_in_order([*jobs, *before], store)
        _start_first(store)
    return jobs


def waiting(store: Store) -> list[Job]:
    """List the jobs that wait, the next one first."""
    jobs = [job for job in list_jobs(store) if (job.folder / WAITS).exists()]
    order = {job_id: place for place, job_id in enumerate(_order(store))}
    ordered = sorted(jobs, key=lambda job: (order.get(job.id, len(order)), job.id))
    return [job for job in ordered if job.status().state == "waiting"]


def move_on(store: Store) -> Job | None:
    """Start the next job that waits if none runs; return what was started.

    Does nothing on a read-only dashboard, or while the disk is nearly full.

    Raises:
        InklingError: the store cannot be written.
    """
    if not access.may(access.Change.TRAIN) or not waiting(store):
        return None
    with launch.locked(store):
        return _start_first(store)


def stuck(store: Store) -> str:
    """Say why nothing that waits is started, in a sentence; "" if nothing is in the way."""
    disk = os.statvfs(store.folder)  # some that need no count of files say 0
    no_more_files = disk.f_files > 0 and disk.f_favail < LEAST_FILES
    if no_more_files or shutil.disk_usage(store.folder).free < LEAST_FREE:
        return (
            f"The disk of {store.folder} is nearly full. The queue goes on once there are "
            f"{LEAST_FREE // 2**20} MB, and room for {LEAST_FILES} files."
        )
    return ""


def move(job: Job, place: int, store: Store) -> None:
    """Move a job that waits to another place of the queue.

    Args:
        job: of the queue.
        place: counted from 1; the nearest there is.
        store: whose queue.

    Raises:
        InklingError: it no longer waits; or as `launch.locked` does.
    """
    with launch.locked(store):
        others = waiting(store)
        if job not in others:
            raise InklingError(f"Job {job.id} no longer waits in the queue.")
        others.remove(job)
        others.insert(max(place, 1) - 1, job)
        _put_in_order(others, store)


def remove(job: Job, store: Store) -> None:
    """Take a job out of the queue, or out of the history.

    Raises:
        InklingError: it is running, or is gone already; or as `launch.locked` does.
    """
    with launch.locked(store):
        status = job.status()
        if status.state != "waiting" and not status.ended:
            raise InklingError(f"Job {job.id} is running. Stop it first.")
        try:
            atomic.remove_folder(job.folder)
        except FileNotFoundError as error:
            raise InklingError(f"Job {job.id} was already removed.") from error


def give_up(job: Job, store: Store) -> None:
    """Stop a job, or take it out of the queue if it still waits; raises as `remove` does."""
    if job.status().state == "waiting":
        remove(job, store)
    else:
        job.stop()


def _put_in_order(jobs: Sequence[Job], store: Store) -> None:
    atomic.write_text(store.folder / JOBS / ORDER, json.dumps([one.id for one in jobs]))


def _start_first(store: Store) -> Job | None:
    """Start the next job that this version of Inkling can read, if none runs."""
    _tidy(store)
    if running(store) is not None or stuck(store):
        return None
    for job in waiting(store):
        try:
            _ = job.request
        except InklingError:  # of a newer version, which may yet come for it
            continue
        launch.spawn(job, store)
        return job
    return None


def _order(store: Store) -> list[str]:
    try:
        order = read_json(store.folder / JOBS / ORDER)
    except (OSError, ValueError):  # none was chosen, or nobody knows it any more
        return []
    return [one for one in order if isinstance(one, str)] if isinstance(order, list) else []


def _tidy(store: Store) -> None:
    """Delete what those who were killed left behind: what lasts as long as a job, and halves."""
    jobs = store.folder / JOBS
    for name in (UPLOAD, LIVE):
        for left in jobs.glob(f"[!.]*/{name}"):
            if Job(left.parent).status().ended:
                left.unlink(missing_ok=True)
    for folder in {draft.parent for draft in jobs.glob("[!.]*/.*")}:
        atomic.clear(folder)
    for half in jobs.glob(".*/"):  # nobody else writes or removes one: the lock is ours
        shutil.rmtree(half, ignore_errors=True)
