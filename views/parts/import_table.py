"""What the logs do not say: one table for all runs, with the last answers proposed, filled down and stored at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from db.problems import DatabaseProblem
from profiles.intake.results import Preview, RunPreview
from services.facts import ROLES
from services.importing import Stored
from services.problems import Problem
from services.project import current_project
from views.actions import imports as actions
from views.data import imports as data
from views.writing import writes

_NAME = "import.table"


def questions(preview: Preview) -> None:
    """Draws the table and its buttons. What is filled in stays until the files change."""
    runs = preview.runs
    table = _table(runs)
    st.header("What the logs do not say", anchor=False)
    st.caption(
        "It makes runs comparable, and is kept as stated, beside what was read. Leave empty what you do not know. "
        "A baseline is where this machine starts from; just a run counts for nothing until it is marked."
    )
    edited = st.data_editor(
        table,
        key=_key(),
        hide_index=True,
        num_rows="fixed",
        column_config=_columns(),
        column_order=["store", "label", "seconds", *data.open_questions(runs), "says"],
        disabled=["seconds", "says"],
        height="content",
    )
    with st.container(horizontal=True, key="import.fate"):
        chosen = int(edited["store"].sum())
        st.button(
            "Store" if len(runs) == 1 else f"Store all {chosen}" if chosen == len(runs) else f"Store {chosen}",
            key="import.store",
            icon=":material/save:",
            on_click=_store,
            args=(preview, edited),
            **writes(disabled=not chosen),
        )
        if len(runs) > 1:
            st.button(
                "Fill down",
                key="import.fill",
                icon=":material/south:",
                help="Gives each empty answer the one above it",
                on_click=_keep,
                args=(data.filled_down(edited),),
            )


def _key() -> str:
    return f"{_NAME}.{st.session_state.get('import.filled', 0)}"


def _table(runs: Sequence[RunPreview]) -> pd.DataFrame:
    """The table as it was begun or filled down: the editor's own changes come on top of it."""
    now = tuple(run.record.key for run in runs)
    before, table = st.session_state.get(_NAME, (None, None))
    if before != now:
        table = data.form(runs)
        st.session_state[_NAME] = (now, table)
        st.session_state["import.filled"] = st.session_state.get("import.filled", 0) + 1
    return pd.DataFrame(table)


def _keep(table: pd.DataFrame) -> None:
    """Begins the table anew from ``table``, so that the editor shows it."""
    keys, _ = st.session_state[_NAME]
    st.session_state[_NAME] = (keys, table)
    st.session_state["import.filled"] = st.session_state.get("import.filled", 0) + 1


def _columns() -> dict[str, Any]:
    config = st.column_config
    texts = {name: config.TextColumn(data.question(name), help=data.help_of(name)) for name in data.ASKED}
    return {
        **texts,
        "store": config.CheckboxColumn("Store", width=60, pinned=True),
        "label": config.TextColumn("Run", required=True, max_chars=200, width="medium"),
        "seconds": config.NumberColumn("Wall-clock (s)", format="%.3f"),
        "says": config.TextColumn("The log itself says", width="large"),
        "role": config.SelectboxColumn("Role", options=ROLES, required=True, help=data.help_of("role")),
        "cache_state": config.SelectboxColumn("Caches", options=["", "cold", "warm"], help="at its start"),
        "config": config.TextColumn(
            "Wins on",
            help=f"none, all, kept, names joined by commas, or all-NAME; known: {', '.join(current_project().names)}",
        ),
        "started_at": config.TextColumn("Date (UTC)", help="2026-11-23 or 2026-11-23 20:43"),
    }


def _store(preview: Preview, table: pd.DataFrame) -> None:
    """For the button: stores the chosen rows; what can not be is said, and the others are stored."""
    done: list[Stored] = []
    problems: list[str] = []
    for run, row in zip(preview.runs, table.to_dict("records"), strict=True):
        if not row["store"]:
            continue
        try:
            done.append(actions.store(run, str(row["label"] or ""), texts_of({str(k): v for k, v in row.items()})))
        except (Problem, DatabaseProblem) as problem:
            problems.append(f"{row['label'] or run.record.label}: {problem}")
    if done and preview.measurements:
        st.session_state["import.measured"] = actions.store_measurements(preview)
    stored = {**st.session_state.get("import.done", {}), **{result.run_id: result for result in done}}
    st.session_state["import.done"] = stored
    if problems:
        st.session_state["import.notice"] = ("problem", "; ".join(problems), ())


def texts_of(row: dict[str, Any]) -> dict[str, str | None]:
    """What a row of the table says, as texts for ``services.facts.read_facts``. ``run`` is what a run is without
    being marked, so it is left unsaid."""
    answers = {name: str(row.get(name) or "").strip() for name in data.ASKED}
    return {name: text for name, text in answers.items() if text and not (name == "role" and text == "run")}
