"""The history as a table: one page of it, the columns that are chosen, and the groups."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from views import configs
from views.address import NAMES, NUMBER, bound, put, value
from views.charts.spine import fills
from views.data import runs
from views.data.safe import cell, cells
from views.frames import unknown
from views.navigation import go
from views.parts.runs_filters import SORTS
from views.text import count, moment

#: Columns that can be chosen: heading by name, in the table's order; the first ones are shown unless others are chosen.
COLUMNS = {
    "label": "Label",
    "config": "Wins",
    "wall_seconds": "Seconds",
    "relative": "vs. pinned",
    "phases": "Where the time went",
    "overhead_share": "Overhead",
    "started_at": "Started (UTC)",
    "cache_state": "Caches",
    "status": "Status",
    "tags": "Tags",
    "cpu_seconds": "CPU seconds",
    "tasks": "Tasks",
    "solved": "Solved",
    "errors": "Errors",
    "timeouts": "Timeouts",
    "findings": "Findings",
    "machine": "Machine",
    "pipeline": "Pipeline",
    "source": "Source",
    "stated": "Stated",
    "note": "Note",
}
_FIRST = list(COLUMNS)[:10]
GROUPS = {"no groups": None, "config": "config", "machine": "machine", "tag": "tag", "day": "day"}
KEY = "runs.table"
#: Pixels of a bar.
_BAR = 28
#: How the cells of columns are drawn, where not as short texts.
_KINDS = {
    "phases": "bar",
    **dict.fromkeys(("label", "tags", "stated", "note"), "long"),
    **dict.fromkeys(("wall_seconds", "relative", "cpu_seconds", "overhead_share"), "number"),
    **dict.fromkeys(("tasks", "solved", "errors", "timeouts", "findings"), "number"),
}
_FORMATS = {"wall_seconds": "{:.3f}", "relative": "{:.3f}", "cpu_seconds": "{:.3f}", "overhead_share": "{:.0%}"}
_HELP = {
    "id": "opens the run",
    "config": "the wins that were on, by their numbers",
    "phases": "the run as a bar of 100%: the same phase, the same place and colour",
    "overhead_share": "the share that is not work",
    "stated": "what a person said of the run, and no log",
}

_TABLE = st.components.v2.component(
    "quickwin_runs",
    html="""
<div class="box"><svg width="0" height="0" aria-hidden="true"><defs></defs></svg>
<table><thead></thead><tbody></tbody></table></div>
""",
    css="""
.box { position: relative; max-height: 600px; overflow: auto; border: 1px solid var(--st-border-color);
  border-radius: .5rem; font: 14px/1.35 var(--st-font, sans-serif); color: var(--st-text-color); }
.box > svg { position: absolute; }
table { border-collapse: separate; border-spacing: 0; min-width: 100%; }
th, td { padding: 3px 7px; text-align: left; font-weight: 400; white-space: nowrap;
  border-bottom: 1px solid var(--st-border-color); background: var(--st-background-color); }
td { height: 28px; }
tbody tr:last-child td { border-bottom: 0; }
th { position: sticky; top: 0; z-index: 2; padding: 0; background: var(--st-secondary-background-color); }
th button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; width: 100%;
  padding: 8px 7px; text-align: inherit; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.long div { width: max-content; max-width: 340px; white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 640px) { .long div { max-width: 104px; } }
.bar div { width: 230px; height: 28px; content-visibility: auto; contain-intrinsic-size: 230px 28px; }
.pick { position: sticky; left: 0; z-index: 1; width: 20px; text-align: center; padding: 3px 6px 3px 10px; }
.run { position: sticky; left: 34px; z-index: 1; }
th.pick, th:nth-child(2) { z-index: 3; }
th:nth-child(2) { left: 34px; }
td.run a { color: var(--st-link-color); padding: 4px 2px; }
input { width: 16px; height: 16px; margin: 0; vertical-align: middle; cursor: pointer;
  accent-color: var(--st-primary-color); }
tr.picked td { background: color-mix(in srgb, var(--st-primary-color) 14%, var(--st-background-color)); }
tbody tr:hover td { background: var(--st-secondary-background-color); }
:is(a, button, input):focus-visible { outline: 2px solid currentColor; outline-offset: -2px; border-radius: .25rem; }
input:focus-visible { outline-offset: 2px; }
""",
    js=Path(__file__).with_name("runs_table.js").read_text("utf-8"),
)


def columns_choice() -> list[str]:
    """Draws the choice of columns; gives the chosen names."""
    return st.multiselect(
        "Columns", list(COLUMNS), format_func=COLUMNS.__getitem__, **bound("columns", _FIRST, NAMES, COLUMNS)
    )


def pinned() -> int | None:
    """The run that is pinned as the baseline of this view: a choice of display, no evidence."""
    chosen = value("pin", None, NUMBER)
    return chosen if isinstance(chosen, int) and chosen > 0 else None


def table(frame: pd.DataFrame, where: str, columns: list[str], base: float | None, sort: str) -> pd.DataFrame:
    """Draws ``frame`` with boxes to select by; gives the selected rows, in the order of the table.

    Args:
        where: which filter and page this is. A selection ends where it, the runs shown or the columns change.
        base: the pinned baseline's seconds; None without one.
        sort: the order of all runs, of ``SORTS``.
    """
    ids = [int(run_id) for run_id in frame["id"]]
    version = _digest(where, ids, columns)
    shown = frame.assign(
        config=frame["config"].map(configs.circled, na_action=None),
        started_at=frame["started_at"].map(moment),
        relative=frame["wall_seconds"] / base if base else None,
    )
    pictures = runs.bars(tuple(ids), _BAR) if "phases" in columns else {}
    empty = {name for name, known in (("relative", base), ("phases", pictures)) if not known}
    names = ["id", *(name for name in columns if name not in empty)]
    content = {
        "columns": [_column(name) for name in names],
        "rows": list(zip(ids, *(_texts(shown, name) for name in names[1:]), strict=True)),
        "bars": [pictures.get(run_id) for run_id in ids],
        "fills": fills(),
        "sort": SORTS[sort],
        "label": "Runs, one a row; a run's number opens it; select rows to compare, tag, assign or delete them",
    }
    before = _selected(st.session_state.get(KEY), version, ids)
    data = {**content, "content": _digest(content), "version": version, "selected": before}
    told = _TABLE(data=data, key=KEY, on_selected_change=_nothing, on_open_change=_nothing, on_sort_change=_sort)
    if told.open is not None:
        go("run", run=int(told.open))
    chosen = _selected(told, version, ids)
    return frame[frame["id"].isin(chosen)]


def _column(name: str) -> dict[str, Any]:
    """How a column is headed, and the orders of all runs by it, rising and falling, where there are such."""
    orders = [next((way for way, by in SORTS.items() if by == (name, falling)), None) for falling in (False, True)]
    whose = "Sorts all runs" if any(orders) else "Sorts the runs of this page"
    title, help_ = "Run" if name == "id" else COLUMNS[name], _HELP.get(name)
    return {
        "name": name,
        "title": title,
        "kind": _KINDS.get(name, "short"),
        "orders": orders,
        "help": f"{help_[0].upper()}{help_[1:]}. {whose}." if help_ else f"{whose}.",
    }


def _texts(frame: pd.DataFrame, name: str) -> list[str | None]:
    """A column's cells as they are read; None for what is unknown."""
    if name == "phases":
        return [None] * len(frame)
    form = _FORMATS.get(name, "{}")
    return [None if unknown(value) or value == "" else cell(form.format(value)) for value in frame[name]]


def _selected(state: Any, version: str, ids: Sequence[int]) -> list[int]:
    """The runs that are selected among those that are shown; none where the selection is of another table."""
    picked = (state or {}).get("selected") or {}
    return [run_id for run_id in picked.get("ids", ()) if run_id in ids] if picked.get("version") == version else []


def _sort() -> None:
    if way := st.session_state[KEY].get("sort"):
        put("sort", way)


def _nothing() -> None:
    """Selecting and opening is read when the table is drawn."""


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def groups(filters: dict[str, Any], by: str) -> None:
    """Draws the groups: how many runs, their mean and spread."""
    table = runs.grouped(filters, by)
    if table.empty:
        st.caption("None of these runs is finished and has a wall-clock time, so there is nothing to group.")
        return
    if by == "config":
        table = table.assign(config=table["config"].map(configs.typed))
    column = st.column_config
    st.caption(
        f"{count(len(table), 'group')} of finished runs. The spread is the standard deviation over the mean; runs "
        "of other machines, workloads and days are in it."
    )
    st.dataframe(
        cells(table.assign(spread=table["spread"] * 100)),
        key=f"runs.groups.{by}",
        hide_index=True,
        alt=f"Runs grouped by {by}: number, mean and spread of their seconds",
        placeholder="–",
        column_config={
            by: column.TextColumn(by.capitalize(), width="large"),
            "runs": column.NumberColumn("Runs"),
            "mean_seconds": column.NumberColumn("Mean (s)", format="%.3f"),
            "spread": column.NumberColumn("Spread", format="%.1f%%"),
            "fastest": column.NumberColumn("Fastest (s)", format="%.3f"),
            "slowest": column.NumberColumn("Slowest (s)", format="%.3f"),
            "last": column.DatetimeColumn("Last (UTC)", format="YYYY-MM-DD HH:mm"),
        },
    )
