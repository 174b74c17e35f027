"""What a click in a dialog has to say in passing, as a toast.

Streamlit puts a toast from a callback where the dialog is, which then takes its place, so nobody
would see it. So callbacks of dialogs keep what they say for what is drawn next: the page, if the
dialog closes, else the dialog.
"""

import streamlit as st

_KEPT = "_said_later"  # in the session


def later(said: str, icon: str | None = None) -> None:
    """Keep a sentence (Markdown) until `kept` shows it."""
    st.session_state.setdefault(_KEPT, []).append((said, icon))


def kept() -> None:
    """Show what was said since the last call: when a page begins, or a dialog that stays open."""
    for said, icon in st.session_state.pop(_KEPT, ()):
        st.toast(said, icon=icon)
