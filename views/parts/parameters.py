"""A project's parameters as widgets: a number, a switch or a line of text, each kept in the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from services.workloads import Field
from views.address import FLAG, bound, within

#: Names that the Measure page's own widgets have in the address.
_TAKEN = ("kind", "before", "after", "ref_a", "ref_b", "with", "caches", "blocks", "rounds", "minutes", "time",
          "measurement", "settled_by", "duet")  # fmt: skip


def ask(field: Field) -> Any:
    """Asks for one parameter; gives its value in the kind of its default."""
    name = f"set.{field.name}" if field.name in _TAKEN else field.name
    if isinstance(field.default, bool):
        return st.checkbox(field.label, **bound(name, field.default, FLAG))
    least, most = field.least, field.most
    if isinstance(field.default, int):
        low, high = (None if end is None else int(end) for end in (least, most))
        return st.number_input(field.label, low, high, step=1, **bound(name, field.default, within(int, low, high)))
    if isinstance(field.default, float):
        kept = bound(name, field.default, within(float, least, most))
        return st.number_input(field.label, least, most, format="%g", **kept)
    return st.text_input(field.label, **bound(name, field.default))
