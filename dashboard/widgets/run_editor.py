"""Naming a run, adding a note to it, and deleting it; in the sidebar of every page."""

from collections.abc import Sequence

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import saying
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline import access
from pipeline.errors import InklingError
from pipeline.store.run_folder import LONGEST_NAME, LONGEST_NOTE, Damaged, Run


def run_editor(entry: Run | Damaged, label: str, entries: Sequence[Run | Damaged]) -> None:
    """Show where a run is from and the note on it, and let people change that or delete it.

    Args:
        entry: the run that is shown.
        label: its name in lists.
        entries: all runs of the store; after a deletion, the first other one is shown.
    """
    run = entry if isinstance(entry, Run) else None
    # In one line: below it, "Compare with" stays in sight on a low screen.
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        if run is None:
            st.caption("Damaged", width="stretch")
        else:
            about = run_words.origin_in_short(run, default=loaders.is_default(run.id))
            st.caption(about, help=run_words.origin(run), width="stretch")
        if access.may(access.Change.MANAGE):
            with st.popover("Edit", type="tertiary", help="Name it, add a note, or delete it."):
                if run is not None:
                    _words(run)
                if run is not None and run.bundled:
                    st.caption("This run comes with Inkling and cannot be deleted.")
                elif st.button("Delete this run…", icon=":material/delete:", key="delete_run"):
                    confirm(entry, label, entries)
    if run is not None and run.about.note:
        st.caption(text.plain(run.about.note))


def _words(run: Run) -> None:
    """Ask for a name and a note."""
    with st.form(f"about_{run.id}", border=False):
        name = st.text_input("Name", run.about.name, max_chars=LONGEST_NAME)
        note = st.text_area("Note", run.about.note, max_chars=LONGEST_NOTE)
        if st.form_submit_button("Save", icon=":material/save:"):
            try:
                run.describe(name=name, note=note)
            except InklingError as error:
                st.error(text.plain(str(error)))
            else:
                st.rerun()


@st.dialog("Delete this run?")
def confirm(entry: Run | Damaged, label: str, entries: Sequence[Run | Damaged]) -> None:
    """Ask before a run is deleted."""
    st.markdown(run_words.before_deletion(entry, label, default=loaders.is_default(entry.id)))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_run"):
            st.rerun()
        if st.button(
            "Delete",
            type="primary",
            icon=":material/delete:",
            key="delete_for_good",
            on_click=_delete,
            args=(entry, label, entries),
        ):
            st.rerun()


def _delete(entry: Run | Damaged, label: str, entries: Sequence[Run | Damaged]) -> None:
    """Delete a run, and show another one."""
    try:
        loaders.store().delete(entry)
    except InklingError as error:
        saying.later(text.plain(str(error)), icon=":material/error:")
        return
    saying.later(f"{text.plain(label)} is deleted.", icon=":material/delete:")
    others = [other for other in entries if other.id != entry.id]
    shown = next((other for other in others if isinstance(other, Run)), None)
    if shown is None:
        address.change(run=None, second=None)
    else:
        address.choose_run(entry, shown)
