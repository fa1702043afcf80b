"""One run that would be stored: what it holds, what the audit found, what it is to be called; store or discard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from db.problems import DatabaseProblem
from profiles.intake.results import Preview, RunPreview
from services.project import current_project
from views import palette, text
from views.actions import imports as actions
from views.data import imports as data
from views.navigation import link
from views.parts.findings import findings
from views.problems import ActionProblem

UNKNOWN = "just a run"
#: What a run of unknown config can be said to be: what that means, and the tag that it gets.
ROLES = {
    UNKNOWN: ("It is not known which wins were on.", None),
    "baseline": ("No win was on.", "baseline"),
    "with wins": ("These wins were on:", None),
    "final": ("The final validation, with these wins on:", "final"),
}


def card(run: RunPreview, found: Preview) -> None:
    """Draws one run with its form; a run that is there already says so instead."""
    key = run.record.key
    done = st.session_state.get("import.done", {}).get(key)
    with st.container(border=True, key=f"import.run.{_short(key)}"):
        _head(run, found)
        says, fate = st.columns([3, 2], gap="large")
        with says:
            _audit(run)
        with fate:
            _fate(run, done)


def _fate(run: RunPreview, done: str | int | None) -> None:
    """What became of the run, or the form that decides it."""
    if done == "discarded":
        st.caption("Discarded: it will not be stored.")
    elif (known := done or data.stored_as(run.record.key)) is not None:
        _there(int(known))
    else:
        st.markdown(f"Would be stored: {data.holds(run)}")
        _before(run)
        _form(run)


def _short(key: str) -> str:
    """What stands for a run in the keys of widgets: its own key comes from the file, which may say anything."""
    return data.digest(key.encode())[:16]


def _head(run: RunPreview, found: Preview) -> None:
    files = [file for file in found.files if file.name in run.files]
    titles = dict.fromkeys(file.title or "" for file in files)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(text.escape(run.record.label, 120), anchor=False, width="content")
        for title in titles:
            st.badge(text.escape(title, 60), color="blue", icon=":material/description:")
    if len(files) > 1:
        st.caption(f"Put together from {text.listed([text.escape(file.name, 80) for file in files])}.")


def _before(run: RunPreview) -> None:
    """The same file, which brought other runs before."""
    known = data.stored_from(run.digest) if run.digest else []
    if known:
        st.caption(f"This very file was imported before, as run {text.listed([str(one) for one in known])}.")


def _there(run_id: int) -> None:
    st.success(f"In the history as run {run_id}; storing it again would change nothing.", icon=":material/check:")
    link("run", f"Open run {run_id}", icon=":material/timeline:", run=run_id)


def _form(run: RunPreview) -> None:
    name = _short(run.record.key)
    st.text_input("Label", value=run.record.label, key=f"import.label.{name}", max_chars=200)
    there = current_project().plan.reference_machine
    st.checkbox(
        f"It ran on {text.escape(there)}, the machine that counts", value=_from_kaggle(run), key=f"import.there.{name}"
    )
    if run.record.config is None:
        role = st.segmented_control("It is", tuple(ROLES), default=UNKNOWN, required=True, key=f"import.role.{name}")
        st.caption(ROLES[role][0])
        if ROLES[role][0].endswith(":"):
            default = list(current_project().names) if role == "final" else []
            st.pills(
                "Wins",
                current_project().names,
                format_func=_win,
                selection_mode="multi",
                default=default,
                key=f"import.wins.{role}.{name}",
            )
    with st.container(horizontal=True):
        store = partial(_store, run, there)
        st.button("Store", key=f"import.store.{name}", icon=":material/save:", on_click=store)
        st.button(
            "Discard",
            key=f"import.discard.{name}",
            icon=":material/close:",
            on_click=_mark,
            args=(run.record.key, "discarded"),
        )


def _from_kaggle(run: RunPreview) -> bool:
    return run.record.source.startswith("imported:kaggle")


def _win(name: str) -> str:
    mark = palette.win(name)
    return f"{mark.sign} {mark.label}"


def _mark(key: str, fate: object) -> None:
    st.session_state["import.done"] = {**st.session_state.get("import.done", {}), key: fate}


def _store(run: RunPreview, there: str) -> None:
    """For the button: stores with what the widgets of this run's form say now."""
    name, state = _short(run.record.key), st.session_state
    role = state.get(f"import.role.{name}", UNKNOWN)
    tags = [tag for tag in (ROLES[role][1], there if state[f"import.there.{name}"] else None) if tag]
    try:
        wins = _wins(role, state.get(f"import.wins.{role}.{name}"))
        run_id, new = actions.store(run, state[f"import.label.{name}"], wins, tags)
    except (ActionProblem, DatabaseProblem) as problem:
        state["import.notice"] = ("problem", str(problem), ())
        return
    _mark(run.record.key, run_id)
    state["import.notice"] = ("done", actions.said(run_id, new, wins), ())


def _wins(role: str, chosen: Sequence[str] | None) -> tuple[str, ...] | None:
    """The wins that a role says were on; None where it does not say."""
    if role == UNKNOWN:
        return None
    if role != "baseline" and not chosen:
        raise ActionProblem(f"no win is chosen for a run {role!r}; choose those that were on, or say it is a baseline")
    return tuple(chosen or ())


def _audit(run: RunPreview) -> None:
    found = run.record.findings
    if not found:
        st.caption("The audit found nothing to object to.")
        return
    rows = [(one.severity, one.rule, one.claimed, one.follows, one.line) for one in found]
    table = pd.DataFrame(rows, columns=["severity", "rule", "claimed", "follows", "line"])
    table = table.astype({"severity": "str", "rule": "str", "claimed": "str", "follows": "str", "line": "Int64"})
    findings(table, f"import.{_short(run.record.key)}")
