"""`inkling train`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import words
from pipeline.cli import queueing, results
from pipeline.cli.options import (
    AsJson,
    ClassNames,
    Data,
    MlflowExperiment,
    MlflowUri,
    Models,
    TensorBoardDir,
    Track,
    class_names_in,
    store_at,
)
from pipeline.cli.queueing import Queued
from pipeline.config import (
    DEFAULT_DATASET,
    DEFAULT_NETWORK,
    DEFAULT_PRESET,
    NETWORKS,
    PRESETS,
    VARIANTS,
    TrainConfig,
)
from pipeline.data.known import NAMES
from pipeline.export.trackers.choice import EXPERIMENT, FOLDER, Tracking

if TYPE_CHECKING:
    from pipeline.store.runs import Store


def _bounded(field: str, help: str) -> Any:
    """Return the option for a setting, with the bounds that the setting itself has."""
    rules = TrainConfig.model_fields[field].metadata
    least = next((rule.ge for rule in rules if hasattr(rule, "ge")), None)
    most = next((rule.le for rule in rules if hasattr(rule, "le")), None)
    return typer.Option(min=least, max=most, help=help)


def train(
    dataset: Annotated[
        str, typer.Option(help=f"One of {', '.join(NAMES)}, or the path of your own.")
    ] = DEFAULT_DATASET,
    network: Annotated[str, typer.Option(help=f"One of {', '.join(NETWORKS)}.")] = DEFAULT_NETWORK,
    epochs: Annotated[
        int | None,
        _bounded("epochs", "Default: depends on the preset and the dataset's size."),
    ] = None,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = DEFAULT_PRESET,
    batch_size: Annotated[int | None, _bounded("batch_size", "Default: the preset's.")] = None,
    learning_rate: Annotated[
        float | None, _bounded("learning_rate", "Above 0; default: the network's own.")
    ] = None,
    augmentation: Annotated[
        float | None,
        _bounded("augmentation", "Strength of data augmentation; default: the preset's."),
    ] = None,
    label_smoothing: Annotated[
        float | None,
        _bounded(
            "label_smoothing",
            "Share of each label that is spread over all classes, below 1; default: the preset's.",
        ),
    ] = None,
    allographs: Annotated[
        float | None,
        _bounded(
            "allographs",
            "Share of the digits in each epoch that are drawn in ways to write them that MNIST "
            "lacks, below 1; 0 for none; default: the preset's.",
        ),
    ] = None,
    disturbance: Annotated[
        float | None,
        _bounded(
            "disturbance",
            "Share of the images in each epoch that are blurred, littered, unevenly lit or the "
            "like; 0 for none; default: the preset's.",
        ),
    ] = None,
    variant: Annotated[
        str | None,
        typer.Option(
            help="; ".join(f"{name}: {what}" for name, what in VARIANTS.items())
            + "; default: the preset's."
        ),
    ] = None,
    seed: Annotated[int, _bounded("seed", "Random seed.")] = 0,
    corrections: Annotated[
        bool,
        typer.Option(
            "--corrections/--no-corrections",
            help="Also learn from corrections made on the Draw page; every fifth is held back "
            "as a test.",
        ),
    ] = False,
    film: Annotated[
        bool,
        typer.Option(
            "--film/--no-film",
            help="Keep a film of the training, for the tour: under 500 kB of weights.",
        ),
    ] = True,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the most recently interrupted training.")
    ] = False,
    queued: Queued = False,
    workers: Annotated[
        int,
        typer.Option(min=1, max=1000, help="Divide each batch among so many workers, through Ray."),
    ] = 1,
    on: Annotated[
        str | None,
        typer.Option(
            help="Where these are: local, auto, HOST:PORT or ray://HOST:PORT; default: on this "
            "machine, with one worker without Ray."
        ),
    ] = None,
    track: Track = None,
    mlflow_uri: MlflowUri = "",
    mlflow_experiment: MlflowExperiment = EXPERIMENT,
    tensorboard_dir: TensorBoardDir = Path(FOLDER),
    class_names: ClassNames = None,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Train a network and write its run folder."""
    store = store_at(models)
    config = TrainConfig.of(
        dataset=dataset,
        network=network,
        preset=preset,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        augmentation=augmentation,
        label_smoothing=label_smoothing,
        allographs=allographs,
        disturbance=disturbance,
        variant=variant,
        seed=seed,
        corrections=corrections,
        film=film,
    )
    tracking = Tracking.of(
        track or (), mlflow_uri, mlflow_experiment, tensorboard_dir, elsewhere=queued
    )
    tracking.trackers()  # whether they are installed is said now
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.jobs import worker
    from pipeline.jobs.requests import Training
    from pipeline.store import interrupted

    if resume:
        config = interrupted.newest(store).config()
    if config.corrections and not resume:
        _look_again(store, config.dataset)
    names = class_names_in(class_names)
    with shown_progress() as report:
        if names is not None or queued:  # what is wrong with it is said now
            datasets.open_dataset(config.dataset, data, report, names)
        if queued:
            request = Training(config, resume, tracking, workers, on)
            queueing.add(request, store, as_json=as_json)
            return
        run = worker.train(
            config, store, data, report, resume=resume, tracking=tracking, workers=workers, on=on
        )
    if as_json:
        print(run.info.model_dump_json())
        return
    print(f"{run.id}\n{results.accuracy(run.info.metrics)}")
    if run.info.corrections:
        print(f"It also learned from {words.corrections(run.info.corrections)}.")
    if run.info.note:
        print(run.info.note)
    settings = run.info.config or config
    place = interrupted.InterruptedTraining.of(store, settings, run.info.dataset.fingerprint)
    if place.exists():
        print("Continue it with “inkling train --resume”.")


def _look_again(store: "Store", dataset: str) -> None:
    """Say on standard error how many of the corrections to learn from look wrong."""
    from pipeline.data import datasets
    from pipeline.quiet import quiet_stderr
    from pipeline.store import corrections, second_opinion

    found = corrections.read(store)
    fitting = found.learnable(datasets.mnist_framed_classes(dataset))
    with quiet_stderr():  # while networks are loaded
        against = second_opinion.contradictions(found, store.runs())
    said = words.contradicted(sum(kept.id in against for kept in fitting), len(fitting))
    if said:
        print(f"{said} They are listed on the dashboard's Corrections page.", file=sys.stderr)
