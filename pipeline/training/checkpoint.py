"""The state of a training between two epochs, as a value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.training.film import Film

Row = dict[str, float]


@dataclass(frozen=True)
class ExtraExamples:
    """Images to learn from besides a dataset's training part.

    Attributes:
        images: uint8 (n, height, width, channels), shaped like the dataset's.
        labels: int64 (n,).
        repeats: how many times an epoch shows each.
    """

    images: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 0, 0), np.uint8))
    labels: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    repeats: int = 0

    @property
    def shown(self) -> int:
        """How many images they add to an epoch."""
        return len(self.labels) * self.repeats

    def counts(self, class_names: Sequence[str]) -> dict[str, int]:
        """Count them by class name, in label order; classes without any are left out."""
        counted = np.bincount(self.labels, minlength=len(class_names)).tolist()
        return {name: count for name, count in zip(class_names, counted, strict=True) if count}


@dataclass
class Checkpoint:
    """All that a training needs to continue after its last completed epoch.

    Attributes:
        rows: the history so far, one row per epoch.
        variables, optimizer: values of the model's and the optimizer's variables.
        best_epoch: counted from 1; 0 if there is none yet.
        best_weights: the model's weights after that epoch.
        seconds: training time so far.
        extra: what it learns from besides the training part; must stay the same when resumed.
        film: its frames so far; None if it is not filmed.
        network: how it is built (`networks.fingerprint`); "" where an earlier version kept it.
    """

    rows: list[Row] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    optimizer: list[np.ndarray] = field(default_factory=list)
    best_epoch: int = 0
    best_weights: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0
    extra: ExtraExamples = field(default_factory=ExtraExamples)
    film: Film | None = None
    network: str = ""

    @property
    def best(self) -> tuple[float, float]:
        """The score to beat: validation accuracy, then lower validation loss."""
        if not self.best_epoch:
            return -math.inf, -math.inf
        return score(self.rows[self.best_epoch - 1])


def score(row: Row) -> tuple[float, float]:
    """Rank an epoch: by higher validation accuracy, then by lower validation loss."""
    return row["val_accuracy"], -row["val_loss"]
