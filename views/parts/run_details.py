"""Below a run's first screen: tasks, caches, environment, findings, downloads. Each tab is drawn only when open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from views.address import TEXT, bound_container
from views.charts import run as charts
from views.charts.scale import from_zero
from views.data import run as data
from views.data import run_words as words
from views.data.exports import export, file_name, formats_of
from views.data.safe import cells
from views.parts.findings import findings
from views.parts.pictures import bars, picture
from views.parts.run_profile import profile
from views.text import count


def details(run: dict[str, Any]) -> None:
    """Draws the tabs that this run has something for."""
    tabs = {name: draw for name, (there, draw) in _tabs(run).items() if there}
    containers = st.tabs(list(tabs), **bound_container("show", _first(run, tabs), TEXT, tabs))
    for container, draw in zip(containers, tabs.values(), strict=True):
        if container.open:
            with container:
                draw(run)


def _tabs(run: dict[str, Any]) -> dict[str, tuple[bool, Callable[[dict[str, Any]], None]]]:
    return {
        "Tasks": (run["tasks"] > 0, _tasks),
        "Caches": (not data.caches(run["id"]).empty, _caches),
        "Audit": (run["findings"] > 0, _findings),
        "Profile": (bool(run["has_profile"]), profile),
        "Environment": (True, _environment),
        "Downloads": (True, _downloads),
    }


def _first(run: dict[str, Any], tabs: dict[str, Any]) -> str:
    return "Audit" if run["findings"] else next(iter(tabs))


def _tasks(run: dict[str, Any]) -> None:
    tasks = data.tasks(run["id"])
    st.markdown(words.about_tasks(tasks))
    if tasks["seconds"].notna().any():
        left, right = st.columns([3, 2], gap="large")
        with left:
            slowest = charts.slowest_tasks(data.slowest(run["id"]))
            bars(slowest, from_zero(part.end for row in slowest for part in row.parts), legend=True)
        with right:
            picture(charts.task_curve(tasks))
    if run["failed"]:
        failed = data.failed_tasks(run["id"])
        st.markdown(f"**What happened to {count(len(failed), 'failed task')}:**")
        shown = cells(failed[["task_id", "seconds", "errors", "timeouts", "reason"]])
        st.dataframe(shown, key="run.failed", hide_index=True, alt="Failed tasks with their reasons")
    folded = st.expander("All tasks", key="run.all_tasks", on_change="rerun")
    if folded.open:  # a table's code is a megabyte
        shown = cells(tasks.drop(columns=["run_id", "position"]))
        folded.dataframe(shown, key="run.tasks", hide_index=True, placeholder="–", alt="All tasks of the run")


def _caches(run: dict[str, Any]) -> None:
    caches = data.caches(run["id"])
    st.markdown(words.about_caches(caches))
    bars(charts.caches(caches), charts.SHARES, legend=True)
    config = st.column_config
    columns = {
        "name": config.TextColumn("Cache"),
        "hits": config.NumberColumn("Hits", format="localized"),
        "misses": config.NumberColumn("Misses", format="localized"),
        "hit_rate": config.NumberColumn("Hit rate", format="percent", help="hits / (hits + misses)"),
        "entries": config.NumberColumn("Entries", format="localized"),
        "miss_seconds": config.NumberColumn("A miss costs (s)", format="%.6f", help="measured"),
        "hit_seconds": config.NumberColumn("A hit costs (s)", format="%.6f", help="measured"),
        "saved_seconds": config.NumberColumn(
            "Really saved (s)", format="%.3f", help="hits x (miss - hit), as measured"
        ),
        "claimed_hit_rate": config.NumberColumn("Claimed hit rate", format="percent"),
        "claimed_saved_seconds": config.NumberColumn("Claimed saved (s)", format="%.1f"),
    }
    shown = [name for name in columns if caches[name].notna().any()]
    st.dataframe(
        cells(caches[shown]),
        key="run.cache_table",
        hide_index=True,
        column_config=columns,
        placeholder="–",
        alt="What each cache did",
    )


def _findings(run: dict[str, Any]) -> None:
    findings(data.findings(run["id"]), "run")


def _environment(run: dict[str, Any]) -> None:
    left, right = st.columns(2)
    facts = data.facts(run)
    left.dataframe(cells(facts), key="run.facts", hide_index=True, alt="Settings of the run")
    known = data.environment((run["id"],))
    if known.empty:
        right.caption("The environment of this run is not known.")
    else:
        right.dataframe(
            cells(known[["name", "value"]]), key="run.environment", hide_index=True, alt="Environment of the run"
        )
    counts = data.counts(run["id"])
    if not counts.empty:
        left.dataframe(cells(counts[["name", "value"]]), key="run.counts", hide_index=True, alt="Counts of the run")


def _downloads(run: dict[str, Any]) -> None:
    st.caption("The whole run in the format of your choice. The log and the JSON can be imported again.")
    with st.container(horizontal=True, key="run.downloads"):
        for name, form in formats_of(bool(run["has_profile"])).items():
            st.download_button(
                form.title,
                data=partial(export, run["id"], name),
                file_name=file_name(run["id"], name),
                mime=form.mime,
                key=f"run.download_{name}",
                on_click="ignore",
                icon=":material/download:",
            )
