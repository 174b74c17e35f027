"""The page that Inside was before; links to it lead there."""

import streamlit as st

from dashboard import address

st.switch_page("app_pages/inside.py", query_params=address.linked())
