"""The history as a table: one page of it, and what can be done with the runs that are selected there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from views.actions import runs as actions
from views.data import runs
from views.data.safe import as_csv, as_json, cells
from views.navigation import go
from views.parts.notices import attempt
from views.parts.runs_filters import SORTS
from views.text import count, listed

_SHOWN = [
    *("id", "label", "config", "wall_seconds", "phases", "overhead_share", "started_at", "cache_state", "status"),
    *("tasks", "solved", "errors", "timeouts", "findings", "tags", "source", "note"),
]


def table(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Draws ``frame`` with boxes to select by; gives the selected rows, in the order of the table.

    ``where`` says which filter and page this is. It and the runs shown are part of the key: a selection is a list of
    positions, and would otherwise point at other runs once these change.
    """
    bars = runs.sparklines(tuple(frame["id"].tolist()))
    drawn = frame["id"].map(lambda one: bars.get(one, []))
    shown = cells(frame.assign(phases=drawn, overhead_share=frame["overhead_share"] * 100)[_SHOWN])
    picked = st.dataframe(
        shown,
        key=f"runs.table.{_digest(where, frame['id'].tolist())}",
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        height=min(38 + 35 * max(len(frame), 1), 458),
        column_config=_columns(),
        placeholder="–",
        alt="Runs, one a row; select rows to compare, tag or delete them",
    )
    return frame.iloc[[row for row in picked.selection.rows if row < len(frame)]]


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "id": config.NumberColumn("Run", width=60, pinned=True, format="%d"),
        "label": config.TextColumn("Label", width="medium"),
        "config": config.TextColumn("Config", help="the wins that were on"),
        "wall_seconds": config.NumberColumn("Wall-clock (s)", format="%.3f"),
        "phases": config.BarChartColumn(
            "Phases (s)", y_min=0, help="self seconds of each phase in the order of the pipeline, unaccounted last"
        ),
        "overhead_share": config.NumberColumn("Overhead", format="%.0f%%", help="the share that is not DSL programs"),
        "started_at": config.DatetimeColumn("Started (UTC)", format="YYYY-MM-DD HH:mm"),
        "cache_state": config.TextColumn("Caches"),
        "status": config.TextColumn("Status"),
        "tasks": config.NumberColumn("Tasks"),
        "solved": config.NumberColumn("Solved"),
        "errors": config.NumberColumn("Errors", help="calls of candidate programs that ended in an error"),
        "timeouts": config.NumberColumn("Timeouts"),
        "findings": config.NumberColumn("Findings", help="what the claim audit found in an import"),
        "tags": config.TextColumn("Tags"),
        "source": config.TextColumn("Source"),
        "note": config.TextColumn("Note", width="medium"),
    }


def selected(chosen: pd.DataFrame) -> None:
    """What can be done with the selected runs; a hint as long as there are none."""
    ids = [int(one) for one in chosen["id"]]
    if not ids:
        st.caption(
            "Select runs by the boxes at the left of the table to open, compare, tag, rename, note or delete them."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="runs.selected"):
        named = listed([str(one) for one in ids[:8]]) + (" …" if len(ids) > 8 else "")
        st.markdown(f"**{count(len(ids), 'run')} selected:** {named}")
        if len(ids) == 1 and st.button("Open", key="runs.open", icon=":material/timeline:"):
            go("run", run=ids[0])
        if len(ids) > 1 and st.button("Compare", key="runs.compare", icon=":material/compare_arrows:"):
            first, second, *rest = sorted(ids)
            go("compare", a=first, b=second, **({"more": ",".join(map(str, rest))} if rest else {}))
        _edit(chosen, ids)
        _remove(chosen, ids)


def _edit(chosen: pd.DataFrame, ids: list[int]) -> None:
    with st.popover("Tag", key="runs.tagging", icon=":material/sell:"), st.form("runs.tag_form", border=False):
        st.text_input("Tag", key="runs.tag", max_chars=60, placeholder="baseline, win, final, Kaggle")
        add, take = st.columns(2)
        add.form_submit_button("Add", key="runs.tag_add", on_click=_tag, args=(actions.tag, ids))
        take.form_submit_button("Take off", key="runs.tag_take", on_click=_tag, args=(actions.untag, ids))
    if len(ids) == 1:
        row = chosen.iloc[0]
        with (
            st.popover("Rename or note", key="runs.renaming", icon=":material/edit:"),
            st.form("runs.edit_form", border=False),
        ):
            st.text_input("Label", value=row["label"], key=f"runs.label.{ids[0]}", max_chars=200)
            st.text_area("Note", value=row["note"] or "", key=f"runs.note.{ids[0]}", max_chars=4000)
            st.form_submit_button("Save", key="runs.edit_save", on_click=_save, args=(ids[0],))


def _tag(action: Callable[..., str], ids: list[int]) -> None:
    attempt("runs", action, ids, st.session_state["runs.tag"])


def _save(run_id: int) -> None:
    label, note = (st.session_state[f"runs.{name}.{run_id}"] for name in ("label", "note"))
    attempt("runs", actions.edit, run_id, label, note)


def _remove(chosen: pd.DataFrame, ids: list[int]) -> None:
    if chosen["deleted_at"].notna().all():
        st.button(
            "Undelete",
            key="runs.undelete",
            icon=":material/undo:",
            on_click=attempt,
            args=("runs", actions.undelete, ids),
        )
    else:
        undo = {"undo": ids}
        deletes = ("runs", actions.delete, ids)
        st.button("Delete", key="runs.delete", icon=":material/delete:", on_click=attempt, args=deletes, kwargs=undo)


def downloads(filters: dict[str, Any], sort: str) -> None:
    """All runs that the filters leave, as CSV and as JSON; put together only when asked for."""
    order = SORTS[sort]
    st.download_button(
        "CSV",
        data=lambda: as_csv(runs.everything(filters, *order)),
        file_name="quickwin-runs.csv",
        mime="text/csv",
        key="runs.csv",
        on_click="ignore",
        icon=":material/download:",
    )
    st.download_button(
        "JSON",
        data=lambda: as_json(runs.everything(filters, *order)),
        file_name="quickwin-runs.json",
        mime="application/json",
        key="runs.json",
        on_click="ignore",
        icon=":material/download:",
    )
