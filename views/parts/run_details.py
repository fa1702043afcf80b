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
from views.parts.table import table
from views.text import count

#: Of a cache what is read: title and format of a number.
_CACHES = {
    "name": ("Cache", ""),
    "hits": ("Hits", "{:,}"),
    "misses": ("Misses", "{:,}"),
    "hit_rate": ("Hit rate", "{:.1%}"),
    "entries": ("Entries", "{:,}"),
    "miss_seconds": ("A miss costs (s)", "{:.6f}"),
    "hit_seconds": ("A hit costs (s)", "{:.6f}"),
    "saved_seconds": ("Really saved (s)", "{:.3f}"),
    "claimed_hit_rate": ("Claimed hit rate", "{:.1%}"),
    "claimed_saved_seconds": ("Claimed saved (s)", "{:.1f}"),
}


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
    shown = [name for name in _CACHES if caches[name].notna().any()]
    formats = {name: form for name, (_, form) in _CACHES.items() if form}
    titles = {name: title for name, (title, _) in _CACHES.items()}
    table(caches[shown], "run.cache_table", "What each cache did", titles=titles, formats=formats)
    st.caption("Hit rate is hits / (hits + misses); really saved is hits x (miss - hit), as measured.")


def _findings(run: dict[str, Any]) -> None:
    findings(data.findings(run["id"]), "run")


def _environment(run: dict[str, Any]) -> None:
    left, right = st.columns(2)
    known, counts = data.environment((run["id"],)), data.counts(run["id"])
    with left:
        table(data.facts(run), "run.facts", "Settings of the run")
        if not counts.empty:
            table(counts[["name", "value"]], "run.counts", "Counts of the run")
    with right:
        if known.empty:
            st.caption("The environment of this run is not known.")
        else:
            table(known[["name", "value"]], "run.environment", "Environment of the run")


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
