"""What all figures have in common: colors, fonts, margins, names, and axes of classes."""

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.palette import Palette
from dashboard.words.text import shorten

LONGEST_LABEL = 16  # letters of a class name beside an axis
ROOM = 60  # letters that all names along an axis may have together, where they are few
MANY = 30  # classes; the names of more have to be small, and upright
ROW, LINE = 44, 18  # pixels: a row of accuracies with a name of one line, and each further line
ON_A_PHONE = 44  # letters of a row's name in a line
FONT = "Source Sans, sans-serif"


@dataclass(frozen=True)
class Table:
    """How the numbers of a figure read as a table, which the page makes from its traces on request.

    A column has a name, with its unit, and a place in a trace: "x", "y", "text", "name" for what
    the trace is called, or "customdata", with a number if that has several. Traces that lack one of
    the places, or have no hover texts, are not in the table.

    Attributes:
        rows: the columns that tell rows apart.
        values: the other columns.
        across: whether traces have the same rows: then each has columns of its own. Else the rows
            of one follow those of the other.
    """

    rows: Mapping[str, str]
    values: Mapping[str, str]
    across: bool = False


def class_axis(names: Sequence[str], title: str = "") -> dict[str, Any]:
    """Return an axis of classes; long names are cut there, but whole in hover texts."""
    longest = max(LONGEST_LABEL, ROOM // max(len(names), 1))
    axis = {
        "title": title,
        "type": "category",
        "fixedrange": True,
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [plain(shorten(name, longest)) for name in names],
    }
    if len(names) > MANY:
        axis |= {"tickangle": -90, "tickfont": {"size": 9}}
    return axis


def cut(name: str) -> str:
    """Shorten a class name that is too long for a figure."""
    return shorten(name, LONGEST_LABEL)


def plain(name: str) -> str:
    """Escape a name that others chose, so that Plotly shows it as it is.

    Every name in a figure passes through here: Plotly interprets HTML in texts, ticks and
    legends, and `%{…}` in hover templates.
    """
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("%{", "%\u200b{")


def outlined(palette: Palette) -> dict[str, Any]:
    """Return the outline of bars that are too pale to be told from the page by their color."""
    return {"color": palette.sequential[7], "width": 1}


def interval(low: float, middle: float, high: float, color: str) -> dict[str, Any]:
    """Return the whiskers of one marker at `middle`, from `low` to `high`."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - middle],
        "arrayminus": [middle - low],
        "color": color,
        "thickness": 2.5,
        "width": 5,
    }


def name_rows(
    figure: go.Figure, names: Sequence[str], palette: Palette, bold: Collection[int] = ()
) -> None:
    """Name the rows of accuracies, top to bottom; `rows_height` is how high they are.

    Names are above their rows, not beside the axis, so that long ones leave the plot its width.
    The longest take several lines.

    Args:
        figure: whose row k has y = k.
        names: one per row.
        palette: for the page's mode.
        bold: which rows stand out.
    """
    for row, name in enumerate(names):
        lines = "<br>".join(map(plain, _lines(name)))
        figure.add_annotation(
            text=f"<b>{lines}</b>" if row in bold else lines,
            x=0,
            xref="paper",
            xanchor="left",
            align="left",
            y=row,
            yanchor="bottom",
            yshift=7,
            showarrow=False,
            # Lines of the grid would strike the name through.
            bgcolor=palette.surface,
            borderpad=1,
        )
    figure.update_layout(
        xaxis={"title": "accuracy on test images (%)", "fixedrange": True, "showgrid": True},
        yaxis={"range": [len(names) - 0.5, -0.8], "fixedrange": True},
        yaxis_showticklabels=False,
        yaxis_showgrid=False,
        showlegend=False,
        # Less than Plotly leaves a plot otherwise: else one row would push the axis's title out.
        minreducedheight=ROW,
    )


def rows_height(names: Sequence[str]) -> int:
    """Return how high a figure with rows of accuracies is, in pixels; see `name_rows`."""
    lines = max((len(_lines(name)) for name in names), default=1)
    return 80 + (ROW + LINE * (lines - 1)) * len(names)


def _lines(name: str) -> list[str]:
    return textwrap.wrap(name, ON_A_PHONE, break_on_hyphens=False) or [name]


def finish(figure: go.Figure, palette: Palette, height: int, *, table: Table) -> go.Figure:
    """Apply the layout that all figures share, and keep how its numbers read as a table."""
    # Streamlit's own gray is too faint on paper.
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(tickfont_color=palette.text, title_font_color=palette.text)
    return figure.update_layout(
        meta=asdict(table),
        legend_font_color=palette.text,
        template="none",  # a full one is copied into every figure, which takes the most time
        font={"family": FONT, "color": palette.text, "size": 14},
        colorway=list(palette.categorical),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 10, "r": 24, "t": 12, "b": 10},
        height=height,
        dragmode=False,
        hoverlabel={"font": {"size": 14}},
        xaxis={"automargin": True, "gridcolor": palette.border, "zeroline": False},
        yaxis={"automargin": True, "gridcolor": palette.border, "zeroline": False},
    )


def enlarged(figure: go.Figure, scale: float) -> go.Figure:
    """Draw letters, lines and points larger, for a screen that is seen from afar.

    Args:
        figure: finished; it is changed.
        scale: 1 leaves it as it is.

    Returns:
        The figure, without a height of its own.
    """
    layout = figure.layout
    size = layout.font.size * scale
    margin = {side: layout.margin[side] * scale for side in "lrtb"}
    figure.update_layout(font_size=size, height=None, margin=margin)
    figure.update_layout(legend_font_size=0.9 * size)
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        # Streamlit's theme has sizes of its own, where a figure says nothing.
        axis.tickfont.size = scale * axis.tickfont.size if axis.tickfont.size else 0.9 * size
        axis.title.font.size = size
    for note in layout.annotations:
        note.yshift = note.yshift and note.yshift * scale
    for line in layout.shapes:
        line.line.width = line.line.width and line.line.width * scale
    for trace in figure.data:
        _enlarge(trace, scale)
    return figure


def _enlarge(trace: Any, scale: float) -> None:
    """Draw one trace's lines, points and intervals larger."""
    for name, part in (
        ("line", "width"),
        ("marker", "size"),
        ("textfont", "size"),
        ("error_x", "thickness"),
        ("error_y", "thickness"),
    ):
        # Not every kind of trace has them all.
        if name not in trace:
            continue
        owner = trace[name]
        if part in owner and isinstance(owner[part], int | float):
            owner[part] *= scale
