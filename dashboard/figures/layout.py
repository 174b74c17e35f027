"""What all figures have in common: colors, fonts, margins, names, and axes of classes."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.palette import Palette
from dashboard.words.text import shorten

LONGEST_LABEL = 16  # letters of a class name beside an axis
ROOM = 60  # letters that all names along an axis may have together, where they are few
MANY = 30  # classes; the names of more have to be small, and upright
FONT = "Source Sans, sans-serif"


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


def finish(figure: go.Figure, palette: Palette, height: int) -> go.Figure:
    """Apply the layout that all figures share."""
    return figure.update_layout(
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
