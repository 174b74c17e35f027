"""What presenter mode shows: a title, a sentence, and one picture as large as fits."""

from collections.abc import Callable

import streamlit as st

from dashboard import address
from dashboard.view import View
from dashboard.widgets import presenting
from dashboard.words import selection as selection_words
from dashboard.words import text

BELOW, BESIDE = "below", "beside"  # where the picture is: square ones are larger beside the words


def heading(title: str, sentence: str) -> None:
    """Show a title, which a view of a list may replace, and a sentence of Markdown."""
    shown = presenting.view()
    with st.container(key="said"):
        st.title(text.plain(shown.title if shown and shown.title else title))
        st.markdown(f"##### {sentence}")


def alone(picture: Callable[[], object], place: str = BELOW, *, view: View | None = None) -> None:
    """Where the page is presented, show its picture and end the page; elsewhere, do nothing.

    Args:
        picture: draws it.
        place: where it is, seen from the title: `BELOW` or `BESIDE`.
        view: what is selected, to be said where that is only a part.
    """
    if not address.presenting():
        return
    if view is not None and (chips := selection_words.chips(view.chosen, view.run.class_names)):
        with st.container(key="selected"):
            st.markdown(text.plain(" · ".join(label for _, label in chips)))
    with st.container(key=f"stage_{place}"):
        picture()
    st.stop()


def nothing() -> None:
    """Where the page is presented, end it: there is no picture, only what was said."""
    if address.presenting():
        st.stop()
