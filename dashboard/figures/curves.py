"""Curves by epoch."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish
from dashboard.palette import Palette


def history(table: pd.DataFrame, best_epoch: int, palette: Palette) -> go.Figure:
    """Draw accuracy by epoch on training and validation images, and mark the epoch that is kept."""
    figure = go.Figure()
    for column, name, color, dash in (
        ("accuracy", "training images", palette.text, "dash"),
        ("val_accuracy", "validation images", palette.accent, "solid"),
    ):
        figure.add_scatter(
            x=table["epoch"],
            y=100 * table[column],
            name=name,
            mode="lines",
            line={"color": color, "width": 2.5, "dash": dash},
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
    columns = Table({"epoch": "x"}, {"accuracy (%)": "y"}, across=True)
    return finish(figure, palette, height=340, table=columns)


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
    columns = Table({"epoch": "x"}, {"validation accuracy (%)": "y"})
    return finish(figure, palette, height=280, table=columns)
