"""`inkling jobs`: the queue and the history, as the dashboard's Train page has them."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, Models, store_at
from pipeline.words import counted, duration

if TYPE_CHECKING:
    from pipeline.jobs.history import Entry

MOST_LISTED = 20  # of those that are over; --all lists them all
JobName = Annotated[str, typer.Argument(metavar="JOB", help="A job's id, or a part of it.")]

jobs = typer.Typer(
    name="jobs",
    help="What runs, what waits, and what is over; move, remove or stop it.",
    invoke_without_command=True,
)


@jobs.callback()
def listed(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help=f"All that are over, not only {MOST_LISTED}.")
    ] = False,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """List what runs, what waits in its order, and what is over, newest first."""
    if context.invoked_subcommand:
        return
    from pipeline.jobs import history, queue

    store = store_at(models)
    queue.move_on(store)
    order = [job.id for job in queue.waiting(store)]
    entries = history.read(store)
    if as_json:
        print(json.dumps([_record(entry, order) for entry in entries], ensure_ascii=False))
        return
    if not entries:
        print(f"There are no jobs in {store.where} yet. Add one with “inkling train --queue”.")
        return
    by_id = {entry.job.id: entry for entry in entries}
    over = [entry for entry in entries if entry.status.ended]
    for entry in entries:
        if not entry.status.ended and entry.job.id not in order:
            print(_line(entry, "now"))
    for place, job_id in enumerate(order, start=1):
        if job_id in by_id:  # not asked for since
            print(_line(by_id[job_id], f"{place}."))
    if order and (why := queue.stuck(store)):
        print(why)
    for entry in over if everything else over[:MOST_LISTED]:
        print(_line(entry, "-"))
    if len(over) > MOST_LISTED and not everything:
        print(f"… and {counted(len(over) - MOST_LISTED, 'more job')}: --all lists them.")


@jobs.command()
def move(
    job: JobName,
    to: Annotated[int, typer.Option(min=1, help="Its new place among those that wait.")] = 1,
    models: Models = None,
) -> None:
    """Move a job that waits to another place, or to the front."""
    from pipeline.jobs import history, queue

    store = store_at(models)
    found = history.find(store, job)
    queue.move(found, to, store)
    place = queue.waiting(store).index(found) + 1
    print(f"{found.id} is number {place} of those that wait")


@jobs.command()
def remove(job: JobName, models: Models = None) -> None:
    """Take a job that waits out of the queue, or one that is over out of the history."""
    from pipeline.jobs import history, queue

    store = store_at(models)
    found = history.find(store, job)
    queue.remove(found, store)
    print(f"{found.id} is removed")


@jobs.command()
def stop(
    job: Annotated[
        str, typer.Argument(metavar="[JOB]", help="A job's id; by default the one that runs.")
    ] = "",
    discard: Annotated[
        bool, typer.Option("--discard", help="Keep nothing, not even the best epoch so far.")
    ] = False,
    models: Models = None,
) -> None:
    """Stop a job that runs; the best epoch of a training is kept unless told otherwise."""
    from pipeline.errors import InklingError
    from pipeline.jobs import history
    from pipeline.jobs.job import running

    store = store_at(models)
    found = history.find(store, job) if job else running(store)
    if found is None or found.status().ended:
        raise InklingError("Nothing runs.")
    if found.status().state == "waiting":
        raise InklingError(f"{found.id} waits: “inkling jobs remove {found.id}” removes it.")
    found.stop(discard=discard)
    print(f"{found.id} is asked to stop")


@jobs.command()
def log(job: JobName, models: Models = None) -> None:
    """Print what a job printed."""
    from pipeline.jobs import history

    print(history.find(store_at(models), job).log())


def _line(entry: "Entry", place: str) -> str:
    status = entry.status
    took = f", {duration(status.seconds)}" if status.seconds else ""
    lines = [f"{place:<4}{entry.job.id}  {entry.title}: {entry.outcome}{took}"]
    if status.run_id:
        lines.append(f"    {status.run_id}")
    if said := entry.unreadable or (status.message if status.state == "failed" else ""):
        lines.append(f"    {said}")
    return "\n".join(lines)


def _record(entry: "Entry", order: list[str]) -> dict[str, Any]:
    status = asdict(entry.status)
    place = order.index(entry.job.id) + 1 if entry.job.id in order else None
    about = {"id": entry.job.id, "title": entry.title, "outcome": entry.outcome, "place": place}
    return about | {"unreadable": entry.unreadable} | status
