"""All terms that the pages speak of, from A to Z."""

import streamlit as st

from dashboard import address, language
from dashboard.widgets import choices, frame, stage
from dashboard.words import explaining as words
from dashboard.words import text
from pipeline.prose.glossary import term, terms

TERM = "term"

texts = language.chosen()
asked = address.choice(TERM)
if address.presenting() and asked and asked in texts.table("glossary"):
    shown = term(texts, asked)
    frame.heading(shown.name, text.plain(shown.short))
    stage.alone(lambda: st.markdown(text.plain(shown.long)))
frame.heading(texts.say("pages.glossary.title"), texts.say("pages.glossary.sentence"))
stage.nothing()
every = terms(texts)
chosen = choices.found(
    TERM,
    texts.say("pages.glossary.find"),
    {one.key: one.name for one in every},
    placeholder=texts.say("pages.glossary.placeholder"),
)
if chosen is not None:
    st.html(words.entries(texts, [term(texts, chosen)], unfolded=True))
    st.divider()
st.html(words.entries(texts, every))
