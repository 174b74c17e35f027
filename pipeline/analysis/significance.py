"""Two runs, or two settings with several seeds -> whether a difference could be due to chance.

Uses nothing heavier than numpy and pandas, but for scipy's special functions over seeds, so that
pages can use it.
"""

import math
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.metrics import NORMAL_95

SIGNIFICANT = 0.05  # the usual threshold of a p-value: 1 in 20


@dataclass(frozen=True)
class Comparison:
    """A second classifier compared with a first.

    Attributes:
        fixed: images that only the second gets right.
        broken: images that only the first gets right.
        p_value: the probability that chance alone splits as many images at least as unevenly, in
            (0, 1]; 0 if it is too small for a float.
    """

    fixed: int
    broken: int
    p_value: float


@dataclass(frozen=True)
class Difference:
    """The accuracy of one classifier minus that of another: shares in [-1, 1].

    Attributes:
        value: as measured.
        low, high: its 95% interval.
    """

    value: float
    low: float
    high: float


def mcnemar(label: np.ndarray, first: np.ndarray, second: np.ndarray) -> Comparison:
    """Compare two classifiers by the images that only one of them gets right.

    If both are equally good, each such image is a toss of a fair coin: McNemar's test (1947) in its
    exact, two-sided form.

    Args:
        label: int (n,), the true classes.
        first, second: int (n,), what each predicted.

    Raises:
        ValueError: the shapes differ.
    """
    if not label.shape == first.shape == second.shape:
        raise ValueError(
            "a comparison needs predictions of the same images, got "
            f"{label.shape} labels for predictions of {first.shape} and {second.shape}"
        )
    first_right, second_right = first == label, second == label
    fixed = int(np.count_nonzero(second_right & ~first_right))
    broken = int(np.count_nonzero(first_right & ~second_right))
    return Comparison(fixed, broken, sign_test(fixed, broken))


def sign_test(heads: int, tails: int) -> float:
    """Return the probability that a fair coin falls at least as unevenly, either way: [0, 1]."""
    tosses, fewer = heads + tails, min(heads, tails)
    # Integers of any size divide to the nearest float: no logarithms, no overflow.
    largest = math.comb(tosses, fewer) / 2**tosses
    # Each rarer outcome is a known fraction of the one before; the fractions only shrink.
    k = np.arange(fewer, 0, -1)
    tail = largest * (1 + float(np.cumprod(k / (tosses - k + 1)).sum()))
    return min(1.0, 2 * tail)


def paired_difference(only_first: int, only_second: int, images: int) -> Difference:
    """Return the difference of two accuracies on the same images, with its 95% interval.

    Half an image is added to each of the four ways in which two classifiers can be right or wrong,
    so that the interval holds for few images, too (Agresti, Min 2005, "Simple improved confidence
    intervals for comparing matched proportions").

    Args:
        only_first, only_second: images that only one of them gets right.
        images: how many there are, at least 1.
    """
    more, fewer, total = only_first + 0.5, only_second + 0.5, images + 2
    center = (more - fewer) / total
    half = NORMAL_95 * math.sqrt(more + fewer - (more - fewer) ** 2 / total) / total
    return Difference(
        (only_first - only_second) / images, max(-1.0, center - half), min(1.0, center + half)
    )


def over_seeds(differences: np.ndarray) -> Difference | None:
    """Return the mean of differences that were measured with several seeds, and its 95% interval.

    That of Student's t (1908): the seeds are a sample of all seeds, and the difference of two
    settings is taken with the same seed each time, so what a seed does to both does not count.

    Args:
        differences: float (n,), of two accuracies with the same seed.

    Returns:
        None for fewer than two seeds, which cannot tell how much a seed does.
    """
    n = len(differences)
    if n < 2:
        return None
    mean, error = float(np.mean(differences)), float(np.std(differences, ddof=1)) / math.sqrt(n)
    from scipy.special import stdtrit  # heavier than all the rest, and few pages need it

    half = float(stdtrit(n - 1, 0.975)) * error
    return Difference(mean, max(-1.0, mean - half), min(1.0, mean + half))
