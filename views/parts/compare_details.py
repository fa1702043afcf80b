"""Where a difference comes from: phases, tasks, settings, profiles."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from services.differences import FEWEST_BLOCKS, PhaseChange, difference_words, unit_words
from services.run_facts import Side
from views import configs, text
from views.charts import compare as charts
from views.charts import flame
from views.charts.layout import CONFIG
from views.charts.scale import from_zero
from views.data import compare as data
from views.data import profiles
from views.data.safe import cells
from views.frames import rows
from views.parts.flame import KEYS, chart
from views.parts.pictures import bars, closer, picture
from views.parts.table import table


def details(before: Side, after: Side) -> None:
    """Draws the waterfall, the icicle, the tasks and what else differs."""
    steps = data.phase_changes(before, after)
    st.markdown(text.escape(difference_words(steps, unit_words(after.runs[0]), (*before.runs, *after.runs))))
    if steps is not None:
        _phases(before, after, steps)
    _profiles(before, after)
    left, right = st.columns([3, 2])
    with left:
        _tasks(before, after)
    with right:
        _settings(before, after)


def _phases(before: Side, after: Side, steps: Sequence[PhaseChange]) -> None:
    rows_of = charts.waterfall(data.waterfall(steps), before.name, after.name)
    bars(rows_of, from_zero(part.end for row in rows_of for part in row.parts))
    with st.expander("The difference as a tree", key="compare.tree", on_change="rerun") as tree:
        if tree.open:
            st.caption(_resolution(steps))
            nodes = data.nodes(steps)
            st.plotly_chart(
                charts.icicle(nodes), key="compare.icicle", config=CONFIG, alt="The difference as a tree of phases"
            )


def _resolution(steps: Sequence[PhaseChange]) -> str:
    if all(step.low is None for step in steps):
        return (
            "All grey: only interleaved blocks tell whether a phase differs, and these runs are none or too few "
            f"({FEWEST_BLOCKS} blocks at the least). Width is the larger of both."
        )
    grey = sum(not step.resolved for step in steps)
    unresolved = f"{text.count(grey, 'phase')} in grey changed by no more than the noise of the runs."
    return f"Width is the larger of both; colour is the change. {unresolved}"


def _profiles(before: Side, after: Side) -> None:
    """The difference flame chart, where both runs have a profile."""
    if not (before.single and after.single and before.runs[0].has_profile and after.runs[0].has_profile):
        return
    frames = profiles.difference(before.ids[0], after.ids[0])
    if frames.empty:
        return
    colours = "what takes a larger share of it has the colour of slower, what takes a smaller one that of faster"
    st.markdown(f"**The profile of {after.name}** against that of {before.name}: {colours}.")
    label = f"Difference of the profiles of {before.name} and {after.name}. {KEYS}"
    chart(flame.difference(frames), "compare.flame", label)
    _vanished(frames, before, after)
    changed = profiles.changed(frames)
    shares = {name: changed[name] * 100 for name in ("before_share", "after_share", "change")}
    percent = st.column_config.NumberColumn(format="%.1f%%")
    with st.expander("The frames whose share changed most, gone ones too", key="compare.frames"):
        st.dataframe(
            cells(changed.assign(**shares)),
            key="compare.frame_table",
            placeholder=text.NONE,
            hide_index=True,
            column_config=dict.fromkeys(shares, percent),
            alt="Frames whose share changed most",
        )


def _vanished(frames: pd.DataFrame, before: Side, after: Side) -> None:
    """Frames that the second profile has no more, which a chart of its stacks can not show."""
    gone = frames[(frames["seconds"] == 0) & (frames["before_share"] > 0)].nlargest(8, "before_share")
    if gone.empty:
        return
    named = [f"{text.escape(row['name'], 60)} ({text.percent(row['before_share'], 1)})" for row in rows(gone)]
    st.markdown(f"**Gone in {after.name}**, with their share of the profile of {before.name}: {text.listed(named)}.")


def _tasks(before: Side, after: Side) -> None:
    tasks = data.tasks(before, after)
    if tasks.empty:
        if any(run.workload_tasks for run in (*before.runs, *after.runs)):
            st.caption("The two have no task in common that both timed.")
        return
    faster = int((tasks["after_seconds"] < tasks["before_seconds"]).sum())
    many = f"**{faster} of {text.count(len(tasks), 'task')}** took less time."
    st.markdown(f"{many} A picture of where a gain comes from, not evidence.")
    if not closer("zoom"):
        picture(charts.tasks_picture(tasks, before.name, after.name))
        return
    st.plotly_chart(
        charts.tasks(tasks, before.name, after.name),
        key="compare.tasks",
        config=CONFIG,
        alt="Seconds of each task on both sides",
    )


def _settings(before: Side, after: Side) -> None:
    differing = data.settings(before, after)
    if differing.empty:
        st.markdown("**Nothing else differs:** the same settings, the same environment.")
        return
    st.markdown(f"**What differs** between their settings and environments ({len(differing)}):")
    columns = {"before": before.name, "after": after.name}
    is_config = differing["what"] == "config"
    short = differing.assign(
        **{side: differing[side].where(~is_config, differing[side].map(configs.spelled)) for side in columns}
    )
    table(short, "compare.settings", "Differing settings", titles=columns)
