"""Numbers -> charts as plain SVG; pure.

Lengths across are percentages and lengths down are pixels, so that a chart takes the width there
is while its letters keep their size. Colors come from classes of `report.css`: a policy by hashes
allows no styles in attributes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

import numpy as np

HEIGHT, ROW = 210, 46  # pixels: of a plot, and of a row of intervals
ABOVE, BELOW = 20, 40  # pixels beside a plot: half a letter, and the axis with its title
MARGIN = 6  # percent on each side, for the first and the last number of the axis
Tick = tuple[float, str]  # where, in [0, 1], and what is written there


@dataclass(frozen=True)
class Line:
    """One line of a chart: its points, and which of the line styles it has (0, 1, …)."""

    points: Sequence[tuple[float, float]]
    style: int = 0


@dataclass(frozen=True)
class Spread:
    """A share with its interval, each in [0, 1] of the axis.

    Attributes:
        name: what it is of.
        low, value, high: where they are on the axis.
        text: the same in words, on the right.
    """

    name: str
    low: float
    value: float
    high: float
    text: str


def waffle(marked: int, of: int, alt: str) -> str:
    """Draw `of` small squares, some of them marked, as natural frequencies are best shown.

    Source: Gigerenzer, Hoffrage 1995, "How to improve Bayesian reasoning without instruction:
    Frequency formats".
    """
    columns = 50 if of > 100 else 25
    rows = -(-of // columns)
    # The marked ones come last, in the lower right corner, where they can be counted.
    squares = [
        _made("rect", x=10 * (at % columns) + 1, y=10 * (at // columns) + 1, width=8, height=8,
              rx=1, class_="marked" if at >= of - marked else "plain")
        for at in range(of)
    ]  # fmt: skip
    return _svg(alt, "waffle", *squares, viewBox=f"0 0 {10 * columns} {10 * rows}")


def lines(
    shown: Sequence[Line],
    x_ticks: Sequence[Tick],
    y_ticks: Sequence[Tick],
    titles: tuple[str, str],
    alt: str,
    *,
    marked: tuple[float, float] | None = None,
) -> str:
    """Draw lines on a plot; everything is placed in [0, 1], y upwards.

    Args:
        shown: the lines.
        x_ticks, y_ticks: of the axes.
        titles: of the axes, x and y.
        alt: what screen readers say instead.
        marked: a point to stand out.
    """
    drawn = [
        _made("polyline", class_=f"line line{line.style}", points=_points(line.points))
        for line in shown
    ]
    dots = [] if marked is None else [_dot(*marked, "marked")]
    return _plot([*_inner(*drawn), *dots], x_ticks, y_ticks, titles, alt)


def reliability(
    points: Sequence[tuple[float, float, float, float]],
    ticks: Sequence[Tick],
    titles: tuple[str, str],
    alt: str,
) -> str:
    """Draw accuracy against confidence, with the line on which both are the same.

    Args:
        points: confidence, and accuracy with its interval (value, low, high), each in [0, 1].
        ticks: of both axes.
        titles: of the axes, x and y.
        alt: what screen readers say instead.
    """
    same = _inner(_made("polyline", class_="line same", points=_points([(0, 0), (1, 1)])))
    parts = list(same)
    for confidence, accuracy, low, high in points:
        at = _across(confidence)
        parts.append(_made("line", class_="whisker", x1=at, x2=at, y1=_down(low), y2=_down(high)))
        parts.append(_dot(confidence, accuracy, "dot"))
    return _plot(parts, ticks, ticks, titles, alt)


def spreads(rows: Sequence[Spread], ticks: Sequence[Tick], title: str, alt: str) -> str:
    """Draw shares with their intervals, one below the other on one axis."""
    height = ROW * len(rows)
    parts = _axis(ticks, title, height)
    for number, row in enumerate(rows):
        above, at = ROW * number + 16, ROW * number + 32
        parts += [
            _made("text", row.name, class_="name", x="0", y=above),
            _made("text", row.text, class_="value end", x="100%", y=above),
            _made("line", class_=f"range range{number}", y1=at, y2=at,
                  x1=_across(row.low), x2=_across(row.high)),
            _made("circle", class_=f"dot dot{number}", cx=_across(row.value), cy=at, r=5),
        ]  # fmt: skip
    return _svg(alt, "chart", *parts, width="100%", height=height + BELOW)


def nice(low: float, high: float, most: int = 5) -> list[float]:
    """Find round numbers that begin and end an axis from low to high, with steps between them."""
    rough = max(high - low, 1e-9) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = np.floor(low / step + 1e-6), np.ceil(high / step - 1e-6)
    return [round(float(number * step), 10) for number in np.arange(first, last + 1)]


def _plot(
    parts: Sequence[Element],
    x_ticks: Sequence[Tick],
    y_ticks: Sequence[Tick],
    titles: tuple[str, str],
    alt: str,
) -> str:
    x_title, y_title = titles
    grid = [_made("text", y_title, class_="axis", x="0", y=ABOVE - 5)]
    for place, text in y_ticks:
        y = _down(place)
        grid.append(_made("line", class_="grid", x1="0", x2="100%", y1=y, y2=y))
        # On its line: beside the plot, a long number would need a margin of its own.
        grid.append(_made("text", text, class_="tick", x="0", y=y - 4))
    axis = _axis(x_ticks, x_title, ABOVE + 14 + HEIGHT)
    size = {"width": "100%", "height": ABOVE + 14 + HEIGHT + BELOW}
    return _svg(alt, "chart", *grid, *axis, *parts, **size)


def _axis(ticks: Sequence[Tick], title: str, y: int) -> list[Element]:
    """Draw the numbers below a plot, and what they count."""
    marks = [
        _made("text", text, class_="tick middle", x=_across(at), y=y + 16) for at, text in ticks
    ]
    steps = [
        _made("line", class_="grid", x1=_across(at), x2=_across(at), y1=y - 4, y2=y + 3)
        for at, _ in ticks
    ]
    return [*steps, *marks, _made("text", title, class_="axis middle", x="50%", y=y + 34)]


def _inner(*drawn: Element) -> tuple[Element]:
    """Stretch lines, which know no percentages, over the plot; their width stays."""
    box = _made("svg", x=f"{MARGIN}%", y=ABOVE + 14, width=f"{100 - 2 * MARGIN}%", height=HEIGHT,
                viewBox="0 0 100 100", preserveAspectRatio="none", class_="inner")  # fmt: skip
    box.extend(drawn)
    return (box,)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{100 * x:.2f},{100 - 100 * y:.2f}" for x, y in points)


def _dot(x: float, y: float, kind: str) -> Element:
    return _made("circle", class_=kind, cx=_across(x), cy=_down(y), r=5)


def _across(share: float) -> str:
    return f"{MARGIN + (100 - 2 * MARGIN) * share:.2f}%"


def _down(share: float) -> float:
    return round(ABOVE + 14 + HEIGHT * (1 - share), 1)


def _svg(alt: str, kind: str, *parts: Element, **attributes: object) -> str:
    whole = _made("svg", role="img", aria_label=alt, class_=kind, **attributes)
    whole.extend(parts)
    return tostring(whole, encoding="unicode")


def _made(tag: str, text: str = "", /, **attributes: object) -> Element:
    """Make an element; an attribute's underscores stand for hyphens, `class_` for `class`."""
    named = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()}
    made = Element(tag, named)
    made.text = text or None
    return made
