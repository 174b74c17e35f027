"""Curves by epoch."""

from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish
from dashboard.palette import Palette

Measure = Literal["accuracy", "loss"]
SHOWN = {"accuracy": ("accuracy (%)", 100, "%"), "loss": ("loss", 1, "")}  # title, factor, unit


def history(table: pd.DataFrame, best_epoch: int, palette: Palette) -> go.Figure:
    """Draw accuracy by epoch on training and validation images, and mark the epoch that is kept."""
    figure = go.Figure()
    _draw_parts(figure, table, "accuracy", palette)
    figure.add_vline(
        x=best_epoch, line={"color": palette.text, "width": 1, "dash": "dot"}, opacity=0.6
    )
    return _finished(figure, "accuracy", palette, height=340)


def so_far(table: pd.DataFrame, measure: Measure, epochs: int, palette: Palette) -> go.Figure:
    """Draw accuracy or loss by epoch while a training runs, on training and validation images.

    Args:
        table: a row per epoch so far: epoch, and those of the measure's columns that are known.
        measure: a key of `SHOWN`.
        epochs: how many there will be; 0 if unknown. The axis has its length from the start.
        palette: for the page's mode.
    """
    figure = go.Figure()
    _draw_parts(figure, table, measure, palette, mode="lines+markers")
    ends = [0, max(epochs, len(table), 1) + 0.5]
    figure.update_xaxes(range=ends, showticklabels=len(table) > 0)
    figure.update_yaxes(showticklabels=len(table) > 0)
    return _finished(figure, measure, palette, height=220)


def _draw_parts(
    figure: go.Figure, table: pd.DataFrame, measure: Measure, palette: Palette, mode: str = "lines"
) -> None:
    _, factor, unit = SHOWN[measure]
    for column, name, color, dash in (
        (measure, "training images", palette.text, "dash"),
        (f"val_{measure}", "validation images", palette.accent, "solid"),
    ):
        known = column in table
        figure.add_scatter(
            x=table["epoch"] if known else [],
            y=factor * table[column] if known else [],
            name=name,
            mode=mode,
            line={"color": color, "width": 2.5, "dash": dash},
            hovertemplate="epoch %{x}: %{y:.4~g}" + unit + "<extra>" + name + "</extra>",
        )


def _finished(figure: go.Figure, measure: Measure, palette: Palette, height: int) -> go.Figure:
    title, _, _ = SHOWN[measure]
    figure.update_layout(
        xaxis={"title": "epoch", "fixedrange": True},
        yaxis={"title": title, "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    columns = Table({"epoch": "x"}, {title: "y"}, across=True)
    return finish(figure, palette, height=height, table=columns)
