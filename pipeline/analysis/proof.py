"""Two runs' predictions -> the proof: what a network learned from corrections, and what it lost.

It compares a network before and after it was taught. Uses nothing heavier than numpy and pandas,
so that pages can use it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import words
from pipeline.analysis import metrics
from pipeline.analysis.adversarial import Norm
from pipeline.analysis.significance import SIGNIFICANT, Difference, mcnemar, paired_difference


@dataclass(frozen=True)
class Change:
    """A share in [0, 1], before and after."""

    before: float
    after: float

    @property
    def gain(self) -> float:
        """After minus before, in [-1, 1]."""
        return self.after - self.before


@dataclass(frozen=True)
class HeldBack:
    """How a network reads the corrections that it was not taught.

    Attributes:
        total: how many were held back.
        before, after: how many of them it read right.
        learned: how many it read wrong before, and right after.
        learned_before: how many more were held back, which one of the networks may have learned
            earlier; they prove nothing.
    """

    total: int = 0
    before: int = 0
    after: int = 0
    learned: int = 0
    learned_before: int = 0

    @classmethod
    def of(cls, label: np.ndarray, before: np.ndarray, after: np.ndarray) -> "HeldBack":
        """Count them.

        Args:
            label: int (n,), what people say they are.
            before, after: int (n,), what the network predicted.

        Raises:
            ValueError: the shapes differ.
        """
        learned = mcnemar(label, before, after).fixed
        right = [int(np.count_nonzero(predicted == label)) for predicted in (before, after)]
        return cls(len(label), right[0], right[1], learned)


@dataclass(frozen=True)
class ClassChange:
    """The accuracy on the test images of one class, before and after.

    Attributes:
        name: of the class.
        images: how many it has.
        accuracy: the share of them read right; 0 where there are none.
    """

    name: str
    images: int
    accuracy: Change


@dataclass(frozen=True)
class RobustnessChange:
    """The accuracy under adversarial changes of one size, before and after.

    Attributes:
        norm: how the size is measured.
        budget: the size.
        accuracy: of the test images that were changed.
    """

    norm: Norm
    budget: float
    accuracy: Change


@dataclass(frozen=True)
class Proof:
    """What a network learned and what it lost, on images that it was not taught.

    Attributes:
        held_back: corrections that it was not taught.
        images: how many test images both networks read; those it was taught are left out.
        left_out: how many those are.
        fixed, broken: indices of the test images that only the network after, or only the one
            before, reads right; ascending.
        accuracy: on the test images.
        difference: of the two accuracies, with its 95% interval.
        p_value: how probable so uneven a split of fixed and broken is by chance (McNemar).
        classes: in label order.
        calibration_error: see `metrics.calibration_error`.
        robustness: under adversarial changes, where both networks were measured.
    """

    held_back: HeldBack
    images: int
    left_out: int
    fixed: tuple[int, ...]
    broken: tuple[int, ...]
    accuracy: Change
    difference: Difference
    p_value: float
    classes: tuple[ClassChange, ...]
    calibration_error: Change
    robustness: tuple[RobustnessChange, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether it reads fewer test images right than before, by more than chance explains."""
        return len(self.broken) > len(self.fixed) and self.p_value < SIGNIFICANT

    @property
    def is_better(self) -> bool:
        """Whether it reads more test images right than before, by more than chance explains."""
        return len(self.fixed) > len(self.broken) and self.p_value < SIGNIFICANT

    @property
    def worst_class(self) -> ClassChange:
        """The class that loses the most; the first of several."""
        return min(self.classes, key=lambda one: one.accuracy.gain)

    @property
    def said(self) -> str:
        """The proof in a sentence or two: what was learned, and whether anything was forgotten."""
        held = self.held_back
        of_teaching = words.learned(held.total, held.before, held.after, held.learned_before)
        of_test = words.kept(
            len(self.fixed), len(self.broken), self.images,
            worse=self.is_worse, better=self.is_better,
        )  # fmt: skip
        return f"{of_teaching} {of_test}"


def prove(
    before: pd.DataFrame,
    after: pd.DataFrame,
    class_names: Sequence[str],
    *,
    held_back: HeldBack | None = None,
    taught: Sequence[int] = (),
    robustness: Sequence[RobustnessChange] = (),
) -> Proof:
    """Compare a network's predictions before and after it was taught.

    Args:
        before, after: predictions tables of the same test images; label, predicted and confidence
            are used.
        class_names: in label order.
        held_back: how it reads the corrections that it was not taught.
        taught: indices of test images that it was taught; they prove nothing.
        robustness: where both networks were measured.

    Raises:
        ValueError: the tables are of different images, or none is left.
    """
    label = before["label"].to_numpy()
    if not np.array_equal(label, after["label"].to_numpy()):
        raise ValueError("a proof needs predictions of the same images")
    kept = np.flatnonzero(~np.isin(np.arange(len(label)), list(taught)))
    if not len(kept):
        raise ValueError("a proof needs test images that the network was not taught")
    tables = [table.iloc[kept] for table in (before, after)]
    label, (first, second) = label[kept], [one["predicted"].to_numpy() for one in tables]
    compared = mcnemar(label, first, second)
    right = first == label, second == label
    errors = [
        metrics.calibration_error(one["confidence"].to_numpy(), hits)
        for one, hits in zip(tables, right, strict=True)
    ]
    return Proof(
        held_back=held_back or HeldBack(),
        images=len(kept),
        left_out=len(before) - len(kept),
        fixed=tuple(kept[right[1] & ~right[0]].tolist()),
        broken=tuple(kept[right[0] & ~right[1]].tolist()),
        accuracy=Change(float(right[0].mean()), float(right[1].mean())),
        difference=paired_difference(compared.fixed, compared.broken, len(kept)),
        p_value=compared.p_value,
        classes=tuple(_by_class(label, right, class_names)),
        calibration_error=Change(*errors),
        robustness=tuple(robustness),
    )


def _by_class(
    label: np.ndarray, right: tuple[np.ndarray, np.ndarray], class_names: Sequence[str]
) -> list[ClassChange]:
    images = np.bincount(label, minlength=len(class_names))
    shares = [
        np.bincount(label[hits], minlength=len(class_names)) / np.maximum(images, 1)
        for hits in right
    ]
    return [
        ClassChange(name, int(images[k]), Change(float(shares[0][k]), float(shares[1][k])))
        for k, name in enumerate(class_names)
    ]
