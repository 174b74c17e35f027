"""What a network learned, frame by frame: its matrix, its map, its kernels and five images.

One film shows how a training stands while it runs; one or two with a slider replay finished ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import export
from dashboard.components.export import About
from dashboard.palette import Palette

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_film",
    html='<div class="film"></div>',
    css=export.STYLE + (HERE / "film.css").read_text("utf-8"),
    js=export.SCRIPT
    + "".join((HERE / name).read_text("utf-8") for name in ("film_drawn.js", "film.js")),
)


@dataclass(frozen=True)
class Reel:
    """A film to show.

    Attributes:
        title: above it; "" for none.
        film: see `pipeline.export.film_spec.describe`.
        pictures: the pinned images, as data URIs; none where they are not on this machine.
    """

    title: str
    film: Mapping[str, Any]
    pictures: Sequence[str] = ()


def film(reels: Sequence[Reel], palette: Palette, *, key: str, about: About | None = None) -> None:
    """Show films side by side.

    Args:
        reels: one or two; none keeps the place of one that has not begun.
        palette: for the page's mode.
        key: unique on the page.
        about: what they show, for downloads: people choose the epoch. Without it, the last frame
            is shown.
    """
    shown = [
        {"title": reel.title, "film": reel.film, "pictures": list(reel.pictures)} for reel in reels
    ]
    _component(
        key=key,
        data={
            "reels": shown,
            "slider": about is not None,
            "about": None if about is None else asdict(about),
            "sequential": list(palette.sequential),
            "diverging": list(palette.diverging),
            "text": palette.text,
            "categorical": list(palette.categorical),
        },
    )
