"""All terms that the pages speak of, from A to Z."""

import streamlit as st

from dashboard import language
from dashboard.widgets import choices, frame
from dashboard.words import explaining as words
from pipeline.prose.glossary import term, terms

texts = language.chosen()
frame.heading(texts.say("pages.glossary.title"), texts.say("pages.glossary.sentence"))
every = terms(texts)
chosen = choices.found(
    "term",
    texts.say("pages.glossary.find"),
    {one.key: one.name for one in every},
    placeholder=texts.say("pages.glossary.placeholder"),
)
if chosen is not None:
    st.html(words.entries(texts, [term(texts, chosen)], unfolded=True))
    st.divider()
st.html(words.entries(texts, every))
