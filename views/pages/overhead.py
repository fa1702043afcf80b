"""Overhead: what is the overhead made of?"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from optim.project.records import Plan
from profiles.breakdown import faster, phase_paths
from services.project import current_project
from services.spine import spines
from views import text
from views.address import NAMES, SHARE, TEXT, bound, copy_link
from views.charts import overhead as charts
from views.charts.layout import CONFIG
from views.data import breakdowns as data
from views.data import overhead as figures
from views.navigation import link
from views.page import Page
from views.parts.bars import bars, seconds_words, shrunk
from views.parts.command import command
from views.parts.pictures import closer, picture

#: How a program records its phases, as the README has it.
_SNIPPET = """from recorder import Recorder

with Recorder() as recorder:
    with recorder.phase("load", category="io"):
        ...
    with recorder.phase("compute", category="work"):
        ..."""
#: How much faster a phase is at first, so that the bar shows what the slider does.
_FASTER = 2.0


def render() -> None:
    """Draws the page."""
    plan = current_project().plan
    summary = st.container()
    before, after = _runs()
    known = data.bars(plan, before, after)
    with summary:
        _words(plan, known)
    if not known:
        return
    if not any(bar.split for name, bar in known.items() if name != "tracker") and "before" in known:
        _nothing_recorded()
        return
    bars(known.values())
    notes = [
        "Every bar adds up to 100%. What no timer covered is unaccounted, and called nothing else.",
        "The tracker's figures are its own: no phases are known for that share, so here it stands as unaccounted."
        if "tracker" in known
        else "",
    ]
    st.caption(" ".join(note for note in notes if note))
    for sentence in filter(None, (data.covered(bar) for bar in known.values())):
        st.markdown(sentence)
    if {"before", "after"} <= set(known) and (reason := data.apart(known["before"], known["after"])):
        st.warning(text.escape(reason), icon=":material/difference:")
    if "before" in known:
        _what_if(plan, known.get("after", known["before"]), known["before"])
        _tasks({"Baseline": before, "Now": after})
        with st.container(horizontal=True, key="overhead.next"):
            copy_link()
            link("decide", "Which wins take it away?", icon=":material/gavel:")


def _runs() -> tuple[int | None, int | None]:
    before, after = data.baseline_and_now()
    asked = (st.query_params.get(name, "") for name in ("baseline_run", "now_run"))
    known = [str(number) for number in data.choices(tuple(int(number) for number in asked if _is_number(number)))["id"]]
    # A baseline may be older than the newest runs that can be chosen.
    known += [str(number) for number in (before, after) if number is not None and str(number) not in known]
    if not known:
        return None, None
    with st.expander("Look at other runs", key="overhead.runs", icon=":material/tune:"):
        left, right = st.columns(2)
        before = _choose(left, "Baseline", "baseline_run", known, before)
        after = _choose(right, "Now", "now_run", known, after)
    return before, after


def _is_number(asked: str) -> bool:
    return asked.isdecimal() and len(asked) < 18


def _choose(column: DeltaGenerator, label: str, name: str, known: list[str], default: int | None) -> int | None:
    first = str(default) if default is not None else None
    chosen = column.selectbox(label, known, placeholder="no such run", **bound(name, first, TEXT, known))
    if chosen:
        column.caption(data.title(int(chosen)))
    return int(chosen) if chosen else None


def _words(plan: Plan, known: Mapping[str, data.Bar]) -> None:
    if "before" in known and not known["before"].split:
        st.markdown(_unsplit(known))
        return
    if "before" in known:
        after = data.frame(known["after"]) if "after" in known else None
        st.markdown(figures.headline(plan, data.frame(known["before"]), after))
        return
    stated = plan.baseline
    if "tracker" not in known or stated is None:
        st.markdown("**No baseline is measured yet.** Measure one here and this page splits it into phases.")
    else:
        st.markdown(
            f"**The tracker says {stated.overhead_percent:g}% of {stated.seconds:g} s is framework "
            "overhead, and does not say of what.** Measure a baseline here and this page splits it into phases."
        )
    with st.container(horizontal=True, key="overhead.start"):
        link("measure", "Measure a baseline", before="none", after="all")
        link("import", "Import a log with its phases")
    command("quickwin run --wins none", "overhead.command")


def _unsplit(known: Mapping[str, data.Bar]) -> str:
    """What is known of runs that recorded no phase."""
    seconds = text.seconds(known["before"].seconds)
    now = f", now {text.seconds(known['after'].seconds)}" if "after" in known else ""
    return (
        f"**What the time is made of is not known:** the baseline recorded no phase, so all that is known is that it "
        f"took {seconds}{now}."
    )


def _nothing_recorded() -> None:
    """How a program comes to say where its time goes."""
    st.markdown(
        "A recorder in the program says where its time goes. Copy `profiles/recorder.py` beside it, and put a phase "
        "around each part; a run that Quickwin starts finds its journal by itself:"
    )
    st.code(_SNIPPET, language=None)
    with st.container(horizontal=True, key="overhead.record"):
        link("measure", "Then measure again", icon=":material/timer:")
        link("import", "Or import a profile of it", icon=":material/upload_file:")


def _what_if(plan: Plan, now: data.Bar, baseline: data.Bar) -> None:
    """The bar shrinks when a slider is let go; phases and factors are in the address."""
    made = now.made
    paths = {"/".join(path): path for path in sorted(phase_paths(made))} if made is not None else {}
    if made is None or not paths:
        return
    st.header("What if a phase were faster?")
    summary = st.container()
    largest = [name for name in figures.by_size(data.frame(now)) if name in paths][:1]
    chosen = st.pills(
        "Phases that become faster",
        list(paths),
        selection_mode="multi",
        format_func=text.escape,
        **bound("faster", largest, NAMES, paths),
    )
    factors: dict[tuple[str, ...] | str, float] = {}
    with st.grid(3, min_column_width=220):
        for name in chosen:
            factors[paths[name]] = st.slider(
                text.escape(name), 1.0, 20.0, step=0.5, format="%.1fx faster", **bound(f"by.{name}", _FASTER, SHARE)
            )
    left = faster(made, factors)
    target = data.projection(plan, baseline)
    _, shorter = spines([made, left])
    shrunk(now, shorter, left.whole_seconds, target)
    summary.markdown(
        f"The run would take **{text.seconds(left.whole_seconds)}** here "
        f"({seconds_words(now.seconds, left.whole_seconds)}).{_there(plan, left.whole_seconds, baseline, target)}"
    )


def _there(plan: Plan, seconds: float, baseline: data.Bar, target: tuple[float, float] | None) -> str:
    """What that means for the plan's seconds; nothing where the plan speaks of another program or size."""
    if plan.baseline is None:
        return ""
    if plan.reference_pipeline is not None:
        return " It says nothing about the plan's seconds, which are another program's."
    projected = plan.baseline.seconds * seconds / baseline.seconds
    sentence = f" On {text.escape(plan.machine)} that would be **{text.seconds(projected)}** (projection)"
    if target is None or plan.target is None:
        return (
            f"{sentence}." if plan.target is None else " It is of another size than the plan's baseline: no projection."
        )
    span = plan.target.seconds
    meets = "meets" if seconds <= target[1] else "does not meet"
    return f"{sentence}, which {meets} the target of {span.low:g} to {span.high:g} s, the band on the bar."


def _tasks(runs: dict[str, int | None]) -> None:
    """How uneven the tasks are; nothing of a project without tasks."""
    frames = {name: data.tasks(run_id) for name, run_id in runs.items() if run_id is not None}
    known = {name: frame for name, frame in frames.items() if not frame.empty}
    if not known:
        return
    st.header("Over the tasks")
    st.markdown(figures.spread(list(known.values())[-1]))
    spread = pd.concat([frame.assign(bar=name) for name, frame in known.items()])
    if not closer("zoom"):
        picture(charts.spread_picture(spread))
        return
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
