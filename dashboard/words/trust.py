"""How far answers and labels can be trusted, in sentences; pure."""

from collections.abc import Sequence

import pandas as pd

from dashboard.words.general import percent
from pipeline.analysis.metrics import Metrics, wilson_interval
from pipeline.analysis.selective_prediction import Coverage
from pipeline.store.runs import Evaluation

FEW = 20  # images; a share of fewer says little
SMALL_GAP = 0.01  # between confidence and accuracy; less than this nobody would notice


def between(low: float, high: float) -> str:
    """Write an interval of shares: "99.35 % to 99.63 %"."""
    return f"{percent(low)} to {percent(high)}"


def accuracy(metrics: Metrics) -> str:
    """Say how often a classifier is right, and how far chance alone could move that."""
    return (
        f"Right on **{metrics.correct:,} of {metrics.total:,}** test images it had never seen "
        f"({percent(metrics.accuracy)}). With other images it could well have been anywhere from "
        f"{between(metrics.accuracy_low, metrics.accuracy_high)}."
    )


def left_out(marked: int, correct: int, total: int) -> str:
    """Say how often it is right on the images whose labels nobody doubts.

    Args:
        marked: images whose label people doubt.
        correct, total: of the others.
    """
    if total == 0:
        return "Every test image is marked, so none is left to count."
    images = "the one marked image" if marked == 1 else f"the {marked:,} marked images"
    return (
        f"With {images} left out: right on **{correct:,} of {total:,}** "
        f"({percent(correct / total)}; {between(*wilson_interval(correct, total))})."
    )


def passed_on(coverage: Coverage, passed: int) -> str:
    """Say what remains when the least sure images go to a person, for the title of a chart."""
    errors, total = coverage.errors_remaining(passed), coverage.total
    remain = {0: "no error remains", 1: "1 error remains"}.get(errors, f"{errors:,} errors remain")
    if passed == 0:
        return f"Let it answer all {total:,} by itself, and {remain}"
    return f"Pass the {passed:,} least sure of {total:,} to a person, and {remain}"


def threshold(coverage: Coverage, passed: int) -> str:
    """Say which images are passed on, and how often it is right on those that it keeps."""
    kept = coverage.total - passed
    right = kept - coverage.errors_remaining(passed)
    keeps = (
        f"right on {right:,} of {kept:,} ({percent(right / kept)})" if kept else "left with none"
    )
    if passed == 0:
        return f"It is {keeps}."
    edge = percent(float(coverage.confidence[passed - 1]))
    return f"These are the images it is at most {edge} sure of. On the others it is {keeps}."


def calibration(bins: pd.DataFrame, error: float) -> str:
    """Say whether it is as sure as it is right, for the title of a chart.

    Args:
        bins: as `evaluation.calibration_bins` gives them.
        error: the expected calibration error.
    """
    alike = f"it is as sure as it is right: the mean gap is {percent(error)}"
    if error < SMALL_GAP:
        return alike.capitalize()
    outside = (bins["confidence"] < bins["accuracy_low"]) | (
        bins["confidence"] > bins["accuracy_high"]
    )
    # A gap that chance alone could have made is no finding.
    real = bins[outside & (bins["count"] >= FEW)]
    if real.empty:
        return f"As far as {bins['count'].sum():,} images can tell, {alike}"
    gaps = (real["confidence"] - real["accuracy"]).abs() * real["count"]
    said, right = real[["confidence", "accuracy"]].to_numpy()[gaps.argmax()]
    return f"When it says {percent(said)}, it is right {percent(right)} of the time"


def elsewhere(own: Metrics, others: Sequence[Evaluation]) -> str:
    """Say how it fares on the dataset that is hardest for it, for the title of a table."""
    hardest = min(others, key=lambda found: found.metrics.accuracy)
    return (
        f"On “{hardest.dataset.name}” it is right on {percent(hardest.metrics.accuracy)}, on the "
        f"test images of its own dataset on {percent(own.accuracy)}"
    )


def marked_so_far(images: int, wrong_label: int, ambiguous: int) -> str:
    """Say how many images people have marked, and how many as what; one image may be both."""
    if images == 0:
        return "None is marked so far."
    counted = ((wrong_label, "wrong label"), (ambiguous, "ambiguous"))
    parts = [f"{count:,} as {tag}" for count, tag in counted if count]
    what = f" ({', '.join(parts)})" if parts else ""
    return f"Marked so far: **{images:,}**{what}."


def unreadable(lines: int) -> str:
    """Say that lines of the reviews could not be read, if so."""
    if lines == 0:
        return ""
    some = "One line of it" if lines == 1 else f"{lines:,} lines of it"
    was = "was" if lines == 1 else "were"
    return f"{some} could not be read and {was} passed over; nothing else is lost."
