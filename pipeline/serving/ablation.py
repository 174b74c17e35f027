"""Ablation: what a network makes of all test images with maps and units switched off or scaled."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.metrics import confusion_counts
from pipeline.preprocess import to_model_input
from pipeline.serving.gradients import GradientGraph

MOST_IMAGES = 10_000  # of a larger test part, as many are drawn
SHIFTS = 3
CHUNK = 100  # images between two reports


@dataclass(frozen=True)
class Shift:
    """How many more images of a class are taken for another one."""

    true: int
    predicted: int
    more: int


@dataclass(frozen=True)
class Ablation:
    """What changes.

    Attributes:
        before, after: how many images the network is right on, with everything and without.
        images: of how many.
        shifts: the confusions that grow most, largest first; at most three.
    """

    before: int
    after: int
    images: int
    shifts: tuple[Shift, ...]


def sample(count: int) -> np.ndarray:
    """Return the test images to look at: all, or 10,000 drawn with a fixed seed; ascending."""
    if count <= MOST_IMAGES:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, MOST_IMAGES, replace=False))


def ablate(
    graph: GradientGraph,
    gates: np.ndarray,
    images: np.ndarray,
    labels: np.ndarray,
    before: np.ndarray,
    on_progress: Callable[[float], object],
) -> Ablation:
    """Predict images with scaled maps and units, and count what changes.

    Args:
        graph: of the network.
        gates: float (gates,), by which its maps and units are scaled; see `Anatomy.gated`.
        images: uint8 (n, height, width, channels).
        labels: int (n,), their true classes.
        before: int (n,), what the whole network predicts.
        on_progress: called with the share that is done, now and then.
    """
    after = np.empty(len(images), np.int64)
    for start in range(0, len(images), CHUNK):
        for row, image in enumerate(to_model_input(images[start : start + CHUNK]), start):
            after[row] = graph.logits(image, gates).argmax()
        on_progress(min(1.0, (start + CHUNK) / len(images)))
    counts = [confusion_counts(labels, guesses, graph.classes) for guesses in (before, after)]
    grown = counts[1] - counts[0]
    np.fill_diagonal(grown, 0)
    order = np.argsort(-grown, axis=None, kind="stable")[:SHIFTS]
    cells = [divmod(int(place), graph.classes) for place in order]
    return Ablation(
        before=int(np.trace(counts[0])),
        after=int(np.trace(counts[1])),
        images=len(images),
        shifts=tuple(Shift(*cell, int(grown[cell])) for cell in cells if grown[cell] > 0),
    )
