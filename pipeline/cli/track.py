"""`inkling track`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import (
    RUN_NAME,
    AsJson,
    MlflowExperiment,
    MlflowUri,
    Models,
    TensorBoardDir,
    opened,
    store_at,
)
from pipeline.export.trackers.choice import EXPERIMENT, FOLDER, TrackerName, Tracking


def track(
    runs: Annotated[list[str], typer.Argument(help=RUN_NAME)],
    to: Annotated[list[TrackerName], typer.Option(help="The tracker.")],
    mlflow_uri: MlflowUri = "",
    mlflow_experiment: MlflowExperiment = EXPERIMENT,
    tensorboard_dir: TensorBoardDir = Path(FOLDER),
    sweep: Annotated[
        str, typer.Option(help="Key of the sweep that they are of; those that it made have it.")
    ] = "",
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Write finished runs to MLflow or TensorBoard; what is there already is not doubled."""
    tracking = Tracking.of(to, mlflow_uri, mlflow_experiment, tensorboard_dir)
    trackers = tracking.trackers(sweep)
    store = store_at(models)
    found = [opened(store, run) for run in runs]
    written = [
        {"run": run.id, "to": tracker.option, "where": tracker.record(run)}
        for run in found
        for tracker in trackers
    ]
    if as_json:
        print(json.dumps(written, ensure_ascii=False))
        return
    for line in written:
        print(f"{line['run']} → {line['where']}")
