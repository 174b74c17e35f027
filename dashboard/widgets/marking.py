"""Marking one image, or several at once, with a way to undo it; and the marks as a file."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import loaders
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline import access
from pipeline.errors import InklingError
from pipeline.store import reviews

MARKS = ((reviews.WRONG_LABEL, "Wrong label"), (reviews.AMBIGUOUS, "Ambiguous"))
_LAST = "_marked_last"  # dataset, tag and images: what can be undone


def one(place: str, sample: int, label: int, class_names: Sequence[str]) -> None:
    """Show the marks of an image, and let people add and remove them.

    Args:
        place: the part of a dataset that it is of; see `reviews.place`.
        sample: its index there.
        label: its class, by number.
        class_names: one name per class.
    """
    standing = loaders.marks().of(place, sample)
    if not access.may(access.Change.JUDGE):
        if standing:
            right = loaders.marks().should_be(place, sample)
            should_be = f"; it should be “{right}”" if right else ""
            st.caption("Marked: " + text.plain(", ".join(standing) + should_be))
        return

    def say(tag: str, undo: bool, should_be: str = "") -> None:
        try:
            reviews.add(loaders.store(), place, sample, tag, undo=undo, should_be=should_be)
        except InklingError as error:
            st.toast(text.plain(str(error)), icon=":material/error:")

    usual = dict(MARKS)
    shown = [*MARKS, *((tag, tag) for tag in standing if tag not in usual)]
    with st.container(horizontal=True):
        for tag, title in shown:
            given = tag in standing
            st.button(
                text.plain(title),
                key=f"mark_{tag}",
                icon=":material/check:" if given else ":material/flag:",
                type="primary" if given else "secondary",
                help="Remove this mark" if given else "Mark this image",
                on_click=say,
                args=(tag, given),
            )
        with st.popover("Tag…", icon=":material/new_label:"):
            st.text_input(
                "Your own tag",
                key="own_tag",
                max_chars=reviews.LONGEST_TAG,
                on_change=lambda: say(st.session_state.pop("own_tag"), undo=False),
            )
    if reviews.WRONG_LABEL in standing:
        others = [name for at, name in enumerate(class_names) if at != label]
        _right_class(place, sample, others, lambda name: say(reviews.WRONG_LABEL, False, name))


def _right_class(place: str, sample: int, others: list[str], keep: Callable[[str], None]) -> None:
    """Ask for the right class of an image whose label is wrong."""
    given = loaders.marks().should_be(place, sample)
    key = f"should_be_{sample}"
    st.session_state[key] = given if given in others else None
    st.selectbox(
        "It should be",
        others,
        key=key,
        placeholder="the right class, if you know it",
        on_change=lambda: keep(st.session_state[key] or ""),
        width=280,
    )


def several(place: str, rows: np.ndarray, page_size: int) -> None:
    """Let people mark the first of the listed images, or all of them, at once.

    Args:
        place: the part of a dataset that they are of; see `reviews.place`.
        rows: int (m,), indices of the listed images, in order.
        page_size: how many are marked unless people say otherwise.
    """
    if not access.may(access.Change.JUDGE):
        return
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
                        on_click=_mark, args=(place, chosen, tag),
                    )  # fmt: skip
    _offer_undo(place)


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
        lambda: table.to_csv(index=False),
        file_name="marks.csv",
        mime="text/csv",
        icon=":material/download:",
        disabled=table.empty,
        on_click="ignore",
        key="marks_csv",
    )
    path = f"{loaders.store().where}/{reviews.REVIEWS}"
    st.caption(
        f"Marks are kept in `{path}`, beside the runs; training again doesn't change them. "
        + trust_words.unreadable(loaders.marks().damaged)
    )
