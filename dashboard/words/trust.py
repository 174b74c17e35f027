"""How far predictions and labels can be trusted, in sentences; pure."""

from collections.abc import Sequence

import pandas as pd

from dashboard.words.text import percent
from pipeline import words
from pipeline.analysis.metrics import Metrics, wilson_interval
from pipeline.analysis.selective_prediction import RiskCoverage
from pipeline.store.audits import Facts
from pipeline.store.run_info import Evaluation
from pipeline.words import counted, interval

FEW = 20  # images; a share of fewer means little
SMALL_GAP = 0.01  # between confidence and accuracy; less is not worth mentioning


def accuracy(metrics: Metrics, *, seen: bool | None = False) -> str:
    """Say how often a classifier is right, with the confidence interval.

    Args:
        metrics: on the test images.
        seen: whether it saw them in training; None where that is not known.
    """
    return (
        f"{words.verdict(metrics.correct, metrics.total, mark='**', seen=seen)}; 95% confidence "
        f"interval {interval(metrics.accuracy_low, metrics.accuracy_high)}."
    )


def of_labels(networks: int = 1, *, seen: bool | None) -> str:
    """Say why a label that networks find unlikely may be wrong.

    Args:
        networks: how many were asked.
        seen: as above.
    """
    who = "the network finds" if networks == 1 else f"{networks} networks find"
    unseen = ": these images were not used in training" if seen is False else ""
    return f"Where {who} a label very unlikely, the label itself may be wrong{unseen}."


def sorted_images(count: int) -> str:
    """Say how the images of the Labels page are sorted."""
    return f"{counted(count, 'image')}, least likely label first. Click one for details."


def audited_part(part: str, doubted: int, total: int) -> str:
    """Say how many labels of a part look wrong to the networks of an audit: Markdown.

    Args:
        part: its name, "training".
        doubted: how many.
        total: of how many.
    """
    look = "looks" if doubted == 1 else "look"
    return (
        f"**{doubted:,}** of the {total:,} labels of the {part} part {look} wrong to networks that "
        "did not learn from these images."
    )


def who_was_asked(facts: Facts) -> str:
    """Say how an audit was made."""
    return (
        f"From an audit of {facts.created:%B} {facts.created.day}, {facts.created.year}: "
        f"{facts.networks} networks ({facts.config.network}, preset {facts.config.preset}) were "
        "trained, each without a share of the images, about which it was then asked."
    )


def not_audited(images: int, networks: int) -> str:
    """Say what an audit would do.

    Args:
        images: how many the dataset has in all.
        networks: how many would be trained.
    """
    return (
        f"The labels of all {images:,} images can be checked, those of the training images, too: "
        f"{networks} networks are trained, each without a share of the images, about which it is "
        "then asked."
    )


def left_out(marked: int, correct: int, total: int) -> str:
    """Say how often a classifier is right on the images whose labels nobody doubts.

    Args:
        marked: how many images have a label that people doubt.
        correct, total: counts of the other images.
    """
    if total == 0:
        return "Every test image is marked, so there is none left to count."
    images = "the one marked image" if marked == 1 else f"the {marked:,} marked images"
    return (
        f"Without {images}: right on **{correct:,} of {total:,}** "
        f"({percent(correct / total)}; {interval(*wilson_interval(correct, total))})."
    )


def passed_on(curve: RiskCoverage, passed: int) -> str:
    """Say what remains when the least confident images go to a person, for a chart's title."""
    errors, total = curve.errors_remaining(passed), curve.total
    remain = {0: "no error remains", 1: "1 error remains"}.get(errors, f"{errors:,} errors remain")
    if passed == 0:
        return f"With all {total:,} images left to the network, {remain}"
    least = "least confident" if passed == 1 else f"{passed:,} least confident"
    return f"With the {least} of {total:,} images passed to a person, {remain}"


def threshold(curve: RiskCoverage, passed: int) -> str:
    """Say which images are passed on, and how often the network is right on the others."""
    kept = curve.total - passed
    right = kept - curve.errors_remaining(passed)
    if kept == 0:
        return "All images are passed on; none are left to the network."
    is_right = f"the network is right on {right:,} of {kept:,} ({percent(right / kept)})."
    if passed == 0:
        return is_right[0].upper() + is_right[1:]
    edge = percent(float(curve.confidence[passed - 1]))
    return f"Images with {edge} confidence or less are passed on. On the others, {is_right}"


def calibration(bins: pd.DataFrame, error: float) -> str:
    """Say whether confidence matches accuracy, for the title of a chart.

    Args:
        bins: from `metrics.calibration_bins`.
        error: the expected calibration error.
    """
    alike = f"its confidence matches its accuracy: the mean gap is {percent(error)}"
    if error < SMALL_GAP:
        return alike.capitalize()
    outside = (bins["confidence"] < bins["accuracy_low"]) | (
        bins["confidence"] > bins["accuracy_high"]
    )
    # A gap that could be due to chance alone is no finding.
    real = bins[outside & (bins["count"] >= FEW)]
    if real.empty:
        return f"As far as {counted(int(bins['count'].sum()), 'image')} can tell, {alike}"
    gaps = (real["confidence"] - real["accuracy"]).abs() * real["count"]
    said, right = real[["confidence", "accuracy"]].to_numpy()[gaps.argmax()]
    return f"At {percent(said)} confidence, it is right {percent(right)} of the time"


def in_short(curve: RiskCoverage, bins: pd.DataFrame, error: float) -> str:
    """Say in one or two sentences how far predictions can be trusted; arguments as above."""
    told = calibration(bins, error)
    if curve.errors_remaining(0) == 0:
        return f"{told}."
    return f"{told}. {passed_on(curve, curve.usual())}."


def elsewhere(own: Metrics, others: Sequence[Evaluation]) -> str:
    """State the accuracy on the hardest of the other datasets, for the title of a table.

    Args:
        own: on the test images of the run's own dataset.
        others: on datasets whose test images the run has never seen.
    """
    at_home = f"{percent(own.accuracy)} on the test images of its own dataset"
    if not others:
        return at_home
    hardest = min(others, key=lambda found: found.metrics.accuracy)
    return f"{percent(hardest.metrics.accuracy)} on “{hardest.dataset.name}”, {at_home}"


def marked_so_far(images: int, wrong_label: int, ambiguous: int) -> str:
    """Say how many images people have marked, and how many as what; one image may be both."""
    if images == 0:
        return "No image is marked so far."
    kinds = ((wrong_label, "wrong label"), (ambiguous, "ambiguous"))
    parts = [f"{count:,} as {tag}" for count, tag in kinds if count]
    what = f" ({', '.join(parts)})" if parts else ""
    return f"Marked so far: **{images:,}**{what}."


def unreadable(lines: int) -> str:
    """Say how many lines of a file could not be read; "" if none."""
    if lines == 0:
        return ""
    was = "was" if lines == 1 else "were"
    return (
        f"{counted(lines, 'line')} of it could not be read and {was} skipped; nothing else is lost."
    )
