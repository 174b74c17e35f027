"""How far predictions can be trusted: the risk–coverage curve, and accuracy by confidence."""

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.layout import Table, finish, outlined
from dashboard.palette import Palette

NONE = 0.25  # where "none" is on a logarithmic axis of images, which has no zero


def risk_coverage(
    curve: pd.DataFrame, passed: int, errors: int, total: int, palette: Palette
) -> go.Figure:
    """Draw the errors that remain against the images that are passed on to a person.

    Args:
        curve: passed and errors, one row per choice; the first passes none on.
        passed, errors: of the choice to mark.
        total: how many images there are.
        palette: for the page's mode.
    """
    all_errors = curve["errors"].iloc[0]
    at_random = all_errors * (1 - curve["passed"] / total)
    figure = go.Figure()
    for values, name, line in (
        (at_random, "at random", {"color": palette.text, "width": 1.5, "dash": "dot"}),
        (curve["errors"], "least confident first", {"color": palette.accent, "width": 2.5}),
    ):
        figure.add_scatter(
            x=curve["passed"].clip(lower=NONE),
            y=values,
            name=name,
            mode="lines",
            line=line,
            customdata=list(zip(curve["passed"], 100 * curve["passed"] / total, strict=True)),
            hovertemplate="%{customdata[0]:,} passed on (%{customdata[1]:.2f}%), "
            "errors remaining: %{y:,.0f}<extra>" + name + "</extra>",
        )
    figure.add_scatter(
        x=[max(passed, NONE)],
        y=[errors],
        mode="markers+text",
        marker={"color": palette.wrong, "size": 13, "line": {"color": palette.text, "width": 1}},
        text=[f"{errors:,}"],
        textposition="bottom left" if errors > all_errors / 2 else "top right",
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
    powers = [10**power for power in range(len(str(total)))]
    figure.update_layout(
        xaxis={
            "title": f"images passed to a person, of {total:,}",
            "type": "log",
            "range": [math.log10(NONE), math.log10(total)],
            "tickvals": [NONE, *powers],
            "ticktext": ["none", *(f"{power:,}" for power in powers)],
            "fixedrange": True,
        },
        yaxis={
            "title": "remaining errors",
            "range": [0, max(1.0, 1.08 * all_errors)],
            "tickformat": ",d",
            "fixedrange": True,
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    table = Table(
        {"images passed to a person": "customdata.0", "of all (%)": "customdata.1"},
        {"remaining errors": "y"},
        across=True,
    )
    return finish(figure, palette, height=340, table=table)


def reliability(bins: pd.DataFrame, few: int, palette: Palette) -> go.Figure:
    """Draw accuracy by confidence with the diagonal, and below it the number of images per bin.

    Source: Guo et al. 2017, On calibration of modern neural networks.

    Args:
        bins: from `metrics.calibration_bins`.
        few: bins with fewer images are drawn hollow.
        palette: for the page's mode.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.06
    )
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name="perfectly calibrated",
        line={"color": palette.text, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    scarce = bins["count"] < few
    _add_bins(figure, bins[~scarce], f"{few} images or more", "circle", palette)
    _add_bins(figure, bins[scarce], f"fewer than {few}", "circle-open", palette)
    figure.add_bar(
        x=50 * (bins["low"] + bins["high"]),
        y=bins["count"],
        width=90 * (bins["high"] - bins["low"]),
        marker={"color": palette.sequential[4], "line": outlined(palette)},
        showlegend=False,
        customdata=100 * bins[["low", "high"]],
        hovertemplate="confidence %{customdata[0]:.0f} to %{customdata[1]:.0f}%, "
        "images: %{y:,}<extra></extra>",
        row=2,
        col=1,
    )
    # One bin often holds nearly all images: a logarithm keeps the others visible.
    top = math.log10(max(10, bins["count"].max())) + 0.2
    axis = {"automargin": True, "gridcolor": palette.border, "zeroline": False, "fixedrange": True}
    figure.update_layout(
        xaxis={"range": [0, 102], "fixedrange": True},
        yaxis={"title": "accuracy (%)", "range": [0, 102], "fixedrange": True},
        xaxis2=axis | {"title": "confidence (%)", "range": [0, 102]},
        yaxis2=axis
        | {"title": "images", "type": "log", "range": [-0.3, top], "dtick": 2, "tickformat": ",d"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    table = Table(
        {"confidence from (%)": "customdata.1", "to (%)": "customdata.2"},
        {
            "images": "customdata.0",
            "mean confidence (%)": "x",
            "accuracy (%)": "y",
            "95% from (%)": "customdata.3",
            "95% to (%)": "customdata.4",
        },
    )
    return finish(figure, palette, height=440, table=table)


def _add_bins(
    figure: go.Figure, bins: pd.DataFrame, name: str, symbol: str, palette: Palette
) -> None:
    """Draw bins as points with the interval of their accuracy."""
    if bins.empty:
        return
    figure.add_scatter(
        x=100 * bins["confidence"],
        y=100 * bins["accuracy"],
        mode="markers",
        name=name,
        cliponaxis=False,
        marker={"color": palette.accent, "size": 9, "symbol": symbol, "line": {"width": 2}},
        error_y={
            "array": 100 * (bins["accuracy_high"] - bins["accuracy"]),
            "arrayminus": 100 * (bins["accuracy"] - bins["accuracy_low"]),
            "color": palette.accent,
            "thickness": 1.2,
            "width": 3,
        },
        customdata=bins[["count", "low", "high", "accuracy_low", "accuracy_high"]].to_numpy()
        * (1, 100, 100, 100, 100),
        hovertemplate="confidence %{x:.1f}%, accuracy %{y:.1f}%, images: %{customdata[0]:,}"
        "<extra></extra>",
        row=1,
        col=1,
    )
