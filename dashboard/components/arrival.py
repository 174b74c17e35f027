"""Brings a new page into view from its top: Streamlit keeps the scroll position of the last one."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "inkling_arrival", js=Path(__file__).with_suffix(".js").read_text("utf-8")
)


def arrival(page: str) -> None:
    """Scroll to the top if this is another page than before; it shows nothing."""
    with st.container(key="arrival"):
        _component(key="arrived", data={"page": page})
