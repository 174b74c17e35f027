"""`inkling sweep`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import cluster
from pipeline.cli import queueing
from pipeline.cli.options import (
    AsJson,
    Data,
    MlflowExperiment,
    MlflowUri,
    Models,
    TensorBoardDir,
    store_at,
)
from pipeline.cli.queueing import Queued
from pipeline.config import DEFAULT_DATASET, DEFAULT_NETWORK, DEFAULT_PRESET, NETWORKS, PRESETS
from pipeline.data.known import NAMES
from pipeline.export.trackers.choice import EXPERIMENT, FOLDER, TrackerName, Tracking
from pipeline.sweeps.plan import BUDGET
from pipeline.sweeps.resources import GB, MEMORY, Resources

if TYPE_CHECKING:
    from pipeline.sweeps.sweeping import Swept

RANGE = "A range to search, such as {}, or one value; default: the preset's."


def sweep(
    dataset: Annotated[
        str, typer.Option(help=f"One of {', '.join(NAMES)}, or the path of your own.")
    ] = DEFAULT_DATASET,
    networks: Annotated[
        str, typer.Option(help=f"Several of {', '.join(NETWORKS)}, with commas between them.")
    ] = DEFAULT_NETWORK,
    seeds: Annotated[str, typer.Option(help="Such as 0-4 or 0,3,7.")] = "0-4",
    presets: Annotated[
        str, typer.Option(help=f"Several of {', '.join(PRESETS)}.")
    ] = DEFAULT_PRESET,
    epochs: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Of each training; default: the preset's.")
    ] = None,
    learning_rate: Annotated[str | None, typer.Option(help=RANGE.format("0.0005..0.005"))] = None,
    augmentation: Annotated[str | None, typer.Option(help=RANGE.format("0..1"))] = None,
    label_smoothing: Annotated[str | None, typer.Option(help=RANGE.format("0..0.2"))] = None,
    budget: Annotated[
        int,
        typer.Option(min=1, max=1000, help="How many settings a search tries for each network."),
    ] = BUDGET,
    on: Annotated[
        str | None,
        typer.Option(
            help=f"Where Ray trains them: {cluster.LOCAL} (this machine), {cluster.AUTO} (the "
            "cluster it is part of), HOST:PORT or ray://HOST:PORT. Without, one after another."
        ),
    ] = None,
    cores: Annotated[
        int, typer.Option(min=1, help="Processor cores for each training, with --on.")
    ] = 1,
    gpus: Annotated[
        float, typer.Option(min=0, help="GPUs for each training, or a share of one, with --on.")
    ] = 0.0,
    memory: Annotated[
        float, typer.Option(min=0.1, help="GB of memory for each training, with --on.")
    ] = MEMORY,
    queued: Queued = False,
    track: Annotated[
        list[TrackerName] | None,
        typer.Option(help="Also write each run to a tracker, as soon as it is there."),
    ] = None,
    mlflow_uri: MlflowUri = "",
    mlflow_experiment: MlflowExperiment = EXPERIMENT,
    tensorboard_dir: TensorBoardDir = Path(FOLDER),
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Train many networks, and say which settings are best over several seeds.

    Every combination of networks, presets and seeds is trained. Of what is searched, the best
    settings by validation accuracy are then trained with every seed. What is in the store already
    is not trained again: to go on after an interruption, give the same command.
    """
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.jobs.requests import Sweeping
    from pipeline.sweeps import plan
    from pipeline.sweeps.sweeping import sweep as make

    store = store_at(models)
    asked = plan.Sweep.of(
        dataset=dataset, networks=plan.names(networks), presets=plan.names(presets),
        seeds=plan.numbers(seeds), epochs=epochs, learning_rate=plan.bounds(learning_rate),
        augmentation=plan.bounds(augmentation), label_smoothing=plan.bounds(label_smoothing),
        budget=budget,
    )  # fmt: skip
    tracking = Tracking.of(
        track or (), mlflow_uri, mlflow_experiment, tensorboard_dir, elsewhere=queued
    )
    tracking.trackers()  # whether they are installed is said now
    resources = Resources(cores, gpus, round(memory * GB))
    with shown_progress() as report:
        if queued:  # what is wrong with it is said now
            datasets.open_dataset(dataset, data, report)
            request = Sweeping(asked, on, resources, tracking)
            queueing.add(request, store, as_json=as_json)
            return
        try:
            swept = make(asked, store, data, report, on=on, resources=resources, tracking=tracking)
        except KeyboardInterrupt:
            print("Stopped. The same command goes on.", file=sys.stderr)
            raise typer.Exit(130) from None
    _say(swept, as_json=as_json)


def _say(swept: "Swept", *, as_json: bool) -> None:
    """Print the leaderboard, and what mattered."""
    from pipeline.sweeps import telling

    if as_json:
        print(json.dumps(telling.facts(swept), ensure_ascii=False))
        return
    for line in telling.lines(swept):
        print(line)
