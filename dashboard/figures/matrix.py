"""The confusion matrix."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.layout import class_axis, finish
from dashboard.palette import Palette

MOST_CELL_NUMBERS = 25  # classes; above that the numbers in a matrix cannot be read


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
        xaxis=class_axis(axis, "predicted"),
        yaxis=class_axis(axis, "true") | {"autorange": "reversed"},
    )
    figure.update_xaxes(showgrid=False, constrain="domain")
    figure.update_yaxes(showgrid=False, scaleanchor="x", constrain="domain", constraintoward="top")
    return finish(figure, palette, height=min(660, max(440, 44 * n + 80)))


def _cell_text(count: int, share: float, shares: bool) -> str:
    if count == 0:
        return ""
    if not shares:
        return f"{count:,}"
    return f"{100 * share:.1f}" if share < 0.9995 else "100"
