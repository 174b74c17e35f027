"""The corrections that people made: looking at them again, changing and undoing them."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from dashboard import loaders
from dashboard.components.export import About
from dashboard.components.gallery import Tile, gallery
from dashboard.widgets import choices, correcting, galleries
from dashboard.words import corrections as correction_words
from dashboard.words import text
from pipeline import words
from pipeline.errors import InklingError
from pipeline.store import corrections
from pipeline.store.corrections import Correction
from pipeline.store.second_opinion import Contradiction

ALL, DOUBTED = "All", "Look again"
PICKED = "correction_picked"  # in the session: the id of one, or the index of a test image


def shown(kept: Sequence[Correction], against: dict[str, Contradiction]) -> list[Correction]:
    """Let people choose between all corrections and those contradicted; newest first."""
    newest = list(reversed(kept))
    doubted = [one for one in newest if one.id in against]
    if not doubted:
        return newest
    st.warning(words.contradicted(len(doubted), len(kept)), icon=":material/visibility:")
    chosen = choices.segmented("corrections", "Corrections", [ALL, DOUBTED], default=DOUBTED)
    st.caption(correction_words.INDEPENDENT)
    return doubted if chosen == DOUBTED else newest


def pictures(
    listed: Sequence[Correction], against: dict[str, Contradiction], *, first: bool = True
) -> Correction | None:
    """Show corrections as pictures to pick from; return the picked one.

    Args:
        listed: at least one.
        against: what independent networks take some of them for, by id.
        first: whether the first counts as picked where none is.
    """
    usual = listed[0] if first else None
    picked = next((one for one in listed if one.id == st.session_state.get(PICKED)), usual)
    here = galleries.page_of(len(listed), galleries.PAGE)
    some = listed[here]

    def pick(at: int) -> None:
        st.session_state[PICKED] = some[at].id

    # A long gallery scrolls by itself, so that what is beside it, or below, is near.
    long = len(some) > galleries.LONG
    with st.container(height=galleries.GALLERY_HEIGHT if long else "content", border=False):
        _gallery(some, against, pick, picked)
    return picked


def _gallery(
    some: Sequence[Correction],
    against: dict[str, Contradiction],
    on_pick: Callable[[int], None] | None,
    picked: Correction | None,
) -> None:
    gallery(
        [
            Tile(
                at,
                correction_words.caption(one),
                "look again" if one.id in against else one.time[:10],
                correction_words.hint(one, against.get(one.id)),
                correction_words.facts(one, against.get(one.id)),
            )
            for at, one in enumerate(some)
        ],
        galleries.sheet_of_pictures(
            np.stack([one.image for one in some])[..., None], mnist_framed=True
        ),
        about=About("Corrections, newest first: predicted → labeled", "Inkling", "corrections"),
        key="corrections_gallery",
        on_pick=on_pick,
        chosen=next((at for at, one in enumerate(some) if one is picked), None),
        tile_width=galleries.TILE,
    )


def on_stage(kept: Sequence[Correction]) -> None:
    """Show the newest corrections to a room."""
    some = list(reversed(kept))[: galleries.ON_STAGE]
    if some:
        _gallery(some, {}, None, None)


def detail(one: Correction, against: Contradiction | None) -> None:
    """Show a correction large, with what networks say to it, and offer to change or undo it."""
    st.subheader(text.plain(f"Labeled “{one.label}”"))
    st.caption(correction_words.told(one, _run_name(one.run)))
    alt = f"A drawing, enlarged; people gave it the class “{one.label}”."
    galleries.picture(one.image[..., None], mnist_framed=True, width=224, alt=alt, key="correction")
    if against is not None:
        said = correction_words.look_again(against, _run_name(against.run))
        st.warning(said, icon=":material/visibility:")
    st.markdown("**It was a …**")
    correcting.classes(one.class_names, one.label, lambda label: _relabel(one, label), "relabel")
    st.button(
        "Undo this correction",
        icon=":material/undo:",
        key="undo_correction",
        on_click=_undo,
        args=(one.id,),
    )


def undo_all(listed: Sequence[Correction]) -> None:
    """Offer to undo all corrections shown, with a word first; a single one has its own button."""
    if len(listed) == 1:
        return
    with st.popover(f"Undo all {len(listed):,}…", icon=":material/undo:"):
        st.markdown("They no longer count in any training. Runs that learned from them stay.")
        st.button(
            f"Undo {words.counted(len(listed), 'correction')}",
            type="primary",
            key="undo_corrections",
            on_click=_undo,
            args=[one.id for one in listed],
        )


def _relabel(one: Correction, label: str) -> None:
    if label == one.label:
        return
    try:
        corrections.relabel(loaders.store(), one.id, label)
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        said = f"Now “{label}”, no longer “{one.label}”."
        st.toast(text.plain(said), icon=":material/spellcheck:")


def _undo(*ids: str) -> None:
    try:
        corrections.take_back(loaders.store(), *ids)
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        st.toast(f"{words.counted(len(ids), 'correction')} undone.", icon=":material/undo:")


def _run_name(run_id: str) -> str:
    found = loaders.run(run_id)
    return loaders.label(found) if found else ""
