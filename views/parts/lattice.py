"""The configs of an attribution as a lattice on a page, as wide as its place; scrolled where that is too narrow."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from profiles.configs import Config
from views.charts import lattice as charts
from views.charts.lattice import Node
from views.charts.spine import data_address
from views.text import count


def lattice(nodes: Sequence[Node], best: Config | None, words: str) -> None:
    """Draws it with ``words`` below it; a sentence where there are too many configs for a picture."""
    if not nodes or len(nodes) > charts.MOST:
        st.caption(f"{count(len(nodes), 'config')}: too many for a picture.")
        return
    address, told = data_address(charts.lattice_svg(nodes, best)), html.escape(charts.lattice_words(nodes))
    st.html(
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="Every config and its seconds">'
        f'<img src="{address}" alt="{told}" style="display:block;max-width:none;width:100%;'
        f'min-width:{charts.least_width(nodes)}px;height:{charts.height_of(nodes)}px"></div>'
    )
    st.caption(f"A column for each number of wins, a line where one is added; {words}")
