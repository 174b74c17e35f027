"""A button that copies the page's address (URL)."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_copy_link",
    html='<button type="button" class="copy"></button>',
    css=(_HERE / "copy_link.css").read_text("utf-8"),
    js=(_HERE / "copy_link.js").read_text("utf-8"),
)


def copy_link(key: str) -> None:
    """Show the button."""
    _component(key=key)
