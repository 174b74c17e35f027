"""Allographs as training examples: the share of each epoch that is drawn, not taken from a dataset.

Where a dataset's writers share one school, its network fails on the hands of others. Drawn examples
come first, as in synthetic text for reading scenes (Jaderberg et al. 2014, "Synthetic data and
artificial neural networks for natural scene text recognition").
"""

import numpy as np

from pipeline.data.datasets import Dataset
from pipeline.data.known import DIGITS, KNOWN
from pipeline.errors import InklingError
from pipeline.ink import allographs
from pipeline.ink.drawing import ink_to_image
from pipeline.training.checkpoint import ExtraExamples

REPEATS = 2  # how many times an epoch shows each drawing; it is augmented anew each time


def holds_digits(dataset: Dataset) -> bool:
    """Whether a dataset is known to hold digits, so that presets may draw some.

    A dataset of one's own may have numbers for names and hold other characters.
    """
    known = KNOWN.get(dataset.name)
    return known is not None and known.class_names == DIGITS and bool(_digits_of(dataset))


def written(dataset: Dataset, share: float, seed: int) -> ExtraExamples:
    """Draw allographs, each way to write a digit about as often as any other.

    So digits that are written in many ways are drawn more often than those that are not.

    Args:
        dataset: whose training part they are shown with.
        share: of the digits in an epoch that are drawn, in [0, 1).
        seed: the same seed gives the same drawings.

    Returns:
        Examples shaped like the dataset's images; none if the share is 0.

    Raises:
        InklingError: the dataset's images are not framed as MNIST's, or none of its classes is
            named as a digit.
    """
    if not share:
        return ExtraExamples()
    digits = _digits_of(dataset)
    if not digits:
        raise InklingError(
            "Allographs are digits in ink like MNIST's, and this dataset has none that are named "
            "“0” to “9”. Train without them: allographs 0."
        )
    real = int(np.isin(dataset.y_train, list(digits)).sum())
    count = round(real * share / (1 - share) / REPEATS)
    ways = [label for label, digit in digits.items() for _ in allographs.TEMPLATES[digit]]
    labels = np.array(ways, np.int64)[np.arange(count) * len(ways) // max(count, 1)]
    ink = allographs.inked(np.array([digits[label] for label in labels.tolist()]), seed)
    images = np.empty((count, *dataset.image_shape), np.uint8)
    for place, one in enumerate(ink):
        images[place] = ink_to_image(one, dataset.image_shape)
    return ExtraExamples(images, labels, REPEATS)


def _digits_of(dataset: Dataset) -> dict[int, int]:
    """Return which labels stand for which digits; {} where drawings would not look like them."""
    if not dataset.mnist_framed:
        return {}
    digits = {str(digit): digit for digit in allographs.TEMPLATES}
    names = enumerate(dataset.class_names)
    return {label: digits[name] for label, name in names if name in digits}
