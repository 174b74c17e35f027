"""`inkling train`."""

from typing import Annotated

import typer

from pipeline import words
from pipeline.cli import results
from pipeline.cli.options import AsJson, Data, Models, store_at
from pipeline.config import (
    DEFAULT_DATASET,
    DEFAULT_NETWORK,
    DEFAULT_PRESET,
    NETWORKS,
    PRESETS,
    TrainConfig,
)


def train(
    dataset: Annotated[
        str, typer.Option(help="mnist-5k, digits, mnist, fashion_mnist, or the path of your own.")
    ] = DEFAULT_DATASET,
    network: Annotated[str, typer.Option(help=f"One of {', '.join(NETWORKS)}.")] = DEFAULT_NETWORK,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, max=1000, help="Default: depends on the preset and the dataset's size."
        ),
    ] = None,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = DEFAULT_PRESET,
    batch_size: Annotated[
        int | None, typer.Option(min=1, max=8192, help="Default: the preset's.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=1e-8, max=1, help="Default: the network's own.")
    ] = None,
    augmentation: Annotated[
        float | None,
        typer.Option(min=0, max=2, help="Strength of data augmentation; default: the preset's."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed.")] = 0,
    corrections: Annotated[
        bool,
        typer.Option(
            "--corrections/--no-corrections",
            help="Also learn from corrections made on the Draw page.",
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the most recently interrupted training.")
    ] = False,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
    unless_trained: Annotated[
        bool, typer.Option(help="Do nothing if the store already has a run on this dataset.")
    ] = False,
) -> None:
    """Train a network and write its run folder."""
    store = store_at(models)
    config = TrainConfig(
        dataset=dataset,
        network=network,
        preset=preset,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        augmentation=augmentation,
        seed=seed,
        corrections=corrections,
    )
    if unless_trained and any(run.info.config.dataset == dataset for run in store.runs()):
        return
    from pipeline.cli.terminal import shown_progress
    from pipeline.jobs import worker
    from pipeline.store import interrupted

    if resume:
        config = interrupted.newest(store).config()
    with shown_progress() as report:
        run = worker.train(config, store, data, report, resume=resume)
    if as_json:
        print(run.info.model_dump_json())
        return
    print(f"{run.id}\n{results.accuracy(run.info.metrics)}")
    if run.info.corrections:
        print(f"It also learned from {words.corrections(run.info.corrections)}.")
    if run.info.note:
        print(run.info.note)
    place = interrupted.InterruptedTraining.of(store, run.info.config, run.info.dataset.fingerprint)
    if place.exists():
        print("Continue it with “inkling train --resume”.")
