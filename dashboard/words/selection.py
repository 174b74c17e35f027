"""What is selected, in words; pure."""

import numpy as np

from dashboard.selection import (
    AREA,
    CHANGE,
    CONFIDENCE,
    OUTCOME,
    PREDICTED,
    SECOND_PREDICTED,
    TAG,
    TRUE,
    Selection,
)
from dashboard.words.text import percent, plain
from pipeline.words import counted, interval

OUTCOMES = {"right": "right", "wrong": "wrong (mistakes)"}
CHANGES = {
    "fixed": "fixed: only the second run is right",
    "broken": "newly broken: only the first run is right",
    "changed": "fixed or newly broken",
}
NOTHING_FITS = "No image matches this selection."


def chips(chosen: Selection, class_names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Name what is selected: for each part of the selection its key and a few words."""

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
        said.append((CONFIDENCE, f"confidence: {interval(*chosen.confidence)}"))
    if chosen.second_predicted:
        said.append((SECOND_PREDICTED, f"second run predicted: {either(chosen.second_predicted)}"))
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
    """Say how many images are selected; for a single cell, what it counts.

    Args:
        count: how many images.
        chosen: the selection.
        counts: int (classes, classes), row true, column predicted.
        class_names: one name per class.
    """
    if chosen.cell is None or chosen.filters != Selection(chosen.true, chosen.predicted):
        return f"{matches(count)}."
    true, predicted = chosen.cell
    return cell(count, int(counts[true].sum()), class_names[true], class_names[predicted])


def matches(count: int) -> str:
    """Say how many images are selected: the beginning of a sentence of Markdown."""
    return f"**{count:,}** {'image matches' if count == 1 else 'images match'} this selection"


def narrowed(count: int) -> str:
    """Say which images a matrix counts where filters leave some out."""
    if count == 1:
        return "Only the one image that matches the filters is counted."
    return f"Only the {count:,} images that match the filters are counted."


def changes(fixed: int, broken: int) -> str:
    """Say how many mistakes a second run fixes and how many images it newly breaks."""
    if fixed == broken == 0:
        return "The two runs are right and wrong on exactly the same images"
    fixes = counted(fixed, "mistake") if fixed else "no mistakes"
    return f"The second run fixed {fixes} and newly broke {f'{broken:,}' if broken else 'none'}"


def mistakes(wrong: int, total: int, confident: int) -> str:
    """Say how many test images are misclassified: Markdown.

    Args:
        wrong: how many, at least 1.
        total: of how many.
        confident: how many of them with at least 90% confidence.
    """
    said = f"**{wrong:,} of {total:,}** test images {'is' if wrong == 1 else 'are'} misclassified"
    if wrong == 1:
        return f"{said}, with {'at least' if confident else 'less than'} 90% confidence."
    some = f"{confident:,}" if confident else "none"
    return f"{said}, {some} of them with at least 90% confidence."


def one_image(sample: int, true: str, predicted: str, confidence: float) -> str:
    """Say what a test image is predicted as: Markdown."""
    outcome = "which is right" if true == predicted else f"but the label is “{plain(true)}”"
    return (
        f"Test image {sample:,} is predicted as **“{plain(predicted)}”** with "
        f"{percent(confidence)} confidence, {outcome}."
    )


def cell(count: int, of: int, true: str, predicted: str) -> str:
    """Say what one cell of a confusion matrix counts."""
    alike, true, predicted = true == predicted, plain(true), plain(predicted)
    what = "recognized" if alike else f"taken for “{predicted}”"
    if count == 0:
        return f"No image of “{true}” is {what}."
    are = "is" if count == 1 else "are"
    return f"**{count:,} of {of:,}** images of “{true}” {are} {what}."
