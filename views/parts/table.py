"""Tables to read: no sorting, no selection, and none of the code that those take in the browser (1.2 MB)."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from views.data.safe import cell
from views.frames import unknown
from views.text import NONE

#: Characters from which on a text has room for some words a line, however many columns there are.
_LONG = 60


def table(
    rows: pd.DataFrame,
    key: str,
    spoken: str,
    *,
    titles: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    whole: bool = False,
    fills: pd.DataFrame | None = None,
) -> None:
    """Draws a table in a box of its own, which scrolls where there is more than it has room for; keys come there.

    Args:
        rows: texts as they are, and numbers; what is unknown is a dash.
        key: of the box.
        spoken: what the table holds, for who can not see it.
        titles: of columns, by name; others are their names.
        formats: of columns of numbers, as of ``str.format``: ``{:.3f}``.
        links: where a column's cells lead to, by name: ``run?run={}``.
        whole: all rows under each other, however many.
        fills: colours of CSS behind the cells of some columns, by name.
    """
    titles, formats, links = titles or {}, formats or {}, links or {}
    numbers = {name for name in rows.columns if name in formats or pd.api.types.is_numeric_dtype(rows[name])}
    numbers -= links.keys()
    head = "".join(_cell("th", html.escape(titles.get(name, str(name))), name in numbers) for name in rows.columns)
    columns = []
    for name in rows.columns:
        texts = [_words(value, formats.get(name)) for value in rows[name]]
        colours = fills[name] if fills is not None and name in fills else [""] * len(texts)
        cells = zip(texts, colours, strict=True)
        columns.append([_cell("td", _linked(text, links.get(name)), name in numbers, fill) for text, fill in cells])
    body = "".join(f"<tr>{''.join(line)}</tr>" for line in zip(*columns, strict=True))
    with st.container(key=key):
        st.html(
            f'<div class="quickwin-table{"" if whole else " cut"}" role="region" tabindex="0" '
            f'aria-label="{html.escape(spoken)}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )


def _cell(kind: str, inside: str, number: bool, fill: str = "") -> str:
    scope = ' scope="col"' if kind == "th" else ""
    look = ' class="number"' if number else ' class="long"' if len(inside) > _LONG else ""
    style = f' style="background:{fill}"' if fill else ""
    return f"<{kind}{scope}{look}{style}>{inside}</{kind}>"


def _words(value: Any, form: str | None) -> str:
    if unknown(value):
        return NONE
    if isinstance(value, str):
        return cell(value)
    whole = "{:,.0f}" if value == round(value) else "{:,}"
    return (form or whole).format(value)


def _linked(text: str, address: str | None) -> str:
    shown = html.escape(text)
    return shown if address is None else f'<a href="{html.escape(address.format(text))}">{shown}</a>'
