"""Measure: is this config faster than that one?"""

import shlex
from typing import Any

import pandas as pd
import streamlit as st

from optim.evidence.factorial import MOST_WINS
from services.project import current_project
from services.workloads import form_fields
from views import text
from views.address import FLAG, NAMES, bound, copy_link, put, within
from views.data import evidence as data
from views.data import measuring
from views.page import Page
from views.parts import measurement, parameters
from views.parts.command import command
from views.parts.table import table
from views.writing import writes


def render() -> None:
    """Draws the page."""
    known = data.measurements()
    _take_over()
    shown = None
    with st.grid(3, min_column_width=270, gap="medium", key="measure.stage") as page:
        with page.cell(column_span=2):
            if known.empty:
                _empty()
            else:
                shown = _shown(known)
            if problem := st.session_state.pop("measure.problem", None):
                st.warning(text.escape(problem), icon=":material/warning:")
            _started()
            _elsewhere(known, shown)
        with page.cell(), st.container(border=True, key="measure.form"):
            st.header("Start a measurement")
            _form()
    if not known.empty:
        _history(known)


def _empty() -> None:
    st.markdown(
        "**Nothing is measured yet.** Choose two configs: each runs in fresh processes, in random order, "
        "block after block, until it is clear which is faster or the budget is spent. Every block drops a dot on an "
        "axis of speedups, and the interval around them closes in. The next step is Start; logs of runs made "
        "elsewhere go to the Import page."
    )


def _shown(known: pd.DataFrame) -> int:
    ids = [str(number) for number in known["id"]]
    with st.container(horizontal=True, vertical_alignment="center", key="measure.which"):
        chosen = st.selectbox(
            "Measurement", ids, label_visibility="collapsed", width=140, **bound("measurement", ids[0], options=ids)
        )
        copy_link()
    measurement.show(int(chosen or ids[0]))
    return int(chosen or ids[0])


def _elsewhere(known: pd.DataFrame, shown: int | None) -> None:
    """What is at work besides: one measurement at a time is, others wait for it."""
    for number, what in measuring.elsewhere(known, shown):
        st.info(
            f"[Measurement {number}](measure?measurement={number}), {text.escape(what)}, is under way. "
            "One that is started now waits for it.",
            icon=":material/hourglass_top:",
        )


def _form() -> None:
    kinds = measuring.kinds()
    kind = st.segmented_control("What", kinds, required=True, **bound("kind", measuring.PAIR, options=kinds))
    pair, refs = kind in (measuring.PAIR, measuring.COMMITS), ("", "")
    before, after = _configs() if kind == measuring.PAIR else ("none", "all")
    if kind == measuring.COMMITS:
        refs, before = _commits()
    wins = () if pair else _wins()
    values = {field.name: parameters.ask(field) for field in form_fields()}
    state, *others = states = current_project().plan.cache_states
    if others:
        state = st.segmented_control("Caches", states, required=True, **bound("caches", state, options=states)) or state
    with st.grid(2, min_column_width=110):
        kept = bound("blocks" if pair else "rounds", 20 if pair else 3, within(int, 1, 200))
        blocks = st.number_input("At most, blocks", 1, 200, **kept)
        kept = bound("minutes" if pair else "time", 30 if pair else 90, within(int, 1, 600))
        minutes = st.number_input("At most, minutes", 1, 600, **kept)
    metric = st.segmented_control(
        "Settled by",
        tuple(measuring.METRIC_TITLES),
        format_func=measuring.METRIC_TITLES.__getitem__,
        required=True,
        **bound("settled_by", "wall", options=tuple(measuring.METRIC_TITLES)),
    )
    duet = pair and st.toggle(
        "Both at once (duet)",
        help="A core for each, task by task: for small effects on a machine with other work.",
        **bound("duet", False, FLAG),
    )
    choice = measuring.Choice(
        kind=kind,
        before=before,
        after=after,
        refs=refs,
        duet=duet,
        parameters=values,
        cache_state=state,
        blocks=blocks,
        minutes=minutes,
        metric=metric or "wall",
        wins=wins,
    )
    problem, starting = choice.problem, "measure.started" in st.session_state
    st.markdown(text.escape(f"{problem[0].upper()}{problem[1:]}.") if problem else measuring.duration(choice))
    st.button(
        "Start",
        key="measure.start",
        icon=":material/play_arrow:",
        on_click=measurement.begin,
        args=(choice.arguments,),
        **writes(disabled=bool(problem) or starting),
    )
    command("quickwin " + shlex.join(choice.arguments), "measure.command")


def _configs() -> tuple[str, str]:
    """The two configs of a pair: one of those that are offered, or names that are typed."""
    configs = _offered()
    with st.grid(2, min_column_width=110):
        before = st.selectbox(
            "Before", configs, accept_new_options=True, **bound("before", "none", options=configs, fixed=False)
        )
        after = st.selectbox(
            "After",
            configs,
            accept_new_options=True,
            help="Or names joined by commas.",
            **bound("after", "all", options=configs, fixed=False),
        )
    return before or "none", after or "all"


def _commits() -> tuple[tuple[str, str], str]:
    """Two branches, tags or commits, and the config that both run with."""
    names = measuring.branches()
    options: dict[str, Any] = {
        "options": names,
        "format_func": lambda name: "the folder as it is" if name == "." else name,
        "accept_new_options": True,
    }
    with st.grid(2, min_column_width=110):
        first = st.selectbox("From", **options, **bound("ref_a", names[0], options=names, fixed=False))
        other = st.selectbox(
            "To", help="A branch, a tag or a commit.", **options, **bound("ref_b", ".", options=names, fixed=False)
        )
    configs = _offered()
    config = st.selectbox(
        "Wins on in both", configs, accept_new_options=True, **bound("with", "none", options=configs, fixed=False)
    )
    return (first or "", other or ""), config or "none"


def _wins() -> tuple[str, ...]:
    """The wins of an attribution, where the project has more than one can tell apart."""
    first = measuring.of_attribution()
    if not first:
        return ()
    names = current_project().names
    help_ = f"An attribution tells {MOST_WINS} apart; the project has {len(names)}."
    chosen = st.multiselect("Wins", names, help=help_, **bound("wins", list(first), NAMES, names))
    return tuple(win for win in names if win in chosen)


def _offered() -> list[str]:
    names = current_project().names
    return ["none", "kept", "all", *names, *(f"all-{win}" for win in names)]


def _take_over() -> None:
    """Shows the measurement that was started here once its process has stored it."""
    started = st.session_state.get("measure.started")
    number = measurement.begun(started[0]) if started else None
    if number:
        del st.session_state["measure.started"]
        put("measurement", number)


def _started() -> None:
    if "measure.started" in st.session_state:
        measurement.starting(*st.session_state["measure.started"])


def _history(known: pd.DataFrame) -> None:
    st.header("All measurements")
    table(
        measuring.history_table(known),
        "measure.history",
        "All measurements, the newest first",
        titles={"id": "number", "low": "95% from", "high": "to", "cache_state": "caches"},
        formats=dict.fromkeys(("speedup", "low", "high"), "{:.2f}x"),
        links={"id": "measure?measurement={}"},
    )


PAGE = Page(
    title="Measure",
    url_path="measure",
    icon=":material/timer:",
    order=50,
    question="Is this config faster than that one? Start a measurement, watch its interval close in, stop, go on.",
    render=render,
)
