"""Options that several commands share, and the store they work on."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.export.trackers.choice import TrackerName

if TYPE_CHECKING:
    from pipeline.store.run_folder import Run
    from pipeline.store.runs import Store

Models = Annotated[
    str | None,
    typer.Option(
        "--models",
        metavar="DIRECTORY|URL",
        help="Folder with the runs, or the URL of a shared store: s3://bucket/folder.",
        envvar="INKLING_MODELS",
        show_default="models",
    ),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder to search first for a named dataset.")
]
ClassNames = Annotated[
    str | None,
    typer.Option(
        "--class-names",
        help="What the classes are called, in label order: a file with one name per line, or a "
        "list such as a,b,c. The names are kept for later trainings.",
    ),
]
Track = Annotated[
    list[TrackerName] | None,
    typer.Option(help="Also write the training, as it goes, and its run to a tracker."),
]
MlflowUri = Annotated[
    str,
    typer.Option(
        "--mlflow-uri",
        help="MLflow's tracking server, database or folder; default: MLflow's own.",
        envvar="MLFLOW_TRACKING_URI",
    ),
]
MlflowExperiment = Annotated[
    str,
    typer.Option("--mlflow-experiment", help="Its experiment.", envvar="MLFLOW_EXPERIMENT_NAME"),
]
TensorBoardDir = Annotated[
    Path,
    typer.Option(
        "--tensorboard-dir",
        help="Folder that TensorBoard shows: “tensorboard --logdir FOLDER”.",
        envvar="INKLING_TENSORBOARD",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
RUN_NAME = "A run's name, its id or a part of it; “latest” or “default” (the promoted one)."
RunName = Annotated[str, typer.Argument(help=RUN_NAME)]


def class_names_in(text: str | None) -> tuple[str, ...] | None:
    """Read the class names that were given, if any."""
    from pipeline.data import class_names

    return None if text is None else class_names.parse(text)


def store_at(models: str | Path | None) -> "Store":
    """Return the store that was named, or the default one, with the bundled run.

    Of a shared store that does not answer, what is on this machine can still be read. That is said
    on standard error, as is what a first look at a large one fetches.

    Raises:
        InklingError: that is no folder, or a shared store that cannot be used.
    """
    from pipeline.cli.terminal import shown_if_any
    from pipeline.errors import InklingError
    from pipeline.reading import place
    from pipeline.store.runs import Store

    with shown_if_any() as on_progress:
        store = Store.default(models, on_progress)
    found = place(store.folder.absolute())
    if found.exists() and not found.is_dir():
        raise InklingError(
            f"The store {store.folder} is not a folder. Name one with --models or INKLING_MODELS."
        )
    if store.note:
        print(f"Note: {store.note}", file=sys.stderr)
    return store


def opened(store: "Store", run: str) -> "Run":
    """Open a run to use it; see `Store.open`.

    As “default”, the newest one is opened where none is promoted, or the promoted one is gone. That
    is said on standard error, so that scripts go on and people notice.
    """
    from pipeline.store.runs import DEFAULT

    found = store.default_run() if run == DEFAULT else None
    if found is None or found.run is None:
        return store.open(run)
    if found.promotion is None:
        newest = f"No run has been promoted; using the newest, {found.run.id}."
        print(found.note or newest, file=sys.stderr)
    return found.run
