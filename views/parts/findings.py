"""What the claim audit found: what is claimed, what follows from the log's own numbers, and where."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from views.data.safe import cells
from views.frames import rows
from views.text import count, escape, missing

MARKS = {
    "error": (":red-badge[:material/cancel: error]", "it can not be true"),
    "warning": (":orange-badge[:material/warning: warning]", "it misleads"),
    "note": (":blue-badge[:material/info: note]", "good to know"),
}
#: More than these are in the table below them.
_IN_WORDS = 12


def findings(frame: pd.DataFrame, key: str) -> None:
    """Draws the findings in the order given: columns severity, rule, claimed, follows, line."""
    for finding in rows(frame.head(_IN_WORDS)):
        _one(finding)
    if len(frame) > _IN_WORDS:
        st.caption(f"All {count(len(frame), 'finding')}:")
        shown = cells(frame[["severity", "line", "rule", "claimed", "follows"]])
        st.dataframe(shown, key=f"{key}.findings", hide_index=True, alt="All findings of the audit")


def _one(finding: dict[str, Any]) -> None:
    mark, _ = MARKS.get(finding["severity"], MARKS["note"])
    line = "" if missing(finding["line"]) or finding["line"] is pd.NA else f", line {int(finding['line']):,}"
    st.markdown(
        f"{mark} **{escape(finding['follows'], 400)}**  \nThe log says: {escape(finding['claimed'], 300)} "
        f"({escape(finding['rule'], 60)}{line})"
    )
