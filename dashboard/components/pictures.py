"""Pictures with sharp pixels.

`st.image` serves files that are gone once the page is drawn again, and smooths what it enlarges;
these pictures are sent with the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_pictures",
    html='<div class="pictures"></div>',
    css=(HERE / "pictures.css").read_text("utf-8"),
    js=(HERE / "pictures.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        source: a data URI.
        alt: the text for screen readers.
        width: in CSS pixels; None for the full width.
        name: the first words above it, in bold; "" for none.
        detail: what follows them.
    """

    source: str
    alt: str
    width: int | None = None
    name: str = ""
    detail: str = ""


def pictures(shown: Sequence[Picture], *, key: str, side_by_side: bool = False) -> None:
    """Show pictures one below the other, or side by side as far as there is room.

    Args:
        shown: the pictures.
        key: unique on the page.
        side_by_side: whether to show them in rows.
    """
    listed = [asdict(picture) for picture in shown]
    _component(key=key, data={"pictures": listed, "row": side_by_side})
