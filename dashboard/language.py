"""The language of a page's explanations: what the address says, else the browser, else English."""

import streamlit as st

from dashboard import address
from pipeline.prose.texts import Texts, texts


def chosen() -> Texts:
    """Return the sentences in the language that the page is shown in."""
    asked = address.choice(address.LANG)
    if asked is None:
        asked = (st.context.locale or "").partition("-")[0].lower()  # such as "de-AT"
    return texts(asked)


def choose(code: str) -> None:
    """Show this and all other pages in another language, one of `LANGUAGES`."""
    address.change({address.LANG: code})
