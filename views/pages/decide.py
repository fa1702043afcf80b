"""Decide: which quick wins do we keep?"""

import pandas as pd
import streamlit as st

from services.project import current_project
from views import palette, text
from views.charts import evidence as charts
from views.charts.layout import CONFIG
from views.data import deciding
from views.data import evidence as data
from views.data.safe import cells
from views.navigation import link
from views.page import Page
from views.parts import decision


def render() -> None:
    """Draws the page."""
    plan = current_project().plan
    evidence = data.evidence()
    st.markdown(deciding.headline(plan, evidence))
    names = [win.name for win in plan.wins]
    win = st.segmented_control(
        "Win",
        names,
        default=deciding.first_to_decide(evidence),
        required=True,
        key="win",
        bind="query-params",
        label_visibility="collapsed",
    )
    row = evidence.win(win)
    pair = st.grid(2, min_column_width=430)
    with pair.cell():
        _evidence(plan.win(win), row, data.predicted(evidence).get(win))
    with pair.cell():
        decision.form(row)
        if len(row.measurements) > 1:
            _every_measurement(row)
    _attribution()
    _log()


def _evidence(win, row, bound) -> None:
    mark = palette.verdict(row.measured.verdict if row.measured else None)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"#{win.number} {text.escape(win.title)}", width="content")
        st.badge(mark.label, icon=mark.icon, color=mark.badge)
        held = palette.decision(row.decision)
        st.badge(held.label, icon=held.icon, color=held.badge)
    if row.measured and row.measured.reason:
        st.markdown(text.escape(row.measured.reason))
    facts = deciding.facts(win, row, bound)
    st.table(dict(facts), border="horizontal")
    if row.measured is None:
        link("measure", "Measure it", icon=":material/timer:", before="none", after=win.name)
        return
    path = data.closing(data.blocks(row.measured.measurement_id))
    if not path.empty:
        noise = (row.measured.noise_low, row.measured.noise_high) if row.measured.noise_low else None
        st.plotly_chart(
            charts.closing_in(path, 0.01, noise), key="decide.closing", config=CONFIG, alt="The interval block by block"
        )
    link("measure", "See every run of it", icon=":material/timer:", measurement=row.measured.measurement_id)


def _every_measurement(row) -> None:
    st.caption(
        f"It was measured {text.count(len(row.measurements), 'time')}. What a win brings alone, beside the others, "
        f"and with warm caches may differ; measurement {row.measured.measurement_id} speaks for it above."
    )
    times = {"speedup": "speedup", "low": "95% from", "high": "to"}
    st.dataframe(
        cells(deciding.every_measurement(row)),
        key="decide.measurements",
        hide_index=True,
        alt="All measurements of this win, the newest first",
        column_config={
            "measurement": "no.",
            **{name: st.column_config.NumberColumn(title, format="%.2fx") for name, title in times.items()},
        },
    )


def _attribution() -> None:
    st.header("All wins together")
    known = deciding.attributions()
    if not known:
        st.markdown(
            "How the seconds divide among the wins, and which of them do each other's work, is not measured yet."
        )
        link("measure", "Start an attribution", icon=":material/timer:", kind="all wins")
        return
    found = deciding.attribution(known[0])
    for sentence in deciding.remarks(found):
        st.markdown(sentence)
    pair = st.grid(2, min_column_width=430)
    pair.plotly_chart(
        charts.contributions(deciding.shapley(found)),
        key="decide.shapley",
        config=CONFIG,
        alt="Seconds that each win saves",
    )
    pair.plotly_chart(
        charts.interactions(deciding.interactions(found), found["wins"]),
        key="decide.interactions",
        config=CONFIG,
        alt="Pairs of wins: below 1x they do each other's work, above they help each other",
    )
    st.caption(
        "Left: adds up to baseline minus all on. Right: − the two do each other's work, + they help each other, "
        "≈ not told apart from no interaction."
    )
    _configs(found)


def _configs(found) -> None:
    shown = st.expander("Seconds of every config", key="decide.configs", on_change="rerun")
    if shown.open:
        table = pd.DataFrame(found["configs"])
        shown.plotly_chart(
            charts.configs(table),
            key="decide.config_seconds",
            config=CONFIG,
            alt="Seconds of every config, fastest first",
        )
        shown.caption("Hatched: not run, computed from the model.")


def _log() -> None:
    st.header("The log of decisions")
    log = data.decisions()
    if log.empty:
        st.markdown("Nothing is decided yet.")
        return
    st.dataframe(
        cells(log[["decided_at", "win", "decision", "because", "measurement_id", "who", "forced", "overruled"]]),
        key="decide.log",
        hide_index=True,
        alt="All decisions, the newest first",
        column_config={
            "decided_at": st.column_config.DatetimeColumn("when (UTC)", format="YYYY-MM-DD HH:mm"),
            "measurement_id": "measurement",
            "forced": "against the evidence",
            "overruled": "too late",
        },
    )


PAGE = Page(
    title="Decide",
    url_path="decide",
    icon=":material/gavel:",
    order=60,
    question="Which quick wins are kept, on which evidence. Keep, revert or measure more, with a reason.",
    render=render,
)
