"""Data -> Plotly figure; pure, no Streamlit. What a figure finds is said above it, in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import words
from dashboard.palette import Palette
from pipeline.evaluation import ClassScore

MOST_CELL_NUMBERS = 25  # classes; above that the numbers in a matrix cannot be read
LONGEST_LABEL = 16  # letters of a class name beside an axis
FONT = "Source Sans, sans-serif"


def confusion_matrix(
    counts: np.ndarray,
    class_names: Sequence[str],
    palette: Palette,
    *,
    shares: bool = False,
    chosen: tuple[int, int] | None = None,
) -> go.Figure:
    """Draw confusion counts as a grid whose cells can be clicked.

    A heatmap does not report clicks, so a grid of invisible squares lies over it: point i of the
    second trace is the cell `divmod(i, classes)` (true, predicted).

    Args:
        counts: int (classes, classes), row true, column predicted.
        class_names: a name a class.
        palette: of the page's mode.
        shares: write each cell as a percentage of its row instead of a count.
        chosen: the cell to frame.
    """
    n = len(class_names)
    rows = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    values = counts / rows
    # Mistakes are rare: a logarithm keeps one of them visible beside a thousand hits.
    depth = np.log1p(counts) / max(float(np.log1p(counts).max()), 1e-9)
    text = [[_cell_text(counts[i, j], values[i, j], shares) for j in range(n)] for i in range(n)]
    cells = [(i, j) for i in range(n) for j in range(n)]
    axis = [str(name) for name in class_names]
    heatmap = go.Heatmap(
        z=depth,
        x=axis,
        y=axis,
        text=text if n <= MOST_CELL_NUMBERS else None,
        texttemplate="%{text}" if n <= MOST_CELL_NUMBERS else None,
        hoverinfo="skip",
        showscale=False,
        colorscale=palette.scale(),
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
    )
    clickable = go.Scatter(
        x=[axis[j] for _, j in cells],
        y=[axis[i] for i, _ in cells],
        mode="markers",
        marker={"symbol": "square", "size": max(6, 360 // n), "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
        hovertext=[
            f"true {axis[i]}, predicted {axis[j]}: {counts[i, j]:,} ({values[i, j]:.1%} of the row)"
            for i, j in cells
        ],
        hoverinfo="text",
    )
    figure = go.Figure([heatmap, clickable])
    if chosen is not None:
        i, j = chosen
        frame = {"x0": j - 0.5, "x1": j + 0.5, "y0": i - 0.5, "y1": i + 0.5}
        figure.add_shape(type="rect", line={"color": palette.wrong, "width": 3}, **frame)
    figure.update_layout(
        hoverdistance=-1,
        hovermode="closest",
        clickmode="event+select",
        dragmode=False,
        xaxis=_class_axis(axis, "predicted"),
        yaxis=_class_axis(axis, "true") | {"autorange": "reversed"},
    )
    figure.update_xaxes(showgrid=False, constrain="domain")
    figure.update_yaxes(showgrid=False, scaleanchor="x", constrain="domain", constraintoward="top")
    return _finish(figure, palette, height=min(660, max(440, 44 * n + 80)))


def class_bars(scores: Sequence[ClassScore], palette: Palette) -> go.Figure:
    """Draw the share of each class's images that are missed, with how many they are.

    What is missed, not what is recognised: bars start at zero, and those of a good classifier
    would otherwise all look alike.
    """
    missed = [round(score.support * (1 - score.recall)) for score in scores]
    figure = go.Figure(
        go.Bar(
            x=[score.name for score in scores],
            y=[100 * (1 - score.recall) for score in scores],
            marker_color=palette.accent,
            text=[f"{count:,}" for count in missed],
            textposition="outside",
            cliponaxis=False,
            customdata=[score.support for score in scores],
            hovertemplate="%{x}: %{text} of %{customdata:,} missed, %{y:.2f} %<extra></extra>",
        )
    )
    most = max(100 * (1 - score.recall) for score in scores)
    figure.update_layout(
        xaxis=_class_axis([score.name for score in scores], "true class"),
        yaxis={"title": "missed, %", "range": [0, max(1.0, most * 1.18)], "fixedrange": True},
        bargap=0.35,
    )
    return _finish(figure, palette, height=320)


def probability_bars(
    probabilities: Sequence[float] | np.ndarray,
    class_names: Sequence[str],
    palette: Palette,
    *,
    true: int | None = None,
) -> go.Figure:
    """Draw the probability of each class, the largest in the accent colour.

    Args:
        probabilities: float (classes,), summing to 1.
        class_names: a name a class.
        palette: of the page's mode.
        true: the right class, marked in words beside its name.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    best = int(values.argmax())
    names = [
        f"{name} (true)" if label == true else str(name) for label, name in enumerate(class_names)
    ]
    muted = palette.sequential[4]
    colours = [palette.accent if label == best else muted for label in range(len(names))]
    figure = go.Figure(
        go.Bar(
            x=values * 100,
            y=names,
            orientation="h",
            marker_color=colours,
            text=[words.percent(value) if value >= 0.0005 else "" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3f} %<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "probability, %", "range": [0, 118], "fixedrange": True},
        yaxis=_class_axis(names) | {"autorange": "reversed", "showgrid": False},
        bargap=0.3,
    )
    return _finish(figure, palette, height=min(900, 90 + 26 * len(names)))


def history(table: pd.DataFrame, best_epoch: int, palette: Palette) -> go.Figure:
    """Draw accuracy by epoch on training and validation images, and mark the epoch that is kept."""
    figure = go.Figure()
    for column, name, colour in (
        ("accuracy", "training images", palette.categorical[5]),
        ("val_accuracy", "validation images", palette.accent),
    ):
        figure.add_scatter(
            x=table["epoch"],
            y=100 * table[column],
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.5},
            hovertemplate="epoch %{x}: %{y:.2f} %<extra>" + name + "</extra>",
        )
    figure.add_vline(
        x=best_epoch, line={"color": palette.text, "width": 1, "dash": "dot"}, opacity=0.6
    )
    figure.update_layout(
        xaxis={"title": "epoch", "fixedrange": True},
        yaxis={"title": "accuracy, %", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return _finish(figure, palette, height=340)


def accuracy_so_far(accuracies: Sequence[float], palette: Palette) -> go.Figure:
    """Draw validation accuracy by epoch while a training runs.

    Args:
        accuracies: after each epoch so far, in [0, 1].
        palette: of the page's mode.
    """
    figure = go.Figure(
        go.Scatter(
            x=list(range(1, len(accuracies) + 1)),
            y=[100 * accuracy for accuracy in accuracies],
            mode="lines+markers",
            line={"color": palette.accent, "width": 2.5},
            hovertemplate="epoch %{x}: %{y:.2f} %<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "epoch", "fixedrange": True},
        yaxis={"title": "validation accuracy, %", "fixedrange": True},
    )
    return _finish(figure, palette, height=280)


def _class_axis(names: Sequence[str], title: str = "") -> dict[str, Any]:
    """Return an axis of classes; long names are cut there, and whole where one points."""
    short = [
        name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…" for name in names
    ]
    return {
        "title": title,
        "type": "category",
        "fixedrange": True,
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": short,
    }


def _cell_text(count: int, share: float, shares: bool) -> str:
    if count == 0:
        return ""
    if not shares:
        return f"{count:,}"
    return f"{100 * share:.1f}" if share < 0.9995 else "100"


def _finish(figure: go.Figure, palette: Palette, height: int) -> go.Figure:
    return figure.update_layout(
        template="plotly_white",
        font={"family": FONT, "color": palette.text, "size": 14},
        colorway=list(palette.categorical),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 10, "r": 24, "t": 12, "b": 10},
        height=height,
        dragmode=False,
        hoverlabel={"font": {"size": 14}},
        xaxis={"automargin": True, "gridcolor": palette.border, "zeroline": False},
        yaxis={"automargin": True, "gridcolor": palette.border, "zeroline": False},
    )
