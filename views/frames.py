"""Rows of a frame as plain dicts, for sentences and for what a chart writes into its labels."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows in order, each a dict by column name."""
    return cast(list[dict[str, Any]], frame.to_dict("records"))


def unknown(value: Any) -> bool:
    """Whether a cell holds nothing: None, nan, NaT or pd.NA."""
    return value is None or value is pd.NA or value != value
