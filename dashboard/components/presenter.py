"""Presenter mode in the browser: its keys, its few quiet buttons, and the size of the screen."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_KEY = "presenter"

_component = st.components.v2.component(
    "inkling_presenter",
    html='<div class="presenter"></div>',
    css=(_HERE / "presenter.css").read_text("utf-8"),
    js=(_HERE / "presenter.js").read_text("utf-8"),
)


def presenter(
    *,
    on: bool,
    at: int | None,
    count: int,
    astray: bool,
    scale: float,
    words: Mapping[str, str],
    on_asked: Callable[[Any], None],
    on_scale: Callable[[Any], None],
) -> None:
    """Listen for the keys of presenter mode, and show its buttons while it is on.

    Args:
        on: whether the page is presented.
        at: which view is shown, from 1; None if it is none of them.
        count: how many views there are.
        astray: whether a click has led away from the view: then "previous" leads back to it.
        scale: how much larger than on a page things are drawn.
        words: the buttons' labels.
        on_asked: called with what was asked for, unchecked: "enter", "leave", "back" or the number
            of a view.
        on_scale: called with the scale that fits the screen, unchecked, where that is another.
    """

    def told(name: str, tell: Callable[[Any], None]) -> Callable[[], None]:
        return lambda: tell(st.session_state.get(_KEY, {}).get(name))

    with st.container(key="presenting"):
        _component(
            key=_KEY,
            data={
                "on": on, "at": at, "count": count, "astray": astray, "scale": scale,
                "words": dict(words),
            },
            on_asked_change=told("asked", on_asked),
            on_scale_change=told("scale", on_scale),
        )  # fmt: skip
