"""`inkling retrain`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import queueing
from pipeline.cli.options import (
    AsJson,
    Data,
    MlflowExperiment,
    MlflowUri,
    Models,
    RunName,
    TensorBoardDir,
    Track,
    store_at,
)
from pipeline.cli.queueing import Queued
from pipeline.export.trackers.choice import EXPERIMENT, FOLDER, Tracking


def retrain(
    run: RunName,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Random seed.")] = 0,
    queued: Queued = False,
    track: Track = None,
    mlflow_uri: MlflowUri = "",
    mlflow_experiment: MlflowExperiment = EXPERIMENT,
    tensorboard_dir: TensorBoardDir = Path(FOLDER),
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Teach a run the corrections that people made, and show what it learned and what it forgot.

    It goes on with the run's network, on corrections and on its own training images; every fifth
    correction is held back as a test. The result is a run of its own; nothing is replaced.
    """
    from pipeline.cli.terminal import shown_progress
    from pipeline.jobs import worker
    from pipeline.jobs.requests import Retraining
    from pipeline.store import teachable, teaching

    tracking = Tracking.of(
        track or (), mlflow_uri, mlflow_experiment, tensorboard_dir, elsewhere=queued
    )
    store = store_at(models)
    before = store.open(run)
    with shown_progress() as report:
        if queued:  # what is wrong with it is said now
            tracking.trackers()
            teachable.gather(before, store, data, report)
            queueing.add(Retraining(before.id, seed, tracking), store, as_json=as_json)
            return
        after = worker.retrain(before, store, data, report, seed=seed, tracking=tracking)
    proof = teaching.proof_of(after, before)
    if as_json:
        print(json.dumps({"run": after.id, "from": before.id, "proof": asdict(proof)}))
        return
    print(f"{after.id}, taught from {before.id}\n{proof.said}")
    if after.info.note:
        print(after.info.note)
