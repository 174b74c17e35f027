"""The box to draw in: streamlit-drawable-canvas, read as strokes."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dashboard.components.fabric import Strokes, strokes_of

SIDE = 280  # CSS pixels
PEN = 16


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
    result = st_canvas(
        key=key,
        width=SIDE,
        height=SIDE,
        stroke_width=PEN,
        stroke_color="#f2efe8" if dark else "#1d2430",
        background_color="#0f1318" if dark else "#ffffff",
        drawing_mode="freedraw",
    )
    return strokes_of(result.json_data)
