"""What can be done with the history and with the runs that are selected in it; drawn above the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from services.facts import QUESTIONS, spoken
from services.ranking import MOST_RUNS
from views.actions import runs as actions
from views.address import NUMBER, copy_link, put
from views.data import runs
from views.data.safe import as_csv, as_json
from views.names import download_name
from views.navigation import go
from views.parts.notices import attempt
from views.parts.runs_filters import SORTS
from views.text import count, listed
from views.writing import writes


def on_all(filters: dict[str, Any], sort: str) -> None:
    """Downloads of all runs that the filters leave, kept views, and the link to what is seen."""
    order = SORTS[sort]
    for title, write, mime in (("CSV", as_csv, "text/csv"), ("JSON", as_json, "application/json")):
        st.download_button(
            title,
            data=partial(_file, write, filters, order),
            file_name=download_name("runs", title.lower()),
            mime=mime,
            key=f"runs.{title.lower()}",
            on_click="ignore",
            icon=":material/download:",
        )
    with st.popover("Views", key="runs.views", icon=":material/bookmark:"):
        _views()
    copy_link()


def _file(write: Callable[[pd.DataFrame], bytes], filters: dict[str, Any], order: tuple[str, bool]) -> bytes:
    return write(runs.everything(filters, *order))


def _views() -> None:
    known = runs.saved()
    for name, query in known.items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"runs.view.{name}"):
            if st.button(name, key=f"runs.view_open.{name}", icon=":material/bookmark:", width="stretch"):
                go("runs", **query)
            st.button(
                f"Forget {name}",
                key=f"runs.view_forget.{name}",
                icon=":material/close:",
                on_click=attempt,
                args=("runs", runs.forget_view, name),
                **writes(),
            )
    if not known:
        st.caption("What is seen now (filters, order, columns, groups, pin) can be kept under a name.")
    with st.form("runs.view_form", border=False, clear_on_submit=True):
        st.text_input("Keep this view as", key="runs.view_name", max_chars=60, placeholder="last week's warm runs")
        st.form_submit_button("Keep", key="runs.view_keep", on_click=_keep, **writes())


def _keep() -> None:
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    attempt("runs", runs.keep_view, st.session_state["runs.view_name"], query)


def on_selected(chosen: pd.DataFrame, pin: int | None) -> None:
    """What can be done with the selected runs. It has its room from the start, so that the table below stays where it
    is when its first row is selected.
    """
    ids = [int(run_id) for run_id in chosen["id"]]
    st.caption(_selected(ids))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="runs.selected"):
        if st.button("Open", key="runs.open", icon=":material/timeline:", disabled=len(ids) != 1):
            go("run", run=ids[0])
        if st.button(
            "Compare",
            key="runs.compare",
            icon=":material/compare_arrows:",
            disabled=not 2 <= len(ids) <= MOST_RUNS,
            help=f"2 to {MOST_RUNS} runs",
        ):
            first, second, *rest = sorted(ids)
            go("compare", a=first, b=second, **({"more": ",".join(map(str, rest))} if rest else {}))
        _pin(ids, pin)
        _tags(ids)
        _facts(ids)
        _words(chosen)
        _remove(chosen, ids)


def _selected(ids: list[int]) -> str:
    if not ids:
        return "A run's number opens it. Select runs by their boxes to compare, pin, tag, assign or delete them."
    named = listed([str(run_id) for run_id in ids[:8]]) + (" …" if len(ids) > 8 else "")
    return f"**{count(len(ids), 'run')} selected:** {named}"


def _pin(ids: list[int], pin: int | None) -> None:
    """A pinned run is unpinned by itself, or while nothing is selected."""
    off = pin is not None and (not ids or ids == [pin])
    title, new = ("Unpin", None) if off else ("Pin as baseline", ids[0] if ids else None)
    st.button(
        title,
        key="runs.pin",
        icon=":material/keep:",
        disabled=not off and len(ids) != 1,
        on_click=put,
        args=("pin", new, NUMBER),
    )


def _tags(ids: list[int]) -> None:
    with (
        st.popover("Tag", key="runs.tagging", icon=":material/sell:", disabled=not ids),
        st.form("runs.tag_form", border=False),
    ):
        st.text_input("Tag", key="runs.tag", max_chars=60, placeholder="baseline, final, Kaggle")
        add, take = st.columns(2)
        add.form_submit_button("Add", key="runs.tag_add", on_click=_tag, args=(actions.tag, ids), **writes())
        take.form_submit_button("Take off", key="runs.tag_take", on_click=_tag, args=(actions.untag, ids), **writes())


def _tag(action: Callable[..., str], ids: list[int]) -> None:
    attempt("runs", action, ids, st.session_state["runs.tag"])


def _facts(ids: list[int]) -> None:
    with (
        st.popover("Assign", key="runs.assigning", icon=":material/fact_check:", disabled=not ids),
        st.form("runs.facts", border=False),
    ):
        st.caption("What the log does not say and you know; kept as stated, beside what was read. Empty is left alone.")
        for name in QUESTIONS:
            st.text_input(spoken(name).capitalize(), key=f"runs.fact.{name}", max_chars=200)
        st.form_submit_button("Assign", key="runs.assign", on_click=_assign, args=(ids,), **writes())


def _assign(ids: list[int]) -> None:
    attempt("runs", actions.assign, ids, {name: st.session_state[f"runs.fact.{name}"] for name in QUESTIONS})


def _words(chosen: pd.DataFrame) -> None:
    """Label and note of one run."""
    with st.popover("Rename or note", key="runs.renaming", icon=":material/edit:", disabled=len(chosen) != 1):
        if len(chosen) != 1:
            return
        row, run_id = chosen.iloc[0], int(chosen["id"].iloc[0])
        with st.form("runs.words", border=False):
            st.text_input("Label", value=row["label"], key=f"runs.label.{run_id}", max_chars=200)
            st.text_area("Note", value=row["note"] or "", key=f"runs.note.{run_id}", max_chars=4000)
            st.form_submit_button("Save", key="runs.edit_save", on_click=_save, args=(run_id,), **writes())


def _save(run_id: int) -> None:
    label, note = (st.session_state[f"runs.{name}.{run_id}"] for name in ("label", "note"))
    attempt("runs", actions.edit, run_id, label, note)


def _remove(chosen: pd.DataFrame, ids: list[int]) -> None:
    if ids and chosen["deleted_at"].notna().all():
        back = ("runs", actions.undelete, ids)
        st.button("Undelete", key="runs.undelete", icon=":material/undo:", on_click=attempt, args=back, **writes())
        return
    st.button(
        "Delete",
        key="runs.delete",
        icon=":material/delete:",
        on_click=attempt,
        args=("runs", actions.delete, ids),
        kwargs={"undo": ids},
        **writes(disabled=not ids),
    )
