"""Settings over their seeds, and which settings mattered."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard.figures.layout import Table, finish, name_rows, plain, rows_height
from dashboard.palette import Palette


def over_seeds(
    names: Sequence[str], accuracies: Sequence[Mapping[int, float]], palette: Palette
) -> go.Figure:
    """Draw the accuracy with each seed as a ring, and their mean as a diamond, a row per settings.

    Args:
        names: of the settings, best first.
        accuracies: for each, by seed, in [0, 1].
        palette: for the page's mode.
    """
    figure = go.Figure()
    for row, (name, by_seed) in enumerate(zip(names, accuracies, strict=True)):
        found = [100 * accuracy for accuracy in by_seed.values()]
        color = palette.accent if row == 0 else palette.text
        figure.add_scatter(
            x=found,
            y=[row] * len(found),
            name=plain(name),
            mode="markers",
            marker={"size": 10, "symbol": "circle-open", "color": color, "line": {"width": 2}},
            customdata=[*by_seed],
            hovertemplate="seed %{customdata}: %{x:.2f}%<extra></extra>",
        )
        figure.add_scatter(
            x=[sum(found) / len(found)],
            y=[row],
            mode="markers",
            marker={"size": 12, "symbol": "diamond", "color": color},
            hoverinfo="skip",
        )
    name_rows(figure, names, palette)
    table = Table({"settings": "name", "seed": "customdata"}, {"accuracy (%)": "x"})
    return finish(figure, palette, height=rows_height(names), table=table)


def what_mattered(shares: Mapping[str, float], palette: Palette) -> go.Figure:
    """Draw how much of the differences each setting explains alone, the largest at the top.

    Args:
        shares: by setting, in [0, 1], the largest first.
        palette: for the page's mode.
    """
    names, values = [plain(name) for name in shares], [100 * share for share in shares.values()]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker_color=palette.accent,
            text=[f"{value:.0f}%" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.0f}%<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "explained alone (%)", "range": [0, 112], "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "showgrid": False},
        bargap=0.35,
    )
    table = Table({"setting": "y"}, {"explained alone (%)": "x"})
    return finish(figure, palette, height=90 + 34 * len(names), table=table)
