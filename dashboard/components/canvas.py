"""The canvas whose drawing the server predicts: streamlit-drawable-canvas."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dashboard.components.fabric import paths_of
from pipeline.ink.drawing import Edit

SIDE = 280  # CSS pixels


def canvas(key: str, *, dark: bool, width: int, eraser: bool, picture: str | None) -> list[Edit]:
    """Show the canvas, with undo, redo and clear, and return what is drawn on it.

    Args:
        key: unique on the page and for the picture.
        dark: whether to draw light on dark instead of dark on light.
        width: of the pen, in CSS pixels.
        eraser: whether to draw in the color of the paper.
        picture: a data URI of what to draw over; None for blank paper.

    Returns:
        The strokes in canvas pixels, first to last.
    """
    st.caption("Draw with a mouse, pen or finger. Point at the box for undo, redo and clear.")
    ink, paper = ("#f2efe8", "#0f1318") if dark else ("#1d2430", "#ffffff")
    result = st_canvas(
        key=key,
        width=SIDE,
        height=SIDE,
        stroke_width=width,
        stroke_color=paper if eraser else ink,
        background_color=paper if picture is None else "",
        background_image=picture,
        drawing_mode="freedraw",
    )
    return [
        Edit(path.points, path.width, erases=path.color == paper)
        for path in paths_of(result.json_data)
    ]
