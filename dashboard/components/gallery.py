"""A grid of pictures to pick from: crisp pixels, real buttons, arrow keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from dashboard.components import export
from dashboard.components.export import About
from dashboard.components.sheet import SCRIPT, Sheet

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_gallery",
    html='<div class="bar"></div><div class="gallery" role="group"></div>',
    css=export.STYLE + (HERE / "gallery.css").read_text("utf-8"),
    js=SCRIPT + export.SCRIPT + (HERE / "gallery.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Tile:
    """One picture of a gallery.

    Attributes:
        id: what a click reports.
        caption: the first line under it.
        detail: the second, smaller.
        hint: the tooltip, also for screen readers.
        facts: its row in the table behind the gallery, by column; all tiles have the same ones.
    """

    id: int
    caption: str
    detail: str
    hint: str
    facts: Mapping[str, str | float]


def gallery(
    tiles: Sequence[Tile],
    sheet: Sheet,
    *,
    about: About,
    key: str,
    on_pick: Callable[[int], None] | None,
    chosen: int | None = None,
    focus: int | None = None,
    tile_width: int,
) -> None:
    """Show tiles in rows that fill the width.

    Args:
        tiles: at most a few hundred.
        sheet: their pictures, in the same order.
        about: what they are, for downloads; its title names the group for screen readers.
        key: unique on the page.
        on_pick: called with the id of a clicked tile, before the page is drawn again; None if they
            are only to be looked at.
        chosen: the id of the tile to frame.
        focus: the id of the tile that takes the keyboard's focus, because what had it is gone.
        tile_width: smallest width of a tile in CSS pixels.
    """

    def picked() -> None:
        # A click may come from a page that is being left, whose state is gone by then.
        value = st.session_state.get(key, {}).get("picked")
        if on_pick and isinstance(value, int) and any(tile.id == value for tile in tiles):
            on_pick(value)

    _component(
        key=key,
        data={
            "tiles": [vars(tile) | {"facts": list(tile.facts.values())} for tile in tiles],
            "columns": list(tiles[0].facts) if tiles else [],
            "sheet": asdict(sheet),
            "about": asdict(about),
            "chosen": chosen,
            "focus": focus,
            "tile": tile_width,
            "picks": on_pick is not None,
        },
        on_picked_change=picked,
    )
