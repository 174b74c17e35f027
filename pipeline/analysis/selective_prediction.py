"""Selective prediction: the errors that remain when a person takes the least confident images.

Source: El-Yaniv, Wiener 2010, On the foundations of noise-free selective classification.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SHARES = (
    0.001, 0.0015, 0.002, 0.003, 0.005, 0.007,
    0.01, 0.015, 0.02, 0.03, 0.05, 0.07,
    0.1, 0.15, 0.2, 0.3, 0.5,
)  # fmt: skip
USUAL_SHARE = 0.01  # shown first
POINTS = 500  # of a curve: more than a screen can tell apart


@dataclass(frozen=True)
class RiskCoverage:
    """Images by increasing confidence, and the errors that remain after each.

    Attributes:
        confidence: float (n,) in [0, 1], ascending.
        errors: int64 (n + 1,); entry k is how many errors remain among the others when the k
            least confident images are passed on to a person.
    """

    confidence: np.ndarray
    errors: np.ndarray

    @property
    def total(self) -> int:
        """How many images there are."""
        return len(self.confidence)

    def errors_remaining(self, passed: int) -> int:
        """Return how many errors remain when the `passed` least confident images are passed on."""
        return int(self.errors[passed])

    def choices(self) -> list[int]:
        """Return useful numbers of images to pass on: 0, and growing steps up to half of all."""
        return sorted({0, *(self._share(share) for share in SHARES)})

    def usual(self) -> int:
        """Return the choice to start with."""
        return self._share(USUAL_SHARE)

    def curve(self, points: int = POINTS) -> pd.DataFrame:
        """Return passed and errors, ints: one row per choice from none to all, ever sparser.

        The first images matter most, so each has a row; later ones are spaced geometrically.
        """
        steps = np.geomspace(1, self.total, points - 1).round().astype(np.int64)
        passed = np.unique(np.append(steps, 0))
        return pd.DataFrame({"passed": passed, "errors": self.errors[passed]})

    def _share(self, share: float) -> int:
        return max(1, round(share * self.total))


def risk_coverage(confidence: np.ndarray, correct: np.ndarray) -> RiskCoverage:
    """Sort images by confidence and count the errors that remain.

    Among equally confident images, the correct ones are passed on first: no threshold tells them
    apart, so the count is the worst case over all orders.

    Args:
        confidence: float (n,) in [0, 1], n at least 1.
        correct: bool (n,).

    Raises:
        ValueError: there are no images, or the lengths differ.
    """
    if len(confidence) == 0 or len(confidence) != len(correct):
        raise ValueError(f"got {len(confidence)} confidences for {len(correct)} images")
    order = np.lexsort((~correct, confidence))
    removed = np.concatenate([[0], np.cumsum(~correct[order])])
    return RiskCoverage(confidence[order], removed[-1] - removed)
