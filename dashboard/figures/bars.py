"""Bars: of classes, and of probabilities."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.layout import Table, class_axis, finish, outlined, plain
from dashboard.palette import Palette
from dashboard.words import text
from pipeline.analysis.metrics import ClassScore
from pipeline.scoring.result import Counts

MOST_BARS = 30  # classes that fit beside each other with their names
MOST_ROWS = 12  # classes that fit below each other without scrolling
PROBABILITY = "probability (%)"
STRIPES = ("", "/")  # of the bars of the first and the second run


def class_bars(scores: Sequence[ClassScore], palette: Palette) -> go.Figure:
    """Draw the share of each class's images that are missed; of many classes, the worst ones.

    Missed, not recognized: bars start at zero, so those of a good classifier would otherwise all
    look alike.
    """
    if len(scores) > MOST_BARS:
        scores = sorted(scores, key=lambda score: score.recall)[:MOST_BARS]
    shares = [1 - score.recall for score in scores]
    figure = go.Figure(
        go.Bar(
            x=[plain(score.name) for score in scores],
            y=[100 * share for share in shares],
            marker_color=palette.accent,
            text=[text.percent(share) for share in shares] if len(scores) <= 12 else None,
            textposition="outside",
            cliponaxis=False,
            customdata=[
                (round(score.support * share), score.support)
                for score, share in zip(scores, shares, strict=True)
            ],
            hovertemplate="%{x}: %{y:.2f}% missed, %{customdata[0]:,} of %{customdata[1]:,}"
            "<extra></extra>",
        )
    )
    most = 100 * max(shares)
    figure.update_layout(
        xaxis=class_axis([score.name for score in scores], "true class"),
        yaxis={
            "title": "missed (%)",
            "range": [0, max(1.0, most * 1.18)],
            "rangemode": "tozero",
            "fixedrange": True,
        },
        bargap=0.35,
    )
    table = Table(
        {"true class": "x"},
        {"missed (%)": "y", "missed": "customdata.0", "images": "customdata.1"},
    )
    return finish(figure, palette, height=320, table=table)


def scored_bars(
    counts: Sequence[Counts], class_names: Sequence[str], palette: Palette, *, tells: bool
) -> go.Figure:
    """Draw how many images were read as each class; of many classes, the most frequent ones.

    Args:
        counts: by class.
        class_names: one name per class.
        palette: of the page.
        tells: whether the run can tell what is unlike anything in training: striped then.
    """
    order = sorted(range(len(counts)), key=lambda label: -counts[label].images)[:MOST_BARS]
    labels = sorted(order)
    names = [plain(class_names[label]) for label in labels]
    parts = {"like those in training": [counts[k].images - counts[k].ood for k in labels]}
    if tells:
        parts["unlike anything in training"] = [counts[k].ood for k in labels]
    figure = go.Figure()
    for number, (name, values) in enumerate(parts.items()):
        figure.add_bar(
            x=names,
            y=values,
            name=name,
            marker={
                "color": palette.accent if number == 0 else palette.categorical[1],
                "pattern": {"shape": STRIPES[number]},
                "line": outlined(palette),
            },
            hovertemplate=f"%{{x}}: %{{y:,}} {name}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        showlegend=tells,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.35,
        xaxis=class_axis([class_names[label] for label in labels], "predicted class"),
        yaxis={"title": "images", "rangemode": "tozero", "fixedrange": True},
    )
    table = Table({"predicted class": "x"}, {"images": "y"}, across=True)
    return finish(figure, palette, height=300, table=table)


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
    kept = _largest(np.max([np.asarray(shares) for shares in values], axis=0), true)
    names = [_named(class_names, true)[label] for label in kept]
    figure = go.Figure()
    for number, (shares, title) in enumerate(zip(values, titles, strict=True)):
        figure.add_bar(
            x=np.asarray(shares, dtype=np.float64)[kept] * 100,
            y=[plain(name) for name in names],
            name=plain(title),
            orientation="h",
            marker_color=palette.categorical[number],
            marker_pattern_shape=STRIPES[number],  # not by color alone
            hovertemplate="%{y}: %{x:.3f}%<extra>" + plain(title) + "</extra>",
        )
    figure.update_layout(
        xaxis={"title": PROBABILITY, "range": [0, 105], "fixedrange": True},
        yaxis=class_axis(names) | {"autorange": "reversed", "showgrid": False},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        barmode="group",
        bargap=0.25,
    )
    height = min(1000, 120 + 32 * len(names))
    return finish(
        figure, palette, height, table=Table({"class": "y"}, {PROBABILITY: "x"}, across=True)
    )


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
    kept = _largest(values, true)
    values, names = values[kept], [_named(class_names, true)[label] for label in kept]
    best = int(values.argmax())
    muted = palette.sequential[4]
    colors = [palette.accent if label == best else muted for label in range(len(names))]
    figure = go.Figure(
        go.Bar(
            x=values * 100,
            y=[plain(name) for name in names],
            orientation="h",
            marker={"color": colors, "line": outlined(palette)},
            text=[text.percent(value) if value >= 0.0005 else "" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3f}%<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": PROBABILITY, "range": [0, 118], "fixedrange": True},
        yaxis=class_axis(names) | {"autorange": "reversed", "showgrid": False},
        bargap=0.3,
    )
    height = min(900, 90 + 26 * len(names))
    return finish(figure, palette, height, table=Table({"class": "y"}, {PROBABILITY: "x"}))


def _largest(values: np.ndarray, true: int | None) -> list[int]:
    """Choose the classes to draw: all, or of many the most probable ones and the true one."""
    if len(values) <= MOST_BARS:
        return list(range(len(values)))
    largest = np.argsort(-values, kind="stable")[:MOST_ROWS].tolist()
    return largest if true is None or true in largest else [*largest, true]


def _named(class_names: Sequence[str], true: int | None) -> list[str]:
    """Return the class names, with the true one labeled."""
    return [
        f"{name} (true)" if label == true else str(name) for label, name in enumerate(class_names)
    ]
