"""From one image of a selection to the previous or next, by button and arrow key."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_steps",
    html='<div class="steps" role="group" tabindex="-1"></div>',
    css=(_HERE / "steps.css").read_text("utf-8"),
    js=(_HERE / "steps.js").read_text("utf-8"),
)


def steps(
    at: int | None,
    count: int,
    *,
    key: str,
    on_step: Callable[[int], None],
    back: str = "",
    on_back: Callable[[], None] | None = None,
    focus: bool = False,
) -> None:
    """Show where in a row of images one is, with buttons to its neighbors.

    Args:
        at: its place, from 0; None if it is not one of them.
        count: how many there are.
        key: unique on the page.
        on_step: called with the place of the neighbor that is asked for.
        back: the label of a button that leads back to all of them; "" for none.
        on_back: called when that is clicked.
        focus: whether it takes the keyboard's focus, because what had it is gone.
    """

    def stepped() -> None:
        # A click may come from a page that is being left, whose state is gone by then.
        step = st.session_state.get(key, {}).get("stepped")
        if step == "back" and on_back is not None:
            on_back()
        elif at is not None and step in (-1, 1) and 0 <= at + step < count:
            on_step(at + step)

    data = {"at": at, "count": count, "back": back, "focus": focus}
    _component(key=key, data=data, on_stepped_change=stepped)
