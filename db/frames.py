"""Rows as DataFrames whose columns and dtypes are always the same, also without rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Columns in their order, each with its pandas dtype.
Schema = Mapping[str, str]

TEXT, SECONDS, NUMBER, WHOLE, FLAG, MOMENT = "str", "float64", "float64", "Int64", "boolean", "datetime64[us, UTC]"
#: A whole number that is always there.
ID = "int64"


def frame(rows: Iterable[Sequence[Any]], schema: Schema) -> pd.DataFrame:
    """A DataFrame of ``rows``, whose values stand in the order of ``schema``."""
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    named = zip(schema.items(), columns, strict=True)
    # Arrays: series would have an index each, which takes as long again to make and to compare.
    array: Any = pd.array  # its types know only dtypes that are written out
    return pd.DataFrame({name: array(list(values), dtype=dtype) for (name, dtype), values in named})
