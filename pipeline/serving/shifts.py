"""How often a network is right on images that are shifted by a few pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.metrics import wilson_interval
from pipeline.ink.perturbations import moved

FARTHEST = 6 / 28  # of a side
STEPS = 6
IMAGES = 250
FEWEST_IMAGES = 60
SECONDS = 1.2  # what measuring one network may take
SEED = 0
DIRECTIONS = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])  # right, left, down, up


@dataclass(frozen=True)
class ShiftCurve:
    """On how many images a network is right, by how far they are shifted.

    Attributes:
        pixels: ascending; the first is 0.
        correct: one count for each.
        images: of how many.
    """

    pixels: tuple[int, ...]
    correct: tuple[int, ...]
    images: int

    @property
    def accuracy(self) -> list[float]:
        """The share it is right on, for each."""
        return [correct / self.images for correct in self.correct]

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """The 95% Wilson interval of each share."""
        return [wilson_interval(correct, self.images) for correct in self.correct]


def distances(height: int, width: int) -> tuple[int, ...]:
    """Return by how many pixels images are shifted: 0 to 6 of 28, fewer of a small image."""
    farthest = max(1, round(min(height, width) * FARTHEST))
    return tuple(np.unique(np.rint(np.linspace(0, farthest, STEPS + 1)).astype(int)).tolist())


def affordable(milliseconds: float) -> int:
    """Return how many images can be looked at where each takes so long, at every distance."""
    most = int(SECONDS * 1000 / (max(milliseconds, 1e-3) * (STEPS + 1)))
    return min(max(most, FEWEST_IMAGES), IMAGES)


def shift_curve(
    predict: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    *,
    is_ink: bool,
) -> ShiftCurve:
    """Measure a network on images that are shifted ever farther.

    Each goes in one direction, drawn with a fixed seed: right, left, down or up.

    Args:
        predict: uint8 (n, height, width, channels) -> float (n, classes).
        images: uint8 (n, height, width, channels), n at least 1.
        labels: int (n,), their classes.
        is_ink: whether what comes in is black; if not, it repeats the image's edge.
    """
    toward = DIRECTIONS[np.random.default_rng(SEED).integers(len(DIRECTIONS), size=len(images))]
    pixels = distances(*images.shape[1:3])
    correct = []
    for far in pixels:
        shifted = np.stack(
            [
                moved(image, *(far * way).tolist(), is_ink=is_ink)
                for image, way in zip(images, toward, strict=True)
            ]
        )
        correct.append(int((predict(shifted).argmax(axis=1) == labels).sum()))
    return ShiftCurve(pixels, tuple(correct), len(images))
