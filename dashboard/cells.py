"""What the cells of a confusion matrix show: text, hint and color; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.palette import LEAST_CONTRAST, Palette, colored, contrast
from dashboard.words.text import percent

SHOWN = ("Counts", "% of true", "% of predicted", "Pictures")


@dataclass(frozen=True)
class Cells:
    """What the cells show; every list is in row order, one row per true class.

    Attributes:
        texts: what is written in each cell; may have two lines.
        hints: what each cell counts, in a few words.
        colors: "#rrggbb", of the background.
        inks: "#rrggbb", of the text.
        numbers: the values of the matrix as a table.
    """

    texts: Sequence[str]
    hints: Sequence[str]
    colors: Sequence[str]
    inks: Sequence[str]
    numbers: Sequence[int]


def counted(
    counts: np.ndarray, palette: Palette, *, shown: str = "Counts", diagonal: bool = True
) -> Cells:
    """Lay out how often each class is taken for each.

    Args:
        counts: int (classes, classes), row true, column predicted.
        palette: for the page's mode.
        shown: one of SHOWN: counts, or shares of a row or of a column in percent.
        diagonal: whether to show correct predictions; without them rare confusions stand out.
    """
    of_true = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    of_predicted = counts / np.maximum(counts.sum(axis=0, keepdims=True), 1)
    drawn = counts.copy()
    if not diagonal:
        np.fill_diagonal(drawn, 0)
    # Mistakes are rare: a logarithm keeps one of them visible beside a thousand correct ones.
    depth = np.log1p(drawn) / max(float(np.log1p(drawn).max()), 1e-9)
    shares = {"% of true": of_true, "% of predicted": of_predicted}.get(shown)
    texts = [
        _text(int(count), None if shares is None else float(shares.flat[at]))
        for at, count in enumerate(drawn.flat)
    ]
    hints = [
        f"{count:,} ({percent(row)} of the row, {percent(column)} of the column)"
        for count, row, column in zip(counts.flat, of_true.flat, of_predicted.flat, strict=True)
    ]
    colors = _hex(depth, palette.sequential)
    return Cells(texts, hints, colors, _inks(colors, palette), counts.ravel().tolist())


def changed(fixed: np.ndarray, broken: np.ndarray, palette: Palette) -> Cells:
    """Lay out what changed from one run to another: ✓ what is fixed, above ✗ what is newly broken.

    Two counts, not their difference: no sign has to be learned, and 82 against 80 is not 2. The
    table's numbers are fixed less broken: more is better.

    Args:
        fixed: int (classes, classes): mistakes of the first run that the second gets right, by
            true class and the first run's prediction; on the diagonal their sums by true class.
        broken: int (classes, classes): the other way around.
        palette: for the page's mode.
    """
    difference = broken - fixed
    # The sums on the diagonal would make all other cells pale.
    off = difference - np.diag(np.diag(difference))
    most = max(int(np.abs(off).max()), 1)
    texts = [_change_text(int(f), int(b)) for f, b in zip(fixed.flat, broken.flat, strict=True)]
    hints = [
        f"{f:,} fixed, {b:,} newly broken" for f, b in zip(fixed.flat, broken.flat, strict=True)
    ]
    colors = _hex(np.clip(0.5 + difference / (2 * most), 0, 1), palette.diverging)
    for at in np.flatnonzero(difference == 0):
        colors[at] = palette.sequential[0]
    return Cells(texts, hints, colors, _inks(colors, palette), (-difference).ravel().tolist())


def _text(count: int, share: float | None) -> str:
    if count == 0:
        return ""
    if share is None:
        return f"{count:,}"
    return f"{100 * share:.1f}" if share < 0.9995 else "100"


def _change_text(fixed: int, broken: int) -> str:
    parts = [f"✓{fixed:,}" if fixed else "", f"✗{broken:,}" if broken else ""]
    return "\n".join(part for part in parts if part)


def _hex(levels: np.ndarray, steps: Sequence[str]) -> list[str]:
    """Color levels in [0, 1] by a scale of steps: "#rrggbb" each, row by row."""
    mixed = colored(levels.ravel(), steps)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed]


def _inks(colors: Sequence[str], palette: Palette) -> list[str]:
    """Choose each background's text color: text or page color, or white or black if they fade."""
    return [_ink(color, palette) for color in colors]


def _ink(color: str, palette: Palette) -> str:
    best = max(palette.text, palette.surface, key=lambda ink: contrast(ink, color))
    if contrast(best, color) >= LEAST_CONTRAST:
        return best
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, color))
