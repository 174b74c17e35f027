"""`inkling evaluate`."""

import json
import sys
from pathlib import Path
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
    corruptions: Annotated[
        bool,
        typer.Option(
            "--corruptions",
            help="Also measure its accuracy on its own test images with noise, blur, fog and more, "
            "as in MNIST-C; takes a minute or two.",
        ),
    ] = False,
    mnist_c: Annotated[
        Path | None,
        typer.Option(
            "--mnist-c", help="A folder with MNIST-C's own files, to measure it on these, too."
        ),
    ] = None,
    strangers: Annotated[
        bool,
        typer.Option(
            "--strangers",
            help="Measure how well it tells strange images from its own: noise and, if it reads "
            "digits, other drawings; or with --dataset, the images of a dataset of other things.",
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
    corruptions = corruptions or mnist_c is not None
    for option, chosen in (("--adversarial", adversarial), ("--corruptions", corruptions)):
        if chosen and dataset is not None:
            raise typer.BadParameter(
                "this is measured on the dataset the run was trained on; leave out --dataset",
                param_hint=option,
            )
    if strangers and dataset is not None:
        _of_another_dataset(run, dataset, data, models, as_json)
        return
    from pipeline import evaluation, robustness
    from pipeline import strangers as strange_images
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
        sheet = (
            robustness.measure_corruptions(found, images, mnist_c, report) if corruptions else None
        )
        met = strange_images.measure(found, images, report) if strangers else None
    # Of a network that was trained elsewhere, nobody here knows what it saw.
    seen = found.info.saw_test_images
    if seen is False:
        seen = seen_in_training(images.fingerprint, own.fingerprint)
    if seen:
        print(f"Note: {words.trained_on_these(images.name, own.name)}", file=sys.stderr)
    if as_json:
        more = {"adversarial": changed, "corruptions": sheet, "strangers": met}
        told = {key: part.model_dump(mode="json") for key, part in more.items() if part}
        print(json.dumps(metrics.model_dump(mode="json") | told))
        return
    print(f"{found.id} on {images.name}\n{results.accuracy(metrics, seen=seen)}")
    print(results.details(metrics))
    if changed:
        print(results.under_change(changed))
    if sheet:
        print(results.under_corruptions(sheet))
    if met:
        print(results.strangers(met))


def _of_another_dataset(
    run: str, dataset: str, data: Path | None, models: str | None, as_json: bool
) -> None:
    """Measure how strange the images of a dataset of other things are to a run."""
    from pipeline import strangers
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets

    found = opened(store_at(models), run)
    with shown_progress() as report:
        own = datasets.open_by_fingerprint(found.info.dataset.name, found.info.dataset.fingerprint)
        others = datasets.open_dataset(dataset, data, report)
        met = strangers.measure_dataset(found, own, others, report)
    print(met.model_dump_json() if as_json else f"{found.id}\n{results.strangers(met)}")
