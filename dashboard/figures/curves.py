"""Curves by epoch."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import finish
from dashboard.palette import Palette


def history(table: pd.DataFrame, best_epoch: int, palette: Palette) -> go.Figure:
    """Draw accuracy by epoch on training and validation images, and mark the epoch that is kept."""
    figure = go.Figure()
    for column, name, color in (
        ("accuracy", "training images", palette.categorical[5]),
        ("val_accuracy", "validation images", palette.accent),
    ):
        figure.add_scatter(
            x=table["epoch"],
            y=100 * table[column],
            name=name,
            mode="lines",
            line={"color": color, "width": 2.5},
            hovertemplate="epoch %{x}: %{y:.2f}%<extra>" + name + "</extra>",
        )
    figure.add_vline(
        x=best_epoch, line={"color": palette.text, "width": 1, "dash": "dot"}, opacity=0.6
    )
    figure.update_layout(
        xaxis={"title": "epoch", "fixedrange": True},
        yaxis={"title": "accuracy (%)", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return finish(figure, palette, height=340)


def accuracy_so_far(accuracies: Sequence[float], palette: Palette) -> go.Figure:
    """Draw validation accuracy by epoch during training.

    Args:
        accuracies: after each epoch so far, in [0, 1].
        palette: for the page's mode.
    """
    figure = go.Figure(
        go.Scatter(
            x=list(range(1, len(accuracies) + 1)),
            y=[100 * accuracy for accuracy in accuracies],
            mode="lines+markers",
            line={"color": palette.accent, "width": 2.5},
            hovertemplate="epoch %{x}: %{y:.2f}%<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "epoch", "fixedrange": True},
        yaxis={"title": "validation accuracy (%)", "fixedrange": True},
    )
    return finish(figure, palette, height=280)
