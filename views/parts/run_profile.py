"""A run's profile: the flame chart and the call tree, drawn by us and searchable."""

from __future__ import annotations

from typing import Any

import streamlit as st


def profile(run: dict[str, Any]) -> None:
    """Draws the profile of the run."""
    st.caption("Being built.")
