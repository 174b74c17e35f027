"""`inkling evaluate`."""

import sys
from typing import Annotated

import typer

from pipeline import words
from pipeline.cli import results
from pipeline.cli.options import AsJson, Data, Models, RunName, store_at


def evaluate(
    run: RunName,
    dataset: Annotated[
        str | None, typer.Option(help="Default: the one the run was trained on.")
    ] = None,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a run on the test images of a dataset with the same classes, and store the result.

    On its own dataset, adds what a run from an older version lacks: the t-SNE map, the nearest
    training images, and the out-of-distribution detector.
    """
    from pipeline import evaluation
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.data.known import seen_in_training

    found = store_at(models).open(run)
    with shown_progress() as report:
        own = found.info.dataset
        if dataset is None:
            images = datasets.open_by_fingerprint(own.name, own.fingerprint)
        else:
            images = datasets.open_dataset(dataset, data, report)
        metrics = evaluation.evaluate(found, images, report)
    # Of a network that was trained elsewhere, nobody here knows what it saw.
    seen = found.info.saw_test_images
    if seen is False:
        seen = seen_in_training(images.fingerprint, own.fingerprint)
    if seen:
        print(f"Note: {words.trained_on_these(images.name, own.name)}", file=sys.stderr)
    if as_json:
        print(metrics.model_dump_json())
        return
    print(f"{found.id} on {images.name}\n{results.accuracy(metrics, seen=seen)}")
    print(results.details(metrics))
