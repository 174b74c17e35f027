"""Leaving work to the queue that “inkling jobs” shows."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.jobs.requests import Request
    from pipeline.store.runs import Store

Queued = Annotated[
    bool, typer.Option("--queue", help="Don't wait: add it to the queue that “inkling jobs” shows.")
]


def add(request: "Request", store: "Store", *, as_json: bool) -> None:
    """Add a job to the queue, and print its place there."""
    from pipeline.jobs import queue

    (job,) = queue.add([request], store)
    waiting = [one.id for one in queue.waiting(store)]
    place = waiting.index(job.id) + 1 if job.id in waiting else 0
    if as_json:
        print(json.dumps({"id": job.id, "place": place or None}))
    else:
        print(f"{job.id} {f'waits as number {place}' if place else 'is started'}")
