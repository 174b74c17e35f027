"""Several runs side by side: their accuracies, and how they learned."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish, interval, name_rows, plain, rows_height
from dashboard.palette import Palette
from dashboard.words import comparison as comparison_words
from pipeline.analysis.metrics import Metrics

MUTED = 0.5  # opacity of runs that are not chosen
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def intervals(
    names: Sequence[str],
    metrics: Sequence[Metrics],
    palette: Palette,
    *,
    marked: Mapping[int, int],
) -> go.Figure:
    """Draw each run's accuracy as a dot on its 95% interval, on one axis.

    Args:
        names: one name per run, in the order they are drawn, top to bottom.
        metrics: one entry per run.
        palette: for the page's mode.
        marked: which of them have a color of their own: the chosen run (0), the second (1).
    """
    figure = go.Figure()
    colors = run_colors(len(names), palette, marked)
    for row, (name, score, color) in enumerate(zip(names, metrics, colors, strict=True)):
        middle, low, high = (
            100 * share for share in (score.accuracy, score.accuracy_low, score.accuracy_high)
        )
        figure.add_scatter(
            x=[middle],
            y=[row],
            name=plain(name),
            mode="markers",
            marker={"size": 11, "color": color},
            customdata=[(low, high)],
            error_x=interval(low, middle, high, color),
            hovertemplate=f"{plain(name)}: {comparison_words.accuracy(score)}<extra></extra>",
        )
    name_rows(figure, names, palette, bold=marked)
    columns = Table(
        {"run": "name"},
        {"accuracy (%)": "x", "95% from (%)": "customdata.0", "to (%)": "customdata.1"},
    )
    return finish(figure, palette, height=rows_height(names), table=columns)


def learning_curves(
    names: Sequence[str],
    histories: Sequence[pd.DataFrame],
    palette: Palette,
    *,
    marked: Mapping[int, int],
    by: str = "epochs",
) -> go.Figure:
    """Draw each run's validation accuracy by epoch, or by seconds of training.

    Args:
        names: one name per run.
        histories: for each run one row per epoch: epoch, val_accuracy, seconds.
        palette: for the page's mode.
        marked: which of them have a color of their own: the chosen run (0), the second (1).
        by: "epochs" or "seconds".
    """
    figure = go.Figure()
    colors = run_colors(len(names), palette, marked)
    for number, (name, table, color) in enumerate(zip(names, histories, colors, strict=True)):
        figure.add_scatter(
            x=table["seconds"].cumsum() if by == "seconds" else table["epoch"],
            y=100 * table["val_accuracy"],
            customdata=table["epoch"],
            name=plain(name),
            mode="lines+markers",
            marker={"size": 4},
            # The muted runs share a color: dashes distinguish them.
            line={"color": color, "width": 2.5, "dash": DASHES[number % len(DASHES)]},
            hovertemplate=f"{plain(name)}, epoch %{{customdata}}"
            + (", after %{x:,.0f} s" if by == "seconds" else "")
            + ": %{y:.2f}%<extra></extra>",
        )
    longest = max(len(table) for table in histories)
    figure.update_layout(
        xaxis={
            "title": "seconds of training" if by == "seconds" else "epoch",
            "fixedrange": True,
            "rangemode": "tozero",
            # There is no half epoch.
            "dtick": 1 if by == "epochs" and longest <= 10 else None,
        },
        yaxis={"title": "validation accuracy (%)", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )
    time = {"seconds of training": "x"} if by == "seconds" else {}
    columns = Table({"run": "name", "epoch": "customdata"}, time | {"validation accuracy (%)": "y"})
    return finish(figure, palette, height=300 + 22 * len(names), table=columns)


def run_colors(count: int, palette: Palette, marked: Mapping[int, int]) -> list[str]:
    """Return one color per run; the chosen and the second run have the same on every page."""
    red, green, blue = (int(palette.text[at : at + 2], 16) for at in (1, 3, 5))
    # Gray, which is far from both blue and orange in either mode.
    muted = f"rgba({red}, {green}, {blue}, {MUTED})"
    return [
        palette.categorical[marked[number]] if number in marked else muted
        for number in range(count)
    ]
