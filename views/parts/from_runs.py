"""Runs that are there as evidence: what is not known of them is asked, then one button judges them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from db.problems import DatabaseProblem
from services.facts import QUESTIONS
from services.problems import Problem
from views import configs, text
from views.actions import from_runs as actions
from views.actions import runs as run_actions
from views.data import from_runs as data
from views.data import imports as questions
from views.writing import writes

_NAME = "from_runs"


def panel(run_ids: Sequence[int], page: str) -> None:
    """Draws the way from these runs to evidence, for the page of that name; nothing for fewer than two runs."""
    ids = tuple(dict.fromkeys(run_ids))
    if len(ids) < 2:
        return
    with st.container(border=True, key=f"{page}.{_NAME}"):
        st.header("Make it evidence", anchor=False)
        kind, sentence = st.session_state.pop(f"{page}.{_NAME}.said", ("", ""))
        if kind:
            (st.success if kind == "done" else st.error)(text.linked(sentence))
        missing = data.missing(ids)
        if missing:
            _form(missing, page)
        else:
            _judge(ids, page)


def _form(missing: Mapping[int, Sequence[str]], page: str) -> None:
    """One form for all runs: what they have in common once, the config of each by itself."""
    st.caption("This is not known of them, and no log says it. It is kept as stated.")
    names = [name for name in QUESTIONS if any(name in silent for silent in missing.values())]
    last = data.last_answers()
    with st.form(f"{page}.{_NAME}.form", border=False):
        for name in names:
            runs = [run_id for run_id, silent in missing.items() if name in silent]
            if name == "config":
                for run_id in runs:
                    st.text_input(
                        f"Wins on in run {run_id}", key=f"{page}.{_NAME}.config.{run_id}", placeholder="none, all, kept"
                    )
            elif name == "cache_state":
                st.segmented_control(
                    f"Caches of {_named(runs)}", ("cold", "warm"), key=f"{page}.{_NAME}.{name}",
                    default=last.get(name) if last.get(name) in ("cold", "warm") else None,
                )  # fmt: skip
            else:
                st.text_input(
                    f"{questions.question(name)} of {_named(runs)}: {QUESTIONS[name]}",
                    value=last.get(name, ""),
                    key=f"{page}.{_NAME}.{name}",
                )
        st.form_submit_button(
            "Say it",
            key=f"{page}.{_NAME}.say",
            icon=":material/save:",
            on_click=_say,
            args=(dict(missing), page),
            **writes(),
        )


def _named(runs: Sequence[int]) -> str:
    shown = text.listed([str(run) for run in runs[:6]]) + (" …" if len(runs) > 6 else "")
    return f"run {shown}" if len(runs) == 1 else f"runs {shown}"


def _say(missing: Mapping[int, Sequence[str]], page: str) -> None:
    """For the button: states what the form says, the config for each run."""
    state = st.session_state
    try:
        for run_id, silent in missing.items():
            keys = {name: f"{page}.{_NAME}.{name}" + (f".{run_id}" if name == "config" else "") for name in silent}
            texts = {name: str(state.get(key) or "") for name, key in keys.items()}
            if any(text.strip() for text in texts.values()):
                run_actions.assign([run_id], texts)
    except (Problem, DatabaseProblem) as problem:
        state[f"{page}.{_NAME}.said"] = ("problem", str(problem))


def _judge(ids: tuple[int, ...], page: str) -> None:
    groups = data.by_config(ids)
    if len(groups) < 2:
        st.caption("All of these have the same wins on. Evidence needs runs of two configs.")
        return
    st.caption(
        "Runs that were not made in interleaved blocks have a grade of their own, separate runs: they may show faster "
        "or slower, never the same, because whatever changed in between is in them."
    )
    names = list(groups)
    with st.grid(2, min_column_width=110):
        before = st.selectbox("Before", names, format_func=configs.short, key=f"{page}.{_NAME}.before")
        after = st.selectbox(
            "After", [name for name in names if name != before], format_func=configs.short, key=f"{page}.{_NAME}.after"
        )
    st.button(
        f"Judge {len(groups[before])} against {len(groups[after])}",
        key=f"{page}.{_NAME}.judge",
        icon=":material/balance:",
        on_click=_done,
        args=(groups[before], groups[after], page),
        **writes(),
    )


def _done(before: Sequence[int], after: Sequence[int], page: str) -> None:
    try:
        outcome = ("done", actions.judge(before, after))
    except (Problem, DatabaseProblem) as problem:
        outcome = ("problem", str(problem))
    st.session_state[f"{page}.{_NAME}.said"] = outcome
