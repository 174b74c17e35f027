"""`inkling add`."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import results
from pipeline.cli.options import AsJson, ClassNames, Data, Models, class_names_in, store_at
from pipeline.data.known import NAMES
from pipeline.errors import InklingError
from pipeline.preprocess import Pixels

if TYPE_CHECKING:
    from pipeline.jobs.job import Job, Status
    from pipeline.progress import OnProgress
    from pipeline.store.runs import Store

SECONDS_BETWEEN_LOOKS = 0.2


def add(
    file: Annotated[str, typer.Argument(metavar="MODEL.keras", help="A saved Keras network.")],
    dataset: Annotated[
        str,
        typer.Option(
            help=f"What to test it on: one of {', '.join(NAMES)}, or the path of your own."
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call the run.")] = "",
    pixels: Annotated[
        Pixels | None,
        typer.Option(
            help="What it was trained on: pixels from 0 to 1 (unit), from 0 to 255 (bytes) or from "
            "−1 to 1 (signed).",
            show_default="found out",
        ),
    ] = None,
    class_names: ClassNames = None,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Add a Keras network that was trained elsewhere: a run with all that the dashboard shows.

    The file is checked, and loaded in a process of its own; code in it is not run. If another job
    runs, it waits for that one, before others that wait.
    """
    from pathlib import Path

    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.jobs import queue
    from pipeline.jobs.requests import Adding
    from pipeline.store.run_folder import About

    store = store_at(models)
    About.of(name)
    names = class_names_in(class_names)
    with shown_progress() as report:
        datasets.open_dataset(dataset, data, report, names)
        path = str(Path(file).expanduser().absolute())
        request = Adding(path, datasets.canonical(dataset), name, pixels=pixels)
        (job,) = queue.add([request], store, first=True)
        status = _followed(job, store, report)
    if status.state != "finished":
        raise InklingError(status.message)
    run = store.open(status.run_id)
    if as_json:
        print(run.info.model_dump_json())
        return
    print(f"{run.id}\n{results.accuracy(run.info.metrics, seen=run.info.saw_test_images)}")
    if run.info.added:
        print("\n".join(run.info.added.found))


def _followed(job: "Job", store: "Store", report: "OnProgress") -> "Status":
    """Show a job's progress until it ends; Ctrl-C stops it, or takes it out of the queue."""
    from pipeline.jobs import queue

    while True:
        try:
            while not (status := job.status()).ended:
                if status.state == "waiting":
                    queue.move_on(store)
                    why = queue.stuck(store) or "for its turn; “inkling jobs” shows what runs"
                    status = replace(status, progress=replace(status.progress, note=why))
                report(status.progress)
                time.sleep(SECONDS_BETWEEN_LOOKS)
            if not job.folder.exists():
                raise InklingError("It was taken out of the queue; nothing was added.")
            return status
        except KeyboardInterrupt:
            queue.give_up(job, store)
