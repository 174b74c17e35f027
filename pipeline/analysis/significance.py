"""Two runs' predictions of the same images -> whether one is better, or chance made it look so.

Only numpy, so that pages can compute as well.
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
        p_value: how often chance alone splits so many images at least so unevenly, in (0, 1];
            0 where that is too rare to be written as a float.
    """

    fixed: int
    broken: int
    p_value: float


def mcnemar(label: np.ndarray, first: np.ndarray, second: np.ndarray) -> Comparison:
    """Compare two classifiers by the images that one gets right and the other wrong.

    Where both are equally good, each such image is a toss of a fair coin: McNemar's test (1947)
    in its exact, two-sided form.

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
    """Return how often a fair coin falls at least so unevenly, either way, in [0, 1]."""
    tosses, fewer = heads + tails, min(heads, tails)
    # Whole numbers of any size divide into the nearest float: no logarithm, nothing overflows.
    largest = math.comb(tosses, fewer) / 2**tosses
    # Each rarer outcome is a known share of the one before; the shares only get smaller.
    k = np.arange(fewer, 0, -1)
    tail = largest * (1 + float(np.cumprod(k / (tosses - k + 1)).sum()))
    return min(1.0, 2 * tail)
