"""Brings a new page into view from its top, and keeps the Back button to the visitor's own steps.

Streamlit keeps the scroll position of the last page, makes every write to the address a step, and
leaves the keyboard outside of what it opens.
Where the page turns dark or light while it is open, Streamlit changes its own colors only; this
draws the rest anew.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "inkling_arrival", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def arrival(page: str, *, dark: bool, reported: Callable[[], None]) -> None:
    """Tell the browser which page this is, and whether it was drawn for the dark; shows nothing.

    `reported` is called when the page has turned dark or light.
    """
    with st.container(key="arrival"):
        _component(key="arrived", data={"page": page, "dark": dark}, on_mode_change=reported)
