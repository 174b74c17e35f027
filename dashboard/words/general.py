"""What the numbers say, in the sentences that pages open with; pure."""

import re
from collections.abc import Sequence

import numpy as np

from dashboard.selection import (
    AREA,
    CHANGE,
    CONFIDENCE,
    OUTCOME,
    PREDICTED,
    TAG,
    THEN,
    TRUE,
    Selection,
)
from pipeline.analysis.metrics import Confusion, Metrics
from pipeline.config import NETWORKS
from pipeline.store.runs import Run

OUTCOMES = {"right": "right", "wrong": "wrong: a mistake"}
CHANGES = {
    "fixed": "fixed: only the second run is right",
    "broken": "newly broken: only the first run is right",
    "changed": "fixed or newly broken",
}


def plain(text: str) -> str:
    """Escape a name that others chose, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~$:])", r"\\\1", text)


def run_label(run: Run) -> str:
    """Name a run for a list: what it is, how good, and the end of its id."""
    info = run.info
    return (
        f"{info.dataset.name} {info.config.network} {percent(info.metrics.accuracy)} "
        f"· {run.id[-4:].lstrip('-')}"
    )


def network_title(run: Run) -> str:
    """Name a run's network in words."""
    kind = NETWORKS.get(run.info.config.network)
    return kind.title if kind else run.info.config.network


def verdict(metrics: Metrics) -> str:
    """Say how good a classifier is, in one sentence."""
    return (
        f"Right on **{metrics.correct:,} of {metrics.total:,}** test images it had never seen "
        f"({percent(metrics.accuracy)})."
    )


def interval(metrics: Metrics) -> str:
    """Say how far chance alone could move the accuracy."""
    return (
        f"With other test images it could well have been anywhere from "
        f"{percent(metrics.accuracy_low)} to {percent(metrics.accuracy_high)} "
        "(95 % Wilson interval)."
    )


def weakest_class(metrics: Metrics) -> str:
    """Say which class is missed most, for the title of a chart."""
    weakest = min(metrics.classes, key=lambda score: (score.recall, -score.support))
    if weakest.recall == 1:
        return "No test image of any class is missed"
    missed = round((1 - weakest.recall) * weakest.support)
    return f"“{weakest.name}” is missed most often: {missed:,} of {weakest.support:,} images"


def top_confusion(confusions: list[Confusion], class_names: tuple[str, ...]) -> str:
    """Say which mistake is made most, for the title of a chart."""
    if not confusions:
        return "No test image is mistaken for another class"
    first = confusions[0]
    pair = f"“{class_names[first.true]}” is read as “{class_names[first.predicted]}”"
    alone = len(confusions) == 1 or confusions[1].count < first.count
    if alone:
        return f"{pair} more often than anything else: {times(first.count)}"
    return f"No mistake stands out; {pair} {times(first.count)}"


def chips(chosen: Selection, class_names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Say what is chosen, a part of the selection at a time: its name, and a few words."""

    def either(labels: tuple[int, ...]) -> str:
        named = [class_names[label] for label in labels]
        return " or ".join(named) if len(named) <= 3 else f"one of {len(named)} classes"

    said = []
    if chosen.true:
        said.append((TRUE, f"true: {either(chosen.true)}"))
    if chosen.predicted:
        said.append((PREDICTED, f"predicted: {either(chosen.predicted)}"))
    if chosen.outcome:
        said.append((OUTCOME, chosen.outcome))
    if chosen.confidence:
        low, high = chosen.confidence
        said.append((CONFIDENCE, f"{percent(low)} to {percent(high)} sure"))
    if chosen.then:
        said.append((THEN, f"second run: {either(chosen.then)}"))
    if chosen.change:
        said.append((CHANGE, CHANGES[chosen.change].partition(":")[0]))
    if chosen.tag:
        said.append((TAG, f"marked: {chosen.tag}"))
    if chosen.area:
        said.append((AREA, "an area of the map"))
    return said


def chosen_images(
    count: int, chosen: Selection, counts: np.ndarray, class_names: tuple[str, ...]
) -> str:
    """Say how many images are chosen; of a cell alone, what it counts.

    Args:
        count: how many.
        chosen: what narrows them.
        counts: int (classes, classes), row true, column predicted.
        class_names: a name a class.
    """
    if chosen.cell is None or chosen.filters != Selection(chosen.true, chosen.predicted):
        return f"**{count:,}** {'image fits' if count == 1 else 'images fit'} this selection."
    true, predicted = chosen.cell
    return cell(count, int(counts[true].sum()), class_names[true], class_names[predicted])


def changes(fixed: int, broken: int) -> str:
    """Say what a second run mends and breaks."""
    if fixed == broken == 0:
        return "The second run is right and wrong on the very same images"
    return f"The second run fixed {fixed:,} mistakes and newly broke {broken:,}"


def cell(count: int, of: int, true: str, predicted: str) -> str:
    """Say what one cell of a confusion matrix counts."""
    alike, true, predicted = true == predicted, plain(true), plain(predicted)
    if alike:
        return f"**{count:,} of {of:,}** images of “{true}” are recognised."
    if count == 0:
        return f"No image of “{true}” is read as “{predicted}”."
    return f"**{count:,} of {of:,}** images of “{true}” are read as “{predicted}”."


def guess(class_names: Sequence[str], shares: np.ndarray, *, strange: bool = False) -> str:
    """Say a prediction and the runner-up; `web/src/words.js` says the same in the browser.

    Args:
        class_names: a name a class.
        shares: float (classes,), their probabilities.
        strange: whether the drawing is unlike anything in training.
    """
    second, first = (int(label) for label in np.argsort(shares, kind="stable")[-2:])
    digits = all(len(name) == 1 and name in "0123456789" for name in class_names)
    kind = "a digit" if digits else "anything I learned"
    lead = f"That doesn’t look like {kind} to me. If it must be one: " if strange else ""
    return (
        f"{lead}**{plain(class_names[first])}** ({percent(float(shares[first]))}), "
        f"else {plain(class_names[second])} ({percent(float(shares[second]))})"
    )


def percent(share: float) -> str:
    """Write a share as a percentage with the digits that mean something: "98.5 %", "99.95 %"."""
    if share == 1:
        return "100 %"
    digits = 1 if share < 0.99 else 2
    text = f"{100 * share:.{digits}f}"
    # 99.999 must not read as if nothing were wrong, nor 0.04 as if nothing were there.
    if float(text) == 100:
        text = "99.99"
    if 0 < share < 0.0005:
        return "under 0.1 %"
    return f"{text} %"


def images(count: int) -> str:
    """Write how many images: "1 image", "1,400 images"."""
    return f"{count:,} {'image' if count == 1 else 'images'}"


def times(count: int) -> str:
    """Write how often: "once", "twice", "14 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
