"""The app: ``streamlit run app.py`` or ``quickwin serve``. Wiring only; the pages lie in ``views/pages``."""

import streamlit as st

from views.actions.startup import tidy
from views.leftovers import set_aside
from views.navigation import streamlit_pages
from views.parts.looks import looks

st.set_page_config(page_title="Quickwin", page_icon="⚡", layout="wide", initial_sidebar_state=200)
looks()
tidy()
st.navigation(streamlit_pages(), position="sidebar").run()
set_aside()
