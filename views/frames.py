"""Rows of a frame as plain dicts, for sentences and for what a chart writes into its labels."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd

from services.run_marks import by_itself


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows in order, each a dict by column name."""
    return cast(list[dict[str, Any]], frame.to_dict("records"))


def by_themselves(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs, with columns label and tags, whose wall-clock is that of their config alone."""
    alone = [by_itself(label, tags) for label, tags in zip(runs["label"], runs["tags"].fillna(""), strict=True)]
    return runs[np.array(alone, bool)]


def unknown(value: Any) -> bool:
    """Whether a cell holds nothing: None, nan, NaT or pd.NA."""
    return value is None or value is pd.NA or value != value
