"""Brings a new page into view from its top, and keeps the Back button to the visitor's own steps.

Streamlit keeps the scroll position of the last page, and makes every write to the address a step.
"""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "inkling_arrival", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def arrival(page: str) -> None:
    """Tell the browser which page this is; it shows nothing."""
    with st.container(key="arrival"):
        _component(key="arrived", data={"page": page})
