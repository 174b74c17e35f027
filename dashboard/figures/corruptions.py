"""Accuracy on turned images."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures.comparison import DASHES
from dashboard.figures.layout import Table, finish, plain
from dashboard.palette import Palette
from pipeline.analysis.corruption_sheet import Turned


def turned(names: Sequence[str], runs: Sequence[Sequence[Turned]], palette: Palette) -> go.Figure:
    """Draw the accuracy of one run or two by how far images are turned, with intervals.

    Args:
        names: of the runs; a single one's is not shown.
        runs: for each what was measured, by degrees.
        palette: for the page's mode.
    """
    figure = go.Figure()
    for number, (name, measured) in enumerate(zip(names, runs, strict=True)):
        shares = [100 * share.accuracy for share in measured]
        ends = [[100 * end for end in share.interval] for share in measured]
        color = palette.categorical[number] if len(runs) > 1 else palette.accent
        figure.add_scatter(
            x=[share.degrees for share in measured],
            y=shares,
            customdata=ends,
            name=plain(name),
            mode="lines+markers",
            line={"color": color, "width": 2.5, "dash": DASHES[number]},
            marker={"size": 8},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [high - y for y, (_, high) in zip(shares, ends, strict=True)],
                "arrayminus": [y - low for y, (low, _) in zip(shares, ends, strict=True)],
                "color": color,
                "thickness": 1.5,
                "width": 4,
            },
            cliponaxis=False,
            hovertemplate="turned by %{x}°: %{y:.1f}% right<extra></extra>",
        )
    figure.update_layout(
        xaxis={"title": "turned by (degrees)", "dtick": 15, "fixedrange": True},
        yaxis={"title": "accuracy (%)", "range": [-2, 104], "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=len(runs) > 1,
    )
    columns = Table(
        {"run": "name", "turned by (degrees)": "x"},
        {"accuracy (%)": "y", "95% from (%)": "customdata.0", "to (%)": "customdata.1"},
    )
    return finish(figure, palette, height=340, table=columns)
