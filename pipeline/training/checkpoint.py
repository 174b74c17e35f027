"""The state of a training between two epochs: a value that training hands out and takes back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

Row = dict[str, float]


@dataclass(frozen=True)
class ExtraExamples:
    """Images to learn from beside a dataset's training part.

    Attributes:
        images: uint8 (n, height, width, channels), as the dataset's.
        labels: int64 (n,).
        repeats: how often an epoch shows each.
    """

    images: np.ndarray = field(default_factory=lambda: np.empty((0, 0, 0, 0), np.uint8))
    labels: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    repeats: int = 0

    @property
    def shown(self) -> int:
        """How many images they add to an epoch."""
        return len(self.labels) * self.repeats

    def counts(self, class_names: Sequence[str]) -> dict[str, int]:
        """Count them by class name, in the order of the labels, where there are any."""
        counted = np.bincount(self.labels, minlength=len(class_names)).tolist()
        return {name: count for name, count in zip(class_names, counted, strict=True) if count}


@dataclass
class Checkpoint:
    """All that a training needs to go on after its last finished epoch.

    Attributes:
        rows: the history so far, a row an epoch.
        variables, optimizer: values of the model's and the optimizer's variables.
        best_epoch: counted from 1; 0 before the first.
        best_weights: of that epoch.
        seconds: of training so far.
        extra: what it learns from beside the training part; others would make another training.
    """

    rows: list[Row] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    optimizer: list[np.ndarray] = field(default_factory=list)
    best_epoch: int = 0
    best_weights: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0
    extra: ExtraExamples = field(default_factory=ExtraExamples)

    @property
    def best(self) -> tuple[float, float]:
        """The score to beat: validation accuracy, then less validation loss."""
        if not self.best_epoch:
            return -math.inf, -math.inf
        return score(self.rows[self.best_epoch - 1])


def score(row: Row) -> tuple[float, float]:
    """Rank an epoch: more validation images right, then the lower validation loss."""
    return row["val_accuracy"], -row["val_loss"]
