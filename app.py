"""The app: ``streamlit run app.py`` or ``python -m optim serve``. Wiring only; the pages lie in ``views/pages``."""

import streamlit as st

from views.actions.startup import tidy
from views.navigation import streamlit_page
from views.page import all_pages

st.set_page_config(page_title="Quickwin", page_icon="⚡", layout="wide")
tidy()
st.navigation([streamlit_page(page) for page in all_pages()], position="top").run()
