"""`inkling audit`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import queueing
from pipeline.cli.options import AsJson, Data, Models, store_at
from pipeline.cli.queueing import Queued
from pipeline.config import (
    AUDIT_PRESET,
    DEFAULT_DATASET,
    DEFAULT_NETWORK,
    FOLDS,
    NETWORKS,
    PRESETS,
    REPEATS,
    TrainConfig,
)
from pipeline.data.known import NAMES
from pipeline.words import audited

if TYPE_CHECKING:
    from pipeline.store.audits import Audit


def audit(
    dataset: Annotated[
        str, typer.Option(help=f"One of {', '.join(NAMES)}, or the path of your own.")
    ] = DEFAULT_DATASET,
    network: Annotated[str, typer.Option(help=f"One of {', '.join(NETWORKS)}.")] = DEFAULT_NETWORK,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = AUDIT_PRESET,
    folds: Annotated[int, typer.Option(min=2, max=20, help="How many networks each time.")] = FOLDS,
    repeats: Annotated[int, typer.Option(min=1, max=20, help="How many times.")] = REPEATS,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Random seed.")] = 0,
    first: Annotated[int, typer.Option(min=0, help="How many labels to list.")] = 20,
    queued: Queued = False,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Check every label of a dataset, those of the training images, too.

    Trains several networks, each without a share of the images, and asks each about those it has
    not seen; and all that several times, with other shares. The Labels page then shows the most
    suspicious labels of every part. If it is stopped, the same command goes on with the next
    network.
    """
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.jobs import worker
    from pipeline.jobs.requests import Auditing

    store = store_at(models)
    config = TrainConfig.of(dataset=dataset, network=network, preset=preset, seed=seed)
    with shown_progress() as report:
        if queued:  # what is wrong with it is said now
            datasets.open_dataset(dataset, data, report)
            queueing.add(Auditing(config, folds, repeats), store, as_json=as_json)
            return
        try:
            made = worker.audit(config, store, data, report, folds=folds, repeats=repeats)
        except KeyboardInterrupt:
            print("Stopped. The same command goes on with the next network.", file=sys.stderr)
            raise typer.Exit(130) from None
    _say(made, first, as_json=as_json)


def _say(made: "Audit", first: int, *, as_json: bool) -> None:
    facts, found = made.facts, made.most_suspicious(first)
    for column in ("label", "predicted"):
        found[column] = found[column].map(facts.class_names.__getitem__)
    if as_json:
        rows = json.loads(found.to_json(orient="records"))
        print(json.dumps(facts.model_dump(mode="json") | {"labels": rows}, ensure_ascii=False))
        return
    doubted, total = sum(facts.doubted.values()), sum(facts.counts.values())
    print(audited(doubted, total, facts.networks))
    for row in found.itertuples():
        print(f"{row.part:<6}{row.index:>8}  {row.label} → {row.predicted}")
