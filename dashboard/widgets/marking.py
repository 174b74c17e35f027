"""Marking several images at once, with a way to undo it; and the marks as a file."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import loaders
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline import access
from pipeline.errors import InklingError
from pipeline.store import reviews
from pipeline.store.run_folder import Run

MARKS = ((reviews.WRONG_LABEL, "Wrong label"), (reviews.AMBIGUOUS, "Ambiguous"))
_LAST = "_marked_last"  # dataset, tag and images: what can be undone


def several(run: Run, rows: np.ndarray, page_size: int) -> None:
    """Let people mark the first of the listed images, or all of them, at once.

    Args:
        run: whose test images they are.
        rows: int (m,), row numbers of the listed test images, in order.
        page_size: how many are marked unless people say otherwise.
    """
    if access.read_only():
        return
    dataset = run.info.dataset.fingerprint
    if len(rows) > 1:
        with st.popover("Mark several", icon=":material/done_all:"):
            count = st.number_input(
                f"The first of {text.images(len(rows))}, in this order",
                1, len(rows), min(len(rows), page_size), key=f"mark_count_{len(rows)}",
            )  # fmt: skip
            chosen = rows[: int(count)].tolist()
            with st.container(horizontal=True):
                for tag, title in MARKS:
                    st.button(
                        title, key=f"mark_several_{tag}", icon=":material/flag:",
                        on_click=_mark, args=(dataset, chosen, tag),
                    )  # fmt: skip
    _offer_undo(dataset)


def _mark(dataset: str, chosen: list[int], tag: str) -> None:
    try:
        changed = reviews.add_all(loaders.store(), dataset, chosen, tag)
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        st.session_state[_LAST] = (dataset, tag, changed)


def _offer_undo(dataset: str) -> None:
    """Say what was marked last, with a button that undoes exactly that."""
    where, tag, changed = st.session_state.get(_LAST, ("", "", []))
    if where != dataset:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Marked {text.images(len(changed))} as {tag}.", width="content")
        if changed:
            st.button(
                "Undo", key="undo_several", icon=":material/undo:",
                on_click=_undo, args=(dataset, tag, changed),
            )  # fmt: skip


def _undo(dataset: str, tag: str, changed: list[int]) -> None:
    try:
        reviews.add_all(loaders.store(), dataset, changed, tag, undo=True)
    except InklingError as error:
        st.toast(text.plain(str(error)), icon=":material/error:")
    else:
        del st.session_state[_LAST]


def file(table: pd.DataFrame) -> None:
    """Offer the marks as a file, and say where they are kept."""
    st.download_button(
        "Download marks (CSV)",
        table.to_csv(index=False),
        file_name="marks.csv",
        mime="text/csv",
        icon=":material/download:",
        disabled=table.empty,
        on_click="ignore",
        key="marks_csv",
    )
    path = loaders.store().folder / reviews.REVIEWS
    st.caption(
        f"Marks are kept in `{path}`, beside the runs; training again doesn't change them. "
        + trust_words.unreadable(loaders.marks().damaged)
    )
