"""The pad that predicts in the browser while the pen moves; its scripts are built from `web/`."""

from typing import Any

import streamlit as st

_component = st.components.v2.component(
    "inkling.live_pad", html='<div class="root"></div>', js="live_pad.js"
)


def live_pad(packed: bytes, key: str) -> Any:
    """Show the pad.

    Args:
        packed: the runs that predict, from `pad_spec.Spec.packed`.
        key: unique on the page.

    Returns:
        The strokes as the browser sent them, unchecked; None while nothing is drawn.
    """
    result = _component(key=key, data=packed, on_drawing_change=lambda: None)
    drawn = result.get("drawing")
    return drawn.get("strokes") if isinstance(drawn, dict) else None


def layers(key: str) -> None:
    """Show here what the layers compute from the drawing on the pad.

    Args:
        key: unique on the page.
    """
    _component(key=key, data={"shows": "layers"})
