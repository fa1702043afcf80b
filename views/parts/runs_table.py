"""The history as a table: one page of it, the columns that are chosen, and the groups."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from views import configs
from views.address import NAMES, NUMBER, bound, value
from views.data import runs
from views.data.safe import cells
from views.navigation import go
from views.text import count

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
_HEAD, _MOST_PIXELS = 38, 600
#: Pixels of a row of one line, and of one whose text goes on in further lines, which it does from there on.
_ROW, _TALL_ROW = 35, 66
#: Pixels of a label's column, and of a character in it.
_NARROWEST, _WIDEST, _CHARACTER = 120, 340, 6.7


def columns_choice() -> list[str]:
    """Draws the choice of columns; gives the chosen names."""
    return st.multiselect(
        "Columns", list(COLUMNS), format_func=COLUMNS.__getitem__, **bound("columns", _FIRST, NAMES, COLUMNS)
    )


def pinned() -> int | None:
    """The run that is pinned as the baseline of this view: a choice of display, no evidence."""
    chosen = value("pin", None, NUMBER)
    return chosen if isinstance(chosen, int) and chosen > 0 else None


def table(frame: pd.DataFrame, where: str, columns: list[str], base: float | None) -> pd.DataFrame:
    """Draws ``frame`` with boxes to select by; gives the selected rows, in the order of the table.

    Args:
        where: which filter and page this is. It and the runs shown are part of the key: a selection is a list of
            positions, and would otherwise point at other runs once these change.
        base: the pinned baseline's seconds; None without one.
    """
    ids = [int(run_id) for run_id in frame["id"]]
    key = f"runs.table.{_digest(where, ids, columns)}"
    shown = frame.assign(
        id=[f"{run_id}" for run_id in ids],
        config=frame["config"].map(configs.circled, na_action=None),
        overhead_share=frame["overhead_share"] * 100,
        relative=frame["wall_seconds"] / base if base else None,
        phases="",
    )
    drawn = cells(shown[["id", *(name for name in columns if base or name != "relative")]])
    label = 24 + int(_CHARACTER * max(map(len, frame["label"].dropna()), default=0))
    row = _TALL_ROW if label > _WIDEST and "label" in columns else _ROW
    if "phases" in columns:  # addresses of pictures, which no cell may cut short
        drawn = drawn.assign(phases=frame["id"].map(runs.bars(tuple(ids), row - 7)))
    picked = st.dataframe(
        drawn,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height=min(_HEAD + row * max(len(frame), 1), _MOST_PIXELS),
        row_height=row,
        column_config=_config(key, min(max(label, _NARROWEST), _WIDEST)),
        placeholder="–",
        alt="Runs, one a row; a run's number opens it; select rows to compare, tag, assign or delete them",
    )
    if click := st.session_state.get(f"{key}.open"):
        go("run", run=ids[click["row"]])
    return frame.iloc[[row for row in picked.selection.rows if row < len(frame)]]


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _config(key: str, label: int) -> dict[str, Any]:
    column = st.column_config
    formats = {"wall_seconds": "%.3f", "cpu_seconds": "%.3f", "relative": "%.3f"}
    return {
        "id": column.ButtonColumn("Run", width=64, pinned=True, type="tertiary", key=f"{key}.open"),
        "label": column.TextColumn("Label", width=label),
        "config": column.TextColumn("Wins", help="the wins that were on, by their numbers"),
        **{name: column.NumberColumn(COLUMNS[name], format=form) for name, form in formats.items()},
        "phases": column.ImageColumn(
            "Where the time went",
            width=240,
            help="the run as a bar of 100%: the same phase, the same place and colour",
        ),
        "overhead_share": column.NumberColumn("Overhead", format="%.0f%%", help="the share that is not work"),
        "started_at": column.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
        "stated": column.TextColumn("Stated", help="what a person said of the run, and no log"),
        **{
            name: column.Column(COLUMNS[name])
            for name in ("cache_state", "status", "tags", "tasks", "solved", "errors", "timeouts", "findings")
        },
        **{name: column.TextColumn(COLUMNS[name]) for name in ("machine", "pipeline", "source")},
        "note": column.TextColumn("Note", width="medium"),
    }


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
