"""Test images as pictures with what is said of them; none where the images are not there."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.data.datasets import picked
from pipeline.export.report.blocks import Picture
from pipeline.export.report.facts import Facts
from pipeline.export.report.pictures import data_uri, on_paper
from pipeline.export.report.say import Say
from pipeline.words import shorten

CAPTION = 16  # letters of a class name below a picture; the whole is in its description
Told = Callable[[int], str]
Rows = Sequence[int] | np.ndarray


def shots(facts: Facts, rows: Rows, name: Told, detail: Told, alt: Told) -> list[Picture]:
    """Show some test images.

    Args:
        facts: of the run.
        rows: their numbers.
        name, detail: what stands below each, by its number.
        alt: what screen readers say of it.
    """
    if facts.images is None or not len(rows):
        return []
    is_ink = facts.run.info.dataset.mnist_framed
    pictures = on_paper(picked(facts.images, np.asarray(rows)), is_ink=is_ink)
    return [
        Picture(data_uri(picture), alt(row), name(row), detail(row))
        for row, picture in zip(map(int, rows), pictures, strict=True)
    ]


def answers(facts: Facts, say: Say, rows: Rows, *, short: bool = False) -> list[Picture]:
    """Show what the network says of some images, most often mistakes: "4 → 9", and how sure it is.

    Args:
        facts: of the run.
        say: the sentences.
        rows: their numbers.
        short: leave out the two classes, which stand above.
    """
    told = facts.answers

    def names(row: int) -> tuple[str, str]:
        return facts.names[told.label[row]], facts.names[told.predicted[row]]

    def share(row: int) -> str:
        return say.share(float(told.confidence[row]))

    def name(row: int) -> str:
        true, predicted = (shorten(name, CAPTION) for name in names(row))
        if short:
            return ""
        return true if told.right[row] else say("fails.answer", true=true, predicted=predicted)

    def alt(row: int) -> str:
        true, predicted = names(row)
        kind = "what.example_alt" if told.right[row] else "fails.mistake_alt"
        return say(kind, index=row, true=true, predicted=predicted, share=share(row))

    return shots(facts, rows, name, share, alt)
