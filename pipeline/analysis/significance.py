"""Two runs' predictions of the same images -> whether their difference could be due to chance.

Uses only numpy, so that pages can use it, too.
"""

import math
from dataclasses import dataclass

import numpy as np


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
