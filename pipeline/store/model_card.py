"""A run's model card: intended use, data and limits, in plain words.

After Mitchell et al. 2019, "Model Cards for Model Reporting", as short as befits a small network.
"""

from collections.abc import Mapping

from pipeline import words
from pipeline.analysis.metrics import Metrics
from pipeline.config import TrainConfig
from pipeline.data.known import KNOWN
from pipeline.store.run_info import Added, DatasetInfo, Retrained
from pipeline.words import percent


def model_card(
    dataset: DatasetInfo,
    config: TrainConfig,
    metrics: Metrics,
    corrections: Mapping[str, int] | None = None,
    retrained: Retrained | None = None,
) -> dict[str, str]:
    """Write a model card.

    Args:
        dataset: what it learned from.
        config: the settings of the training.
        metrics: on the test part.
        corrections: how many it also learned from, by class.
        retrained: where it comes from, if it goes on from another run.

    Returns:
        A few sentences for each of "Intended use", "Data" and "Limits".
    """
    counts = dataset.counts
    augmented = (
        " Training images were randomly shifted, rotated and distorted."
        if config.augmentation
        else ""
    )
    drawn = (
        f" {config.allographs:.0%} of the digits in each epoch were drawn from templates, "
        "in ways to write them that are rare in MNIST."
        if config.allographs
        else ""
    )
    chosen = "" if retrained else "to choose the best epoch and "
    disturbed = (
        f" {config.disturbance:.0%} of the images were also blurred, littered, unevenly lit or the "
        "like."
        if config.disturbance
        else ""
    )
    learned = f" It also learned from {words.corrections(corrections)}." if corrections else ""
    return {
        "Intended use": _intended_use(metrics),
        "Data": (
            f"{_source(dataset)}: {counts.get('train', 0):,} for training, "
            f"{counts.get('valid', 0):,} for validation ({chosen}to calibrate its confidence), "
            f"{counts.get('test', 0):,} for testing, {_tested(retrained)}."
            f"{drawn}{augmented}{disturbed}{learned}"
        ),
        "Limits": _limits(metrics, mnist_framed=dataset.mnist_framed),
    }


def _tested(retrained: Retrained | None) -> str:
    """Say what the test images were used for."""
    if retrained is None:
        return "used only once, at the end"
    said = f"as for the run it goes on from, {retrained.run}"
    if not (taught := len(retrained.test_images)):
        return said
    return f"{said}; {taught:,} of them {'was' if taught == 1 else 'were'} taught with a new label"


def card_of_added(dataset: DatasetInfo, added: Added, metrics: Metrics) -> dict[str, str]:
    """Write the model card of a network that was trained elsewhere.

    Args:
        dataset: what it was tested on.
        added: where it is from.
        metrics: on the test part.

    Returns:
        A few sentences for each of "Intended use", "Origin", "Data" and "Limits".
    """
    return {
        "Intended use": _intended_use(metrics),
        "Origin": (
            f"It was not trained here, but added from the file “{added.file}”. What it learned "
            "from, and how, only its author knows. " + " ".join(added.found)
        ),
        "Data": (
            f"{_source(dataset)}: {dataset.counts.get('test', 0):,} images for testing. Whether it "
            "saw some of them in training is not known here; if so, it is less accurate than it "
            "looks. Its confidence is as it was saved, not calibrated here."
        ),
        "Limits": _limits(metrics, mnist_framed=dataset.mnist_framed),
    }


def _intended_use(metrics: Metrics) -> str:
    return (
        f"Classifying small images into {len(metrics.classes)} classes, and showing how such a "
        "network works and where it fails. Not for decisions that affect people."
    )


def _source(dataset: DatasetInfo) -> str:
    known = KNOWN.get(dataset.name)
    source = known.source if known else f"the images of “{dataset.name}”"
    return f"{source[0].upper()}{source[1:]}"


def _limits(metrics: Metrics, *, mnist_framed: bool) -> str:
    weakest = min(metrics.classes, key=lambda score: score.recall)
    where = "other handwriting, pens or cameras" if mnist_framed else "other kinds of images"
    said = [
        f"An accuracy of {percent(metrics.accuracy)} applies to images like those of its test set; "
        f"expect less on {where}."
    ]
    if weakest.recall < 1:
        said.append(
            f"It is weakest on “{weakest.name}”, of which it recognizes {percent(weakest.recall)}."
        )
    said.append("It always picks one of its classes, even when none applies.")
    if mnist_framed:
        said.append("It expects a single upright character and centers it itself.")
    return " ".join(said)
