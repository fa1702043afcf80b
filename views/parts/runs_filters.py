"""The filters of the history. Each widget's key is its name in the address, so that a link shows the same runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from services.project import current_project
from views import configs, palette
from views.address import DAY, FLAG, NAMES, bound
from views.data import runs

#: Ways to sort: what people read, then the column and whether the largest comes first.
SORTS = {
    "newest first": ("started_at", True),
    "oldest first": ("started_at", False),
    "fastest first": ("wall_seconds", False),
    "slowest first": ("wall_seconds", True),
    "most overhead first": ("overhead_share", True),
    "most findings first": ("findings", True),
    "label": ("label", False),
    "last stored first": ("id", True),
}
#: Days of which runs are shown: so many up to today; None for any, or for typed ones.
ANY_TIME, BETWEEN = "at any time", "between two days"
WHEN = {ANY_TIME: None, "today": 1, "last 7 days": 7, "last 30 days": 30, BETWEEN: None}


def filters() -> tuple[dict[str, Any], str]:
    """Draws the filters; gives those that are set, as ``db.queries.RunFilters``, and the way to sort."""
    choices = runs.choices()
    row = st.grid(5, min_column_width=150, vertical_alignment="bottom", key="runs.filters")
    text = row.text_input("Search", placeholder="label, tag, number …", **bound("q", ""))
    config = row.multiselect(
        "Config",
        choices["config"],
        format_func=configs.typed,
        **bound("config", [], configs.CONFIGS, choices["config"]),
    )
    when = row.selectbox("Started", list(WHEN), **bound("when", ANY_TIME, options=WHEN))
    sort = row.selectbox("Order", list(SORTS), **bound("sort", "newest first", options=SORTS))
    with row.popover("More filters", key="runs.more", icon=":material/filter_list:", width="stretch"):
        more = _more(choices)
    given = {"text": text.strip(), "config": config, **more, **_when(when)}
    return {name: value for name, value in given.items() if value}, sort


def _more(choices: dict[str, list[str]]) -> dict[str, Any]:
    names = current_project().names
    win = st.multiselect("Win is on", names, format_func=_win, **bound("win", [], NAMES, names))
    picked = {
        name: st.multiselect(title, choices[name], **bound(name, [], NAMES, choices[name]))
        for name, title in (
            ("status", "Status"),
            ("label", "Label"),
            ("source", "Source"),
            ("cache_state", "Caches"),
            ("machine", "Machine"),
            ("workload", "Workload"),
            ("tag", "Tag"),
        )
    }
    deleted = st.toggle("Deleted runs instead", **bound("deleted", False, FLAG))
    return {"win": win, **picked, "deleted": deleted}


def _when(when: str) -> dict[str, Any]:
    """The bounds of the days that are chosen; typed ones apply as soon as they are."""
    days = WHEN[when]
    if days is not None:
        return {"since": runs.since(runs.today() - timedelta(days=days - 1))}
    if when == ANY_TIME:
        return {}
    first, last = st.columns(2)
    since = runs.since(first.date_input("From (UTC)", **bound("since", None, DAY)))
    until = runs.since(last.date_input("Up to and with (UTC)", **bound("until", None, DAY)))
    return {"since": since, "until": until + timedelta(days=1) if until else None}


def _win(name: str) -> str:
    mark = palette.win(name)
    return f"{mark.sign} {mark.label}"
