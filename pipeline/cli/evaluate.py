"""`inkling evaluate`."""

import json
import sys
from typing import Annotated

import typer

from pipeline import words
from pipeline.cli import results
from pipeline.cli.options import AsJson, Data, Models, RunName, opened, store_at


def evaluate(
    run: RunName,
    dataset: Annotated[
        str | None, typer.Option(help="Default: the one the run was trained on.")
    ] = None,
    data: Data = None,
    adversarial: Annotated[
        bool,
        typer.Option(
            "--adversarial",
            help="Also measure its accuracy under adversarial changes, on 500 of its own test "
            "images; takes a minute.",
        ),
    ] = False,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a run on the test images of a dataset with the same classes, and store the result.

    On its own dataset, adds what a run from an older version lacks: the t-SNE map, the nearest
    training images, the out-of-distribution detector, what each layer is made of, and what excites
    it.
    """
    if adversarial and dataset is not None:
        raise typer.BadParameter(
            "adversarial changes are measured on the dataset the run was trained on; leave out "
            "--dataset",
            param_hint="--adversarial",
        )
    from pipeline import evaluation, robustness
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets
    from pipeline.data.known import seen_in_training

    found = opened(store_at(models), run)
    with shown_progress() as report:
        own = found.info.dataset
        if dataset is None:
            images = datasets.open_by_fingerprint(own.name, own.fingerprint)
        else:
            images = datasets.open_dataset(dataset, data, report)
        metrics = evaluation.evaluate(found, images, report)
        changed = robustness.measure(found, images, report) if adversarial else None
    # Of a network that was trained elsewhere, nobody here knows what it saw.
    seen = found.info.saw_test_images
    if seen is False:
        seen = seen_in_training(images.fingerprint, own.fingerprint)
    if seen:
        print(f"Note: {words.trained_on_these(images.name, own.name)}", file=sys.stderr)
    if as_json:
        more = {"adversarial": changed.model_dump(mode="json")} if changed else {}
        print(json.dumps(metrics.model_dump(mode="json") | more))
        return
    print(f"{found.id} on {images.name}\n{results.accuracy(metrics, seen=seen)}")
    print(results.details(metrics))
    if changed:
        print(results.under_change(changed))
