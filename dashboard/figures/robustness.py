"""Accuracy against the size of an adversarial change."""

import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish
from dashboard.palette import Palette
from pipeline.analysis.adversarial import Norm
from pipeline.store.run_info import UnderChange

AXES: dict[Norm, str] = {
    "linf": "largest change of a value (L∞, % of its range)",
    "l2": "size of the whole change (L2)",
}


def under_change(found: UnderChange, norm: Norm, palette: Palette) -> go.Figure:
    """Draw accuracy against the size of the change.

    Args:
        found: what was measured.
        norm: how the size of a change is measured.
        palette: for the page's mode.
    """
    scale, unit = (100, "%") if norm == "linf" else (1, "")
    figure = go.Figure(
        go.Scatter(
            x=[scale * budget for budget in found.budgets],
            y=[100 * share for share in found.accuracy],
            mode="lines+markers",
            line={"color": palette.accent, "width": 2.5},
            marker={"size": 8},
            cliponaxis=False,
            hovertemplate=f"change of %{{x:g}}{unit}: %{{y:.1f}}% right<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": AXES[norm], "rangemode": "tozero", "fixedrange": True},
        yaxis={"title": "accuracy (%)", "range": [-2, 104], "fixedrange": True},
    )
    table = Table({AXES[norm]: "x"}, {"accuracy (%)": "y"})
    return finish(figure, palette, height=340, table=table)
