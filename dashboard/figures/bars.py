"""Bars: of classes, and of probabilities."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.layout import class_axis, finish, plain
from dashboard.palette import Palette
from dashboard.words import text
from pipeline.analysis.metrics import ClassScore


def class_bars(scores: Sequence[ClassScore], palette: Palette) -> go.Figure:
    """Draw the share of each class's images that are missed, with their number.

    Missed, not recognized: bars start at zero, so those of a good classifier would otherwise all
    look alike.
    """
    missed = [round(score.support * (1 - score.recall)) for score in scores]
    figure = go.Figure(
        go.Bar(
            x=[plain(score.name) for score in scores],
            y=[100 * (1 - score.recall) for score in scores],
            marker_color=palette.accent,
            text=[f"{count:,}" for count in missed],
            textposition="outside",
            cliponaxis=False,
            customdata=[score.support for score in scores],
            hovertemplate="%{x}: %{text} of %{customdata:,} missed, %{y:.2f}%<extra></extra>",
        )
    )
    most = max(100 * (1 - score.recall) for score in scores)
    figure.update_layout(
        xaxis=class_axis([score.name for score in scores], "true class"),
        yaxis={"title": "missed (%)", "range": [0, max(1.0, most * 1.18)], "fixedrange": True},
        bargap=0.35,
    )
    return finish(figure, palette, height=320)


def predictions(
    values: Sequence[Sequence[float] | np.ndarray],
    titles: Sequence[str],
    class_names: Sequence[str],
    palette: Palette,
    *,
    true: int | None = None,
) -> go.Figure:
    """Draw the probability of each class as predicted by one or two runs.

    Args:
        values: for each run, float (classes,), summing to 1.
        titles: one name per run.
        class_names: one name per class.
        palette: for the page's mode.
        true: the true class, labeled as such.
    """
    if len(values) == 1:
        return probability_bars(values[0], class_names, palette, true=true)
    names = _named(class_names, true)
    figure = go.Figure()
    for number, (shares, title) in enumerate(zip(values, titles, strict=True)):
        figure.add_bar(
            x=np.asarray(shares, dtype=np.float64) * 100,
            y=[plain(name) for name in names],
            name=plain(title),
            orientation="h",
            marker_color=palette.categorical[number],
            hovertemplate="%{y}: %{x:.3f}%<extra>" + plain(title) + "</extra>",
        )
    figure.update_layout(
        xaxis={"title": "probability (%)", "range": [0, 105], "fixedrange": True},
        yaxis=class_axis(names) | {"autorange": "reversed", "showgrid": False},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        barmode="group",
        bargap=0.25,
    )
    return finish(figure, palette, height=min(1000, 120 + 32 * len(names)))


def probability_bars(
    probabilities: Sequence[float] | np.ndarray,
    class_names: Sequence[str],
    palette: Palette,
    *,
    true: int | None = None,
) -> go.Figure:
    """Draw the probability of each class, the largest in the accent color.

    Args:
        probabilities: float (classes,), summing to 1.
        class_names: one name per class.
        palette: for the page's mode.
        true: the true class, labeled as such.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    best = int(values.argmax())
    names = _named(class_names, true)
    muted = palette.sequential[4]
    colors = [palette.accent if label == best else muted for label in range(len(names))]
    figure = go.Figure(
        go.Bar(
            x=values * 100,
            y=[plain(name) for name in names],
            orientation="h",
            marker_color=colors,
            text=[text.percent(value) if value >= 0.0005 else "" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3f}%<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "probability (%)", "range": [0, 118], "fixedrange": True},
        yaxis=class_axis(names) | {"autorange": "reversed", "showgrid": False},
        bargap=0.3,
    )
    return finish(figure, palette, height=min(900, 90 + 26 * len(names)))


def _named(class_names: Sequence[str], true: int | None) -> list[str]:
    """Return the class names, with the true one labeled."""
    return [
        f"{name} (true)" if label == true else str(name) for label, name in enumerate(class_names)
    ]
