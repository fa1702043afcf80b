"""Measure: is this config faster than that one?"""

import shlex

import streamlit as st

from services.project import current_project
from services.workloads import form_fields
from views import text
from views.data import evidence as data
from views.data import measuring
from views.page import Page
from views.parts import measurement, parameters


def render() -> None:
    """Draws the page."""
    _take_over()
    known = data.measurements()
    if known.empty:
        st.markdown(
            "**Nothing is measured yet.** Choose two configs below: each runs in fresh processes, in random order, "
            "block after block, until it is clear which is faster or the budget is spent."
        )
    else:
        _shown(known)
    if problem := st.session_state.pop("measure.problem", None):
        st.warning(text.escape(problem), icon=":material/warning:")
    _started()
    with st.container(border=True, key="measure.form"):
        st.header("Start a measurement")
        _form()
    if not known.empty:
        _history(known)


def _shown(known) -> None:
    ids = [str(one) for one in known["id"]]
    label = "Measurement"
    chosen = st.selectbox(label, ids, key="measurement", bind="query-params", label_visibility="collapsed", width=140)
    measurement.show(int(chosen))


def _form() -> None:
    kind = st.segmented_control(
        "What", measuring.KINDS, default=measuring.PAIR, required=True, key="kind", bind="query-params"
    )
    before, after = "none", "all"
    if kind == measuring.PAIR:
        left, right = st.columns(2)
        names = current_project().names
        configs = ["none", "kept", "all", *names, *(f"all-{win}" for win in names)]
        options = {"accept_new_options": True, "bind": "query-params"}
        before = left.selectbox("Before", configs, index=0, key="before", **options)
        after = right.selectbox("After", configs, index=2, key="after", **options, help="Or names joined by commas.")
    with st.grid(5, min_column_width=150):
        values = {field.name: parameters.ask(field) for field in form_fields()}
        state = st.segmented_control(
            "Caches", ("cold", "warm"), default="cold", required=True, key="caches", bind="query-params"
        )
        pair = kind == measuring.PAIR
        blocks = st.number_input(
            "At most, blocks", 1, 200, 20 if pair else 3, key="blocks" if pair else "rounds", bind="query-params"
        )
        minutes = st.number_input(
            "At most, minutes", 1, 600, 30 if pair else 90, key="minutes" if pair else "time", bind="query-params"
        )
    choice = measuring.Choice(
        kind=kind,
        before=before,
        after=after,
        parameters=values,
        cache_state=state,
        blocks=blocks,
        minutes=minutes,
    )
    problem = choice.problem
    st.markdown(text.escape(f"{problem[0].upper()}{problem[1:]}.") if problem else measuring.duration(choice))
    st.button(
        "Start",
        key="measure.start",
        icon=":material/play_arrow:",
        disabled=bool(problem),
        on_click=measurement.begin,
        args=(choice.arguments,),
    )
    st.code("python -m optim " + shlex.join(choice.arguments), language=None)


def _take_over() -> None:
    """Shows the measurement that was started here once its process has stored it."""
    started = st.session_state.get("measure.started")
    number = measurement.begun(started[0]) if started else None
    if number:
        del st.session_state["measure.started"]
        st.session_state["measurement"] = number


def _started() -> None:
    if "measure.started" in st.session_state:
        measurement.starting(*st.session_state["measure.started"])


def _history(known) -> None:
    st.header("All measurements")
    st.dataframe(
        measuring.history(known),
        key="measure.history",
        hide_index=True,
        alt="All measurements, the newest first",
        column_config={
            "id": "number",
            "cache_state": "caches",
            "speedup": st.column_config.NumberColumn("speedup", format="%.2fx"),
            "low": st.column_config.NumberColumn("95% from", format="%.2fx"),
            "high": st.column_config.NumberColumn("to", format="%.2fx"),
        },
    )


PAGE = Page(
    title="Measure",
    url_path="measure",
    icon=":material/timer:",
    order=50,
    question="Is this config faster than that one? Start a measurement, watch its interval close in, stop, go on.",
    render=render,
)
