"""A run, and maybe a second one -> the numbers of its report; nothing here is a sentence."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.analysis import metrics as measuring
from pipeline.analysis import selective_prediction, significance
from pipeline.analysis.selective_prediction import RiskCoverage
from pipeline.analysis.significance import Comparison, Difference
from pipeline.data import datasets
from pipeline.data.datasets import Dataset, DatasetMissing
from pipeline.data.embedded import EMBEDDED
from pipeline.data.prepared import same_images
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, silent
from pipeline.store.run_folder import Run, RunDamaged
from pipeline.store.run_info import Evaluation, Robustness

COLUMNS = ("label", "predicted", "confidence")
MISSING, OTHERS = "missing", "others"  # why no images are shown


@dataclass(frozen=True)
class Answers:
    """What a run says about each test image.

    Attributes:
        run: the run.
        label, predicted: int (n,), classes.
        confidence: float (n,) in [0, 1], of the predicted class.
    """

    run: Run
    label: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray

    @cached_property
    def right(self) -> np.ndarray:
        """Whether each answer is right: bool (n,)."""
        return self.label == self.predicted

    @cached_property
    def mistakes(self) -> np.ndarray:
        """The images it gets wrong, those first of which it is most confident: int (m,)."""
        return self.sure_first(np.flatnonzero(~self.right))

    def sure_first(self, rows: np.ndarray) -> np.ndarray:
        """Sort images by confidence, the highest first."""
        return rows[np.argsort(-self.confidence[rows], kind="stable")]

    def in_cell(self, true: int, predicted: int) -> np.ndarray:
        """Find the images of one class that are read as another, most confident first: int (m,)."""
        return self.sure_first(np.flatnonzero((self.label == true) & (self.predicted == predicted)))


@dataclass(frozen=True)
class Versus:
    """A second run on the same images.

    Attributes:
        answers: what it says.
        found: McNemar's test; `fixed` are images that only the second gets right.
        difference: of the accuracies, the first's minus the second's, with its interval.
    """

    answers: Answers
    found: Comparison
    difference: Difference


@dataclass(frozen=True)
class Facts:
    """All that a report is written from.

    Attributes:
        answers: what the run says about its test images.
        images: uint8 (n, height, width, channels), memory-mapped; None if they cannot be shown.
        no_images: why not: `MISSING`, `OTHERS` or "".
        history: one row per epoch; None if there is none.
        warns: whether it has a detector for images unlike those in training.
        robustness: its accuracy under adversarial changes, if that was measured.
        evaluations: its results on other datasets.
        versus: a second run to compare it with.
    """

    answers: Answers
    images: np.ndarray | None
    no_images: str
    history: pd.DataFrame | None
    warns: bool
    robustness: Robustness | None
    evaluations: list[Evaluation]
    versus: Versus | None

    @property
    def run(self) -> Run:
        """The run."""
        return self.answers.run

    @property
    def names(self) -> tuple[str, ...]:
        """One name per class, in label order."""
        return self.run.class_names

    @cached_property
    def counts(self) -> np.ndarray:
        """The confusion matrix: int64 (classes, classes), rows are true classes."""
        answers = self.answers
        return measuring.confusion_counts(answers.label, answers.predicted, len(self.names))

    @cached_property
    def curve(self) -> RiskCoverage:
        """The errors that remain when the least confident images go to a person."""
        return selective_prediction.risk_coverage(self.answers.confidence, self.answers.right)

    @cached_property
    def bins(self) -> pd.DataFrame:
        """Accuracy by confidence; see `metrics.calibration_bins`."""
        return measuring.calibration_bins(self.answers.confidence, self.answers.right)


def read(run: Run, second: Run | None = None) -> Facts:
    """Read what a report needs of a run.

    Raises:
        InklingError: its predictions cannot be read, or the second run is not comparable.
    """
    answers = _answers(run)
    images, no_images = _images(run, answers.label)
    return Facts(
        answers=answers,
        images=images,
        no_images=no_images,
        history=_history(run),
        warns=_warns(run),
        robustness=run.robustness(),
        evaluations=run.evaluations(),
        versus=None if second is None else _versus(answers, second),
    )


def prepare_images(run: Run, on_progress: OnProgress = silent) -> None:
    """Prepare the images of a run's dataset if its files are on this machine; download nothing."""
    name = run.info.dataset.name
    with suppress(InklingError):  # without images, the report says so
        try:
            datasets.open_by_fingerprint(name, run.info.dataset.fingerprint)
        except DatasetMissing:
            if name in EMBEDDED or datasets.find_named(name):
                datasets.open_dataset(name, on_progress=on_progress)


def _answers(run: Run) -> Answers:
    table, classes = run.predictions(COLUMNS), len(run.class_names)
    label, predicted = table["label"].to_numpy(), table["predicted"].to_numpy()
    known = all(((part >= 0) & (part < classes)).all() for part in (label, predicted))
    counted = len(table), int((label == predicted).sum())
    if not known or counted != (run.info.metrics.total, run.info.metrics.correct):
        raise RunDamaged(
            f"The predictions of run {run.id} are not those that its metrics were computed from. "
            "Copy the run again from its source, or train again."
        )
    return Answers(run, label, predicted, table["confidence"].to_numpy())


def _images(run: Run, label: np.ndarray) -> tuple[np.ndarray | None, str]:
    try:
        found = datasets.open_by_fingerprint(run.info.dataset.name, run.info.dataset.fingerprint)
    except DatasetMissing:
        return None, MISSING
    return (found.x_test, "") if _fits(found, run, label) else (None, OTHERS)


def _fits(dataset: Dataset, run: Run, label: np.ndarray) -> bool:
    return dataset.image_shape == run.info.input_shape and np.array_equal(dataset.y_test, label)


def _history(run: Run) -> pd.DataFrame | None:
    if run.info.added:
        return None
    try:
        found = run.history()
    except RunDamaged:
        return None  # the report says that it is left out
    return found if len(found) and {"epoch", "accuracy", "val_accuracy"} <= {*found} else None


def _warns(run: Run) -> bool:
    try:
        return run.ood_detector() is not None
    except RunDamaged:
        return False


def _versus(first: Answers, run: Run) -> Versus:
    mine, others = first.run.info, run.info
    if run.id == first.run.id:
        raise InklingError("A run cannot be compared with itself. Choose another one to compare.")
    if others.dataset.fingerprint not in same_images(mine.dataset.fingerprint):
        raise InklingError(
            f"Run {run.id} was tested on other images ({others.dataset.name}) than run "
            f"{first.run.id} ({mine.dataset.name}), so the two cannot be compared. Choose a run on "
            "the same dataset."
        )
    second = _answers(run)
    if not np.array_equal(first.label, second.label):
        raise RunDamaged(
            f"Runs {first.run.id} and {run.id} name the same test images, but the labels in their "
            "predictions differ. Copy the runs again from their source, or train again."
        )
    found = significance.mcnemar(first.label, first.predicted, second.predicted)
    difference = significance.paired_difference(found.broken, found.fixed, len(first.label))
    return Versus(second, found, difference)
