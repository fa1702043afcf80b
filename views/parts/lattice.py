"""The configs of an attribution as a lattice on a page, as wide as its place; scrolled where that is too narrow."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from profiles.configs import Config, stored_text
from views.charts import lattice as charts
from views.charts.lattice import Node
from views.configs import circled
from views.parts.image import image
from views.text import count


def lattice(nodes: Sequence[Node], best: Config | None, caption: str) -> None:
    """Draws it with ``words`` below it; of too many configs for a picture those that tell most."""
    if not nodes:
        st.caption("No config is known of it.")
        return
    others, nodes = len(nodes), charts.corners(nodes, best, lambda wins: circled(stored_text(wins)))
    others -= len(nodes)
    least = f"max-width:none;min-width:{charts.least_width(nodes)}px"
    picture = image(charts.lattice_svg(nodes, best), charts.lattice_words(nodes), charts.height_of(nodes), least)
    st.html(
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="Every config and its seconds">'
        f"{picture}</div>"
    )
    more = f" Besides these there are {count(others, 'config')}." if others else ""
    st.caption(f"A column for each number of wins, a line where one is added; {caption}{more}")
