"""The picture of the point that the pointer is over, on a chart elsewhere on the page.

Plotly's hover texts hold no pictures. Only the picture of the point is sent, when it is asked for:
a map may have a million of them.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_hover_pictures",
    html='<div class="over" role="presentation" hidden><img alt=""></div>',
    css=(_HERE / "hover_pictures.css").read_text("utf-8"),
    js=(_HERE / "hover_pictures.js").read_text("utf-8"),
)


def hover_pictures(
    chart: str, picture: Callable[[int], str | None], reported: Callable[[], None]
) -> None:
    """Show pictures beside the pointer; call it in a fragment, which is all that then reruns.

    Args:
        chart: the chart's key; the first of its points' `customdata` is asked for.
        picture: returns a data URI; None if there is no picture of that number.
        reported: called when the pointer has rested on a point.
    """
    key = f"{chart}_hover"
    asked = st.session_state.get(key, {}).get("hovered")
    source = picture(asked) if isinstance(asked, int) else None
    _component(
        key=key,
        data={"chart": chart, "sample": asked, "source": source},
        on_hovered_change=reported,
    )
