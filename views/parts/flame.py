"""The flame chart on a page: a component of our own, since no chart of Streamlit's takes keys."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

#: How the keys are told; they work while the chart has the focus.
KEYS = "Click the chart, then: arrows to walk, W and S to zoom, A and D to move, Enter for the next hit, Esc."

_CHART = st.components.v2.component(
    "quickwin_flame",
    html="""
<div class="flame">
  <div class="buttons">
    <button type="button" class="in" aria-label="Zoom in">+</button>
    <button type="button" class="out" aria-label="Zoom out">−</button>
    <button type="button" class="whole">All of it</button>
  </div>
  <canvas tabindex="0" role="application" aria-roledescription="flame chart"></canvas>
  <div class="tip" hidden></div>
  <div class="status" role="status" aria-live="polite"></div>
</div>
""",
    css="""
.flame { position: relative; font: 14px var(--st-font, sans-serif); color: var(--st-text-color); }
canvas { display: block; border-radius: 2px; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.buttons { display: flex; gap: .25rem; margin-bottom: .35rem; }
button { font: inherit; min-width: 2rem; padding: .15rem .6rem; border-radius: .25rem; cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.tip { position: absolute; z-index: 2; max-width: 300px; padding: .35rem .5rem; pointer-events: none; font-size: 13px;
  overflow-wrap: anywhere; color: var(--st-text-color); background: var(--st-secondary-background-color);
  border: 1px solid var(--st-border-color); border-radius: .25rem; }
.status { min-height: 2.6em; margin-top: .25rem; overflow-wrap: anywhere; }
""",
    js=Path(__file__).with_name("flame.js").read_text("utf-8"),
)


def chart(data: Mapping[str, Any], key: str, label: str) -> None:
    """Draws what ``charts.flame`` made; ``label`` says what it is to who can not see it."""
    version = sha256(repr((data["name"], data["start"])).encode()).hexdigest()[:12]
    _CHART(data={**data, "version": version, "label": label}, key=key)
