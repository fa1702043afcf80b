"""A project's parameters as widgets: a number, a switch or a line of text, each kept in the address."""

from __future__ import annotations

from typing import Any

import streamlit as st

from services.workloads import Field

#: Names that the Measure page's own widgets have in the address.
_TAKEN = ("kind", "before", "after", "caches", "blocks", "rounds", "minutes", "time", "measurement")


def ask(field: Field) -> Any:
    """Asks for one parameter; gives its value in the kind of its default."""
    key = f"set.{field.name}" if field.name in _TAKEN else field.name
    if isinstance(field.default, bool):
        return st.checkbox(field.label, field.default, key=key, bind="query-params")
    least, most = field.least, field.most
    if isinstance(field.default, int):
        low, high = (None if bound is None else int(bound) for bound in (least, most))
        return st.number_input(field.label, low, high, field.default, key=key, bind="query-params")
    if isinstance(field.default, float):
        return st.number_input(field.label, least, most, field.default, format="%g", key=key, bind="query-params")
    return st.text_input(field.label, field.default, key=key, bind="query-params")
