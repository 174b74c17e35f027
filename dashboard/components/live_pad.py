"""The pad that predicts in the browser while the pen moves; its scripts are built from `web/`."""

from typing import Any

import streamlit as st

from pipeline.live import Spec

HEIGHT = 420  # CSS pixels kept free until the browser has built it

_component = st.components.v2.component(
    "inkling.live_pad",
    html=f'<div class="root" style="min-height: {HEIGHT}px"></div>',
    js="live_pad.js",
)


def live_pad(spec: Spec, key: str) -> Any:
    """Show the pad.

    Args:
        spec: of the runs that answer.
        key: unique on the page.

    Returns:
        The strokes as the browser sent them, which may be anything; None while nothing is drawn.
    """
    result = _component(key=key, data=spec.packed(), on_drawing_change=lambda: None)
    drawn = result.get("drawing")
    return drawn.get("strokes") if isinstance(drawn, dict) else None
