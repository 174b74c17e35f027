"""The box to draw in: streamlit-drawable-canvas, read as strokes."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dashboard.components.fabric import Strokes, coloured_strokes_of, strokes_of
from pipeline.drawing import Edit

SIDE = 280  # CSS pixels
PEN = 16
RUBBER = 24


def canvas(key: str, *, dark: bool) -> Strokes:
    """Show the box, with undo and clear, and return what is drawn in it.

    Args:
        key: unique on the page.
        dark: draw light on dark instead of dark on light.

    Returns:
        Strokes of `[x, y]` points in canvas pixels, y downwards; an empty list if nothing is
        drawn.
    """
    st.caption("With mouse, pen or finger. Point at the box to undo, redo or clear.")
    ink, paper = _colours(dark)
    result = st_canvas(
        key=key,
        width=SIDE,
        height=SIDE,
        stroke_width=PEN,
        stroke_color=ink,
        background_color=paper,
        drawing_mode="freedraw",
    )
    return strokes_of(result.json_data)


def editor(key: str, picture: str, *, dark: bool) -> list[Edit]:
    """Show the box over a picture, with pen and rubber, and return what was changed.

    Args:
        key: unique on the page and for the picture.
        picture: a data URI.
        dark: draw light on dark instead of dark on light.
    """
    tool = st.segmented_control(
        "Tool", ["Pen", "Rubber"], default="Pen", required=True, key=f"{key}_tool",
        label_visibility="collapsed",
    )  # fmt: skip
    ink, paper = _colours(dark)
    rubber = tool == "Rubber"
    result = st_canvas(
        key=key,
        width=SIDE,
        height=SIDE,
        stroke_width=RUBBER if rubber else PEN,
        stroke_color=paper if rubber else ink,
        background_image=picture,
        drawing_mode="freedraw",
    )
    return [
        Edit(points, colour == paper) for points, colour in coloured_strokes_of(result.json_data)
    ]


def _colours(dark: bool) -> tuple[str, str]:
    return ("#f2efe8", "#0f1318") if dark else ("#1d2430", "#ffffff")
