"""How strange images of several origins are to a network."""

import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish, interval, plain
from dashboard.palette import Palette
from dashboard.words import strangers as words
from dashboard.words.text import shorten
from pipeline.analysis.strangers import Group, Strangers

ROW = 66  # pixels
LONGEST = 40  # letters of a name, which is above its line even on a phone
SCORE = "score: the higher, the stranger"


def spread(found: Strangers, palette: Palette) -> go.Figure:
    """Draw the scores of each origin as a dot, their median, on the line that nine of ten are on.

    Names are above the lines, not beside the axis, so that long ones leave the plot its width.

    Args:
        found: what was measured.
        palette: for the page's mode.
    """
    figure, groups = go.Figure(), (found.own, *found.others)
    for row, group in enumerate(groups):
        color = palette.accent if group.own else palette.text
        low, _, middle, _, high = group.quantiles
        figure.add_scatter(
            x=[middle],
            y=[row],
            name=plain(group.name),
            mode="markers",
            marker={"size": 11, "color": color, "symbol": "circle" if group.own else "diamond"},
            error_x=interval(low, middle, high, color),
            customdata=[_numbers(group)],
            hovertemplate=f"{plain(shorten(group.name, LONGEST))}<br>{words.told(group)}"
            "<extra></extra>",
        )
        figure.add_annotation(
            text=f"<b>{plain(shorten(group.name, LONGEST))}</b><br>{words.numbers(group)}",
            align="left",
            x=0,
            xref="paper",
            xanchor="left",
            y=row,
            yshift=27,
            showarrow=False,
            bgcolor=palette.surface,
            borderpad=1,
        )
    figure.add_vline(x=found.threshold, line={"color": palette.wrong, "width": 2, "dash": "dash"})
    figure.add_annotation(
        text="remarked on →",
        x=found.threshold,
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
    )
    figure.update_layout(
        xaxis={"title": SCORE, "fixedrange": True, "showgrid": True},
        yaxis={"range": [len(groups) - 0.6, -0.8], "fixedrange": True},
        yaxis_showticklabels=False,
        yaxis_showgrid=False,
        showlegend=False,
    )
    columns = Table(
        {"images": "name"},
        {
            "median score": "x",
            "remarked on (%)": "customdata.0",
            "AUROC": "customdata.1",
            "FPR at 95% (%)": "customdata.2",
        },
    )
    finished = finish(figure, palette, height=110 + ROW * len(groups), table=columns)
    return finished.update_layout(margin_t=28)


def _numbers(group: Group) -> tuple[str, ...]:
    """Write the numbers of a table's row; its own images are compared with nothing."""
    flagged = f"{100 * group.flagged:.1f}"
    if group.auroc is None or group.fpr95 is None:
        return flagged, "–", "–"
    return flagged, f"{group.auroc:.4f}", f"{100 * group.fpr95:.1f}"
