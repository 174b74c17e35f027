"""The canvas whose drawing the server predicts: streamlit-drawable-canvas."""

from dataclasses import dataclass

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from dashboard.components.fabric import Path, paths_of


@dataclass(frozen=True)
class Canvas:
    """What to draw on.

    Attributes:
        width, height: in CSS pixels.
        picture: a data URI of what to draw over; None for blank paper.
        paper: its color, "#rrggbb", where there is no picture.
    """

    width: int
    height: int
    picture: str | None = None
    paper: str = ""


def canvas(key: str, place: Canvas, *, color: str, width: int) -> list[Path]:
    """Show the canvas, with undo, redo and clear, and return what is drawn on it.

    A drawing outlives the canvas: where it is shown again under the same key, it is drawn again.

    Args:
        key: unique on the page and for the picture.
        place: what to draw on.
        color: of the pen, "#rrggbb".
        width: of the pen, in CSS pixels.

    Returns:
        The strokes in canvas pixels, first to last.
    """
    kept, first = f"{key}_kept", f"{key}_first"
    if key not in st.session_state:  # it was not on the page
        st.session_state[first] = st.session_state.get(kept)
    result = st_canvas(
        key=key,
        width=place.width,
        height=place.height,
        stroke_width=width,
        stroke_color=color,
        background_color=place.paper,
        background_image=place.picture,
        drawing_mode="freedraw",
        initial_drawing=st.session_state[first],
    )
    st.session_state[kept] = result.json_data
    return paths_of(result.json_data)
