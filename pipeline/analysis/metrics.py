"""Labels and probabilities -> the predictions table, and the metrics of a classifier.

Uses nothing heavier than numpy and pandas, so that pages can use it, too.
"""

from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, Field, model_validator

BINS = 15  # of the calibration error, as in Guo et al. 2017
NORMAL_95 = 1.959963984540054  # two-sided 95% quantile of the normal distribution
TOP_CONFUSIONS = 10
# What numbers of a file must be, so that one that was altered is noticed where it is read.
Share = Annotated[float, Field(ge=-1e-9, le=1 + 1e-9)]  # nor NaN; rounded as computing rounds
Count = Annotated[int, Field(ge=0)]
SMALLEST_PROBABILITY = float(np.finfo(np.float32).tiny)  # keeps a logarithm finite


class ClassScore(BaseModel):
    """The scores of one class; every share is in [0, 1], and 0 where it would divide by zero.

    Attributes:
        name: of the class.
        precision: of the images predicted as this class, the share that belong to it.
        recall: of the images of this class, the share predicted as it.
        f1: the harmonic mean of the two.
        support: how many images the class has.
    """

    name: str
    precision: Share
    recall: Share
    f1: Share
    support: Count


class Confusion(BaseModel):
    """How often images of one class are predicted as another."""

    true: Count
    predicted: Count
    count: Count


class Metrics(BaseModel):
    """The metrics of a classifier, from its predictions table.

    Attributes:
        correct, total: how many images are predicted correctly, and how many there are.
        accuracy: correct / total.
        accuracy_low, accuracy_high: its 95% Wilson interval.
        log_loss: mean of −ln(probability of the true class), in nats.
        calibration_error: expected calibration error over 15 bins of confidence, in [0, 1].
        classes: the scores of each class, in label order.
        confusions: the most frequent mistakes, most frequent first.
    """

    correct: Count
    total: int = Field(ge=1)
    accuracy: Share
    accuracy_low: Share
    accuracy_high: Share
    log_loss: float = Field(ge=0, allow_inf_nan=False)
    calibration_error: Share
    classes: list[ClassScore]
    confusions: list[Confusion]

    @model_validator(mode="after")
    def _can_be_true(self) -> Self:
        if self.correct > self.total:
            raise ValueError(f"{self.correct} of {self.total} images cannot be right")
        if any(max(one.true, one.predicted) >= len(self.classes) for one in self.confusions):
            raise ValueError("it confuses classes that there are not")
        return self


def predictions_table(labels: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Build the predictions table: one row per image.

    Args:
        labels: int (n,).
        probabilities: float (n, classes), rows summing to 1.

    Returns:
        index, label, predicted, confidence (of the predicted class), margin (confidence minus the
        runner-up's), loss (−ln of the true class's probability, nats), probability_0, ….

    Raises:
        ValueError: the shapes do not match, or a row does not sum to 1.
    """
    if probabilities.ndim != 2 or len(labels) != len(probabilities):
        raise ValueError(f"got {len(labels)} labels for probabilities of {probabilities.shape}")
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise ValueError("each row of probabilities must sum to 1")
    rows = np.arange(len(labels))
    top_two = np.sort(probabilities, axis=1)[:, -2:]
    of_true = np.maximum(probabilities[rows, labels], SMALLEST_PROBABILITY)
    columns: dict[str, Any] = {
        "index": rows,
        "label": labels.astype(np.int32),
        "predicted": probabilities.argmax(axis=1).astype(np.int32),
        "confidence": top_two[:, 1].astype(np.float32),
        "margin": (top_two[:, 1] - top_two[:, 0]).astype(np.float32),
        "loss": -np.log(of_true).astype(np.float32),
    }
    for number in range(probabilities.shape[1]):
        columns[f"probability_{number}"] = probabilities[:, number].astype(np.float32)
    return pd.DataFrame(columns)


def summarize(predictions: pd.DataFrame, class_names: tuple[str, ...]) -> Metrics:
    """Compute every metric of a predictions table.

    Raises:
        ValueError: the table is empty.
    """
    if predictions.empty:
        raise ValueError("the predictions table is empty")
    labels = predictions["label"].to_numpy()
    predicted = predictions["predicted"].to_numpy()
    counts = confusion_counts(labels, predicted, len(class_names))
    correct, total = int(np.trace(counts)), int(counts.sum())
    low, high = wilson_interval(correct, total)
    return Metrics(
        correct=correct,
        total=total,
        accuracy=correct / total,
        accuracy_low=low,
        accuracy_high=high,
        log_loss=float(predictions["loss"].mean()),
        calibration_error=calibration_error(
            predictions["confidence"].to_numpy(), labels == predicted
        ),
        classes=class_scores(counts, class_names),
        confusions=top_confusions(counts),
    )


def confusion_counts(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count images by true class (row) and predicted class (column): int64 (classes, classes)."""
    cells = labels.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def changed_counts(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Count what changed between two classifiers' predictions of the same images.

    Args:
        labels, first, second: int (n,), true classes and the predictions of each.
        classes: how many there are.

    Returns:
        Two int64 (classes, classes): mistakes of the first that the second gets right, by true
        class and the first's prediction; and mistakes of the second that the first got right, by
        true class and the second's prediction. The diagonal holds the row sums.
    """
    was_right, is_right = first == labels, second == labels
    fixed, broken = ~was_right & is_right, was_right & ~is_right
    counted = []
    for changed, said in ((fixed, first), (broken, second)):
        counts = confusion_counts(labels[changed], said[changed], classes)
        np.fill_diagonal(counts, counts.sum(axis=1))
        counted.append(counts)
    return counted[0], counted[1]


def changed_in(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray, true: int | None, said: int | None
) -> np.ndarray:
    """Say which images a cell of the matrices of `changed_counts` counts.

    Args:
        labels, first, second: as there.
        true: its row; None for every row.
        said: its column; None for every column. On the diagonal, it counts the whole row.

    Returns:
        bool (n,).
    """
    mistake = np.where(first == labels, second, first)
    found = (first == labels) != (second == labels)
    if true is not None:
        found = found & (labels == true)
    if said is not None and said != true:
        found = found & (mistake == said)
    return found


def hits(predictions: pd.DataFrame, left_out: frozenset[int]) -> tuple[int, int]:
    """Count the correctly predicted images, and all images, without those left out."""
    kept = ~np.isin(np.arange(len(predictions)), list(left_out))
    right = (predictions["label"] == predictions["predicted"]).to_numpy()
    return int((right & kept).sum()), int(kept.sum())


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a share (1927): sound near 0 and 1, and for few trials.

    Raises:
        ValueError: there are no trials.
    """
    if trials <= 0:
        raise ValueError("an interval needs at least one trial")
    share, z2 = successes / trials, NORMAL_95**2
    center = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = NORMAL_95 * np.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    half = float(spread / (1 + z2 / trials))
    return max(0.0, center - half), min(1.0, center + half)


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> float:
    """Return the expected calibration error.

    The mean gap between confidence and accuracy over equal-width bins of confidence, weighted by
    the number of images in each bin (Naeini et al. 2015; Guo et al. 2017).

    Args:
        confidence: float (n,) in [0, 1].
        correct: bool (n,).
        bins: how many there are.

    Returns:
        A number in [0, 1]; 0 if confidence matches accuracy in every bin.
    """
    found = calibration_bins(confidence, correct, bins)
    gaps = (found["confidence"] - found["accuracy"]).abs()
    return float((found["count"] * gaps).sum() / len(confidence))


def calibration_bins(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """Compare confidence with accuracy in equal-width bins of confidence (Guo et al. 2017).

    Args:
        confidence: float (n,) in [0, 1].
        correct: bool (n,).
        bins: how many there are.

    Returns:
        One row per non-empty bin, least confident first: low, high (its edges), count,
        confidence (the mean), accuracy, accuracy_low, accuracy_high (its 95% Wilson interval).
    """
    # A bin includes its upper edge, not its lower one, as in the paper.
    which = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(which, minlength=bins)
    held = np.flatnonzero(count)
    count = count[held]
    sure = np.bincount(which, confidence.astype(np.float64), minlength=bins)[held]
    right = np.bincount(which, correct, minlength=bins)[held]
    intervals = [wilson_interval(int(k), int(n)) for k, n in zip(right, count, strict=True)]
    return pd.DataFrame(
        {
            "low": held / bins,
            "high": (held + 1) / bins,
            "count": count,
            "confidence": sure / count,
            "accuracy": right / count,
            "accuracy_low": [low for low, _ in intervals],
            "accuracy_high": [high for _, high in intervals],
        }
    )


def class_scores(counts: np.ndarray, class_names: tuple[str, ...]) -> list[ClassScore]:
    """Return precision, recall, F1 and support of each class from confusion counts."""
    right = np.diag(counts).astype(np.float64)
    predicted, support = counts.sum(axis=0), counts.sum(axis=1)
    precision = right / np.maximum(predicted, 1)
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(predicted + support, 1)
    return [
        ClassScore(
            name=name,
            precision=float(precision[label]),
            recall=float(recall[label]),
            f1=float(f1[label]),
            support=int(support[label]),
        )
        for label, name in enumerate(class_names)
    ]


def top_confusions(counts: np.ndarray, most: int = TOP_CONFUSIONS) -> list[Confusion]:
    """Return the most frequent mistakes, most frequent first, ties by class."""
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:most]
    cells = [divmod(int(cell), len(counts)) for cell in order]
    return [
        Confusion(true=true, predicted=predicted, count=int(mistakes[true, predicted]))
        for true, predicted in cells
        if mistakes[true, predicted] > 0
    ]
