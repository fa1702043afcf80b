"""Text from logs in tables: a spreadsheet must not take it for a formula."""

from __future__ import annotations

import pandas as pd

from profiles.exports import escape_cell
from views.text import one_line


def cells(frame: pd.DataFrame, limit: int = 200) -> pd.DataFrame:
    """``frame`` with its text on one line each, and an apostrophe before what a spreadsheet would take for a formula.

    For tables on a page: Streamlit lets everybody save them as CSV. What is missing stays missing.
    """
    texts = [name for name in frame.columns if isinstance(frame[name].dtype, pd.StringDtype)]
    return frame.assign(**{name: frame[name].map(lambda text: cell(text, limit), na_action="ignore") for name in texts})


def cell(text: str, limit: int = 200) -> str:
    """One text for a cell."""
    return str(escape_cell(one_line(text, limit)))


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV for spreadsheets: UTF-8 with a mark, no formulas."""
    return ("\ufeff" + cells(frame, limit=32_000).to_csv(index=False)).encode()


def as_json(frame: pd.DataFrame) -> bytes:
    """A table as a JSON array of objects, text as it is, moments in ISO form."""
    return (frame.to_json(orient="records", date_format="iso", date_unit="us") or "[]").encode()
