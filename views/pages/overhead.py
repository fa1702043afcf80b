"""Overhead: what is the overhead made of?"""

import pandas as pd
import streamlit as st

from services.project import current_project
from views import text
from views.charts import overhead as charts
from views.charts.layout import CONFIG
from views.data import breakdowns as data
from views.data import overhead as figures
from views.navigation import link
from views.page import Page


def render() -> None:
    """Draws the page."""
    plan = current_project().plan
    words = st.container()
    before, after = _runs()
    parts = data.parts(plan, before, after)
    with words:
        _words(plan, parts)
    if not parts:
        return
    st.plotly_chart(
        charts.composition(pd.concat(parts.values())),
        key="overhead.composition",
        config=CONFIG,
        alt="Shares of the run's wall-clock by phase, coloured by category, each bar adding up to 100%",
    )
    st.caption(
        "Every bar adds up to 100%. What no timer covered is unaccounted, and called nothing else."
        + (
            " The tracker's figures are its own: no phases are known for that share, so here it stands as unaccounted."
            if "tracker" in parts
            else ""
        )
    )
    if "before" in parts:
        pair = st.grid(2, min_column_width=430)
        with pair.cell():
            _what_if(plan, parts.get("after", parts["before"]), parts["before"])
        with pair.cell():
            _tasks({"Baseline": before, "Now": after})


def _runs() -> tuple[int | None, int | None]:
    before, after = data.baseline_and_now()
    known = [str(one) for one in data.choices()["id"]]
    # A baseline may be older than the newest runs that can be chosen.
    known += [str(one) for one in (before, after) if one is not None and str(one) not in known]
    if not known:
        return None, None
    with st.expander("Look at other runs", key="overhead.runs", icon=":material/tune:"):
        left, right = st.columns(2)
        before = _choose(left, "Baseline", "baseline_run", known, before)
        after = _choose(right, "Now", "now_run", known, after)
    return before, after


def _choose(column, label: str, key: str, known: list[str], default: int | None) -> int | None:
    index = known.index(str(default)) if str(default) in known else None
    chosen = column.selectbox(label, known, index=index, key=key, bind="query-params", placeholder="no such run")
    if chosen:
        column.caption(data.title(int(chosen)))
    return int(chosen) if chosen else None


def _words(plan, parts) -> None:
    if "before" in parts:
        st.markdown(figures.headline(plan, parts["before"], parts.get("after")))
        return
    if "tracker" not in parts:
        st.markdown("**No baseline is measured yet.** Measure one here and this page splits it into phases.")
    else:
        st.markdown(
            f"**The tracker says {plan.baseline.overhead_percent:g}% of {plan.baseline.seconds:g} s is framework "
            "overhead, and does not say of what.** Measure a baseline here and this page splits it into phases."
        )
    with st.container(horizontal=True, key="overhead.start"):
        link("measure", "Measure a baseline", before="none", after="all")
        link("import", "Import a log with its phases")
    st.code("python -m optim run --wins none", language=None)


def _what_if(plan, parts, baseline) -> None:
    st.header("What if a phase were faster?")
    words, factors = st.container(), {}
    largest = parts.sort_values("seconds", ascending=False).head(6)
    with st.grid(2, min_column_width=200):
        for row in largest.to_dict("records"):
            label = f"{text.escape(row['phase'])}: {text.seconds(row['seconds'])}"
            key = f"overhead.faster.{row['phase']}"
            factors[row["phase"]] = st.slider(label, 1.0, 20.0, 1.0, 0.5, key=key, format="%.1fx faster")
    total, whole = figures.what_if(parts, factors), float(baseline["seconds"].sum())
    words.markdown(f"The run would take **{text.seconds(total)}** here.{_there(plan, total / whole)}")


def _there(plan, left: float) -> str:
    """What is left of the plan's seconds, where the plan speaks of this very pipeline."""
    if plan.reference_pipeline is not None or plan.baseline is None:
        return ""
    projected = plan.baseline.seconds * left
    said = f" On {text.escape(plan.machine)} that would be **{text.seconds(projected)}** (projection)"
    if plan.target is None:
        return f"{said}."
    span = plan.target.seconds
    meets = "meets" if projected <= span.high else "does not meet"
    return f"{said}, which {meets} the target of {span.low:g} to {span.high:g} s."


def _tasks(runs: dict[str, int | None]) -> None:
    st.header("Over the tasks")
    frames = {name: data.tasks(run_id) for name, run_id in runs.items() if run_id is not None}
    known = {name: frame for name, frame in frames.items() if not frame.empty}
    if not known:
        st.markdown("No task of these runs has a time.")
        return
    st.markdown(figures.spread(list(known.values())[-1]))
    spread = pd.concat([frame.assign(bar=name) for name, frame in known.items()])
    st.plotly_chart(
        charts.task_spread(spread), key="overhead.tasks", config=CONFIG, alt="Seconds per task, slowest first"
    )


PAGE = Page(
    title="Overhead",
    url_path="overhead",
    icon=":material/donut_small:",
    order=30,
    question="What the overhead is made of, before and now, and what a faster phase would bring.",
    render=render,
)
