"""How a machine reads a digit: a tour in a few steps, with the visitor's own drawing."""

import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import tour
from dashboard.words import text
from pipeline.prose.texts import texts

run = loaders.run(address.chosen_run())
said = texts("en")
st.title(text.plain(tour.title(run, said)))
tour.tour(run, said)
