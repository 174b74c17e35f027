"""What explains a page: “What am I looking at?” beside its title, and its terms on hover."""

import streamlit as st

from dashboard import address, language
from dashboard.words import explaining as words
from pipeline.prose.glossary import term
from pipeline.prose.texts import LANGUAGES

GLOSSARY_PAGE = "app_pages/glossary.py"


def about_page(page: str) -> None:
    """Offer to say what people are looking at.

    Args:
        page: by its file's name.
    """
    texts = language.chosen()
    with st.popover(
        texts.say("pages.ask"), icon=":material/help:", type="tertiary", key="about_page"
    ):
        st.html(words.about_page(texts, page))
        with st.container(horizontal=True, vertical_alignment="center"):
            language_choice()
            st.page_link(
                GLOSSARY_PAGE, label=texts.say("pages.all_words"), icon=":material/dictionary:"
            )
        if terms := words.terms_of_page(texts, page):
            st.html(terms)


def language_choice() -> None:
    """Let people choose the language of all explanations."""
    texts, key = language.chosen(), address.LANG
    st.session_state[key] = texts.language
    st.segmented_control(
        texts.say("pages.language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key=key,
        on_change=lambda: language.choose(st.session_state[key]),
        label_visibility="collapsed",
    )


def hover(*keys: str) -> str | None:
    """Explain terms, by their keys in the glossary, for the `help` of an element.

    Streamlit shows that on hover, on a touch, and when the keyboard's focus is on its sign. Nothing
    is explained to a room: there is nobody to hover.
    """
    if address.presenting():
        return None
    texts = language.chosen()
    return words.hover(term(texts, key) for key in keys) or None
