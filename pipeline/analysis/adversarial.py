"""Adversarial examples: the small changes of an image that make a network read something else.

A network comes in as a callable. Source of the method: Madry, Makelov, Schmidt, Tsipras, Vladu
2018, "Towards Deep Learning Models Resistant to Adversarial Attacks" (projected gradient descent).
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

# An image and weights over the logits -> the logits, and the gradient of their weighted sum. No
# weights at all ask for the logits only.
Explain = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
Norm = Literal["linf", "l2"]

ITERATIONS = 20
# From nothing to what anybody sees: shares of the range of a value, and roots of sums of squares.
BUDGETS: dict[Norm, tuple[float, ...]] = {
    "linf": (0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
    "l2": (0, 0.25, 0.5, 1, 1.5, 2, 3, 4),
}
STRIDE = 2.5  # times the budget, in all steps together: enough to reach its edge and turn


def fool(
    explain: Explain, image: np.ndarray, target: int, budget: float, norm: Norm = "linf"
) -> np.ndarray:
    """Change an image within a budget so that a network reads it as a class, if it can be.

    Args:
        explain: the network.
        image: float32 (height, width, channels) in [0, 1].
        target: the class.
        budget: how large the change may be: of any value (linf), or of all together, as the root
            of the sum of squares (l2).
        norm: which of the two.

    Returns:
        The changed image, float32 in [0, 1]: the first that is read as the class, or else the one
        that comes nearest to it.
    """
    return _pushed(explain, image, budget, norm, lambda logits: _toward(logits, target))[0]


def mislead(
    explain: Explain, image: np.ndarray, label: int, budget: float, norm: Norm = "linf"
) -> np.ndarray:
    """Change an image within a budget so that a network no longer reads it as a class; see `fool`.

    Args:
        label: the class, such as its true one.
    """
    return _misled(explain, image, label, budget, norm)[0]


def accuracy_under_change(
    explain: Explain,
    images: np.ndarray,
    labels: np.ndarray,
    budgets: Sequence[float],
    norm: Norm = "linf",
    on_image: Callable[[], object] = lambda: None,
) -> list[float]:
    """Compute the share of images read right whatever change of a size is found.

    Args:
        explain: the network.
        images: float32 (n, height, width, channels) in [0, 1].
        labels: int (n,), the true classes.
        budgets: sizes of the change, ascending; 0 is the image itself.
        norm: how they are measured.
        on_image: called after each image.

    Returns:
        One share per budget, in [0, 1], never rising: a larger budget includes the smaller ones.
    """
    right = np.zeros(len(budgets), np.int64)
    for image, label in zip(images, labels, strict=True):

        def misled(budget: float, image: np.ndarray = image, label: int = int(label)) -> bool:
            return _misled(explain, image, label, budget, norm)[1]

        # What misleads within a budget does so within every larger one: a few tries are enough.
        right[: bisect_left(budgets, True, key=misled)] += 1
        on_image()
    return [int(count) / len(images) for count in right]


def size(change: np.ndarray, norm: Norm) -> float:
    """Measure a change of an image."""
    return float(np.abs(change).max() if norm == "linf" else np.sqrt((change**2).sum()))


def _misled(
    explain: Explain, image: np.ndarray, label: int, budget: float, norm: Norm
) -> tuple[np.ndarray, bool]:
    return _pushed(explain, image, budget, norm, lambda logits: -_toward(logits, label))


def _pushed(
    explain: Explain,
    image: np.ndarray,
    budget: float,
    norm: Norm,
    weigh: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, bool]:
    """Climb the logits, weighed anew at each step, until their weighted sum is positive.

    Returns:
        The changed image, and whether the sum is positive.
    """
    stride = STRIDE * budget / ITERATIONS
    changed = nearest = image
    weights, best = weigh(_logits(explain, image)), -np.inf
    for iteration in range(ITERATIONS + 1):
        logits, gradient = explain(changed, weights)
        weights = weigh(logits)
        reached = float(weights @ logits)
        if reached > best:
            best, nearest = reached, changed
        if reached > 0 or iteration == ITERATIONS or not budget:
            break
        changed = _within(changed + stride * _direction(gradient, norm), image, budget, norm)
    return nearest, best > 0


def _logits(explain: Explain, image: np.ndarray) -> np.ndarray:
    return explain(image, np.zeros(0, np.float32))[0]


def _toward(logits: np.ndarray, label: int) -> np.ndarray:
    """Return weights for a class, against the one that is ahead of the others."""
    others = logits.copy()
    others[label] = -np.inf
    weights = np.zeros(len(logits), np.float32)
    weights[label], weights[int(others.argmax())] = 1, -1
    return weights


def _direction(gradient: np.ndarray, norm: Norm) -> np.ndarray:
    if norm == "linf":
        return np.sign(gradient)
    length = float(np.sqrt((gradient**2).sum()))
    return gradient / length if length else gradient


def _within(changed: np.ndarray, image: np.ndarray, budget: float, norm: Norm) -> np.ndarray:
    """Bring a changed image back into its budget, and into [0, 1]."""
    change = changed - image
    if norm == "linf":
        change = np.clip(change, -budget, budget)
    elif (length := size(change, norm)) > budget:
        change = change * (budget / length)
    return np.clip(image + change, 0, 1).astype(np.float32)
