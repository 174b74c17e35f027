"""Pictures with sharp pixels.

`st.image` serves files that are gone once the page is drawn again, and smooths what it enlarges;
these pictures are sent with the page.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.components import export
from dashboard.components.export import About

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_pictures",
    html='<div class="bar"></div><div class="pictures"></div>',
    css=export.STYLE + (HERE / "pictures.css").read_text("utf-8"),
    js=export.SCRIPT + (HERE / "pictures.js").read_text("utf-8"),
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


def pictures(shown: Sequence[Picture], *, key: str, row: About | None = None) -> None:
    """Show pictures one below the other, or side by side as far as there is room.

    Args:
        shown: the pictures.
        key: unique on the page.
        row: what they are, if they are a row that can be downloaded; None shows them one below the
            other.
    """
    listed = [asdict(picture) for picture in shown]
    about = None if row is None else asdict(row)
    _component(key=key, data={"pictures": listed, "row": row is not None, "about": about})
