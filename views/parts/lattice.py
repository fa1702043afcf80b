"""The configs of an attribution as a lattice on a page, as wide as its place; scrolled where that is too narrow."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from profiles.configs import Config, stored_text
from views.charts import lattice as charts
from views.charts.lattice import Node
from views.charts.spine import data_address
from views.configs import circled
from views.text import count


def lattice(nodes: Sequence[Node], best: Config | None, words: str) -> None:
    """Draws it with ``words`` below it; of too many configs for a picture those that tell most."""
    if not nodes:
        st.caption("No config is known of it.")
        return
    others, nodes = len(nodes), charts.corners(nodes, best, lambda wins: circled(stored_text(wins)))
    others -= len(nodes)
    address, told = data_address(charts.lattice_svg(nodes, best)), html.escape(charts.lattice_words(nodes))
    st.html(
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="Every config and its seconds">'
        f'<img src="{address}" alt="{told}" style="display:block;max-width:none;width:100%;'
        f'min-width:{charts.least_width(nodes)}px;height:{charts.height_of(nodes)}px"></div>'
    )
    more = f" Besides these there are {count(others, 'config')}." if others else ""
    st.caption(f"A column for each number of wins, a line where one is added; {words}{more}")
