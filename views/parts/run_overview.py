"""The first screen of a run: what it did, what it is made of."""

from __future__ import annotations

from typing import Any

import streamlit as st

from views import text
from views.charts import run as charts
from views.data import run as data
from views.data import run_words as words
from views.data.safe import cells
from views.parts.flame import KEYS, chart
from views.parts.spine import bar


def head(run: dict[str, Any]) -> None:
    """Number, label, state and when."""
    with st.container(horizontal=True, vertical_alignment="center", key="run.head"):
        st.header(text.escape(run["label"], 120), anchor=False, width="content")
        if run["status"] != "finished":
            st.badge(f"▲ {run['status']}", color="orange")
        if run["deleted_at"] is not None:
            st.badge("✖ deleted", color="gray")
        for tag in (run["tags"] or "").split(", "):
            if tag:
                st.badge(text.escape(tag, 40), color="blue")
        where = (
            "measured here"
            if run["source"] == "measured"
            else f"from {text.escape(run['source_name'] or run['source'], 80)}"
        )
        st.caption(f"{text.moment(run['started_at'])}{'' if run['started_at'] is None else ' UTC'}, {where}")
    stated = data.stated(int(run["id"]))
    if stated:
        st.caption(f"Stated by a person: {text.escape('; '.join(stated), 600)}")


def overview(run: dict[str, Any]) -> None:
    """Sentences, the bar of categories and the tree of phases."""
    parts = data.parts(run)
    st.markdown(words.outcome(run))
    about = words.about_findings(data.findings(run["id"])) if run["findings"] else ""
    if about:
        st.warning(about, icon=":material/fact_check:")
    st.markdown(words.made_of(run, parts))
    if len(parts.nodes) > 1:
        bar(parts.made, f"run {run['id']}")
        label = f"Phases of the run as a tree, by total seconds. {KEYS}"
        chart(charts.tree(parts.nodes), "run.phases", label)
        st.caption("Width is total seconds; a double click goes into a phase, All of it comes back.")
    _partial(run)


def _partial(run: dict[str, Any]) -> None:
    """What a log printed about phases that does not add up over the run."""
    partial = data.printed_keys(run)
    if partial.empty:
        return
    with st.expander(
        f"{text.count(len(partial), 'printed key')} that do not hold seconds of the whole run", key="run.partial"
    ):
        st.caption(
            "last_task: overwritten by each task, so it holds the last one only. workers: added up over threads or "
            "processes that ran at the same time. count: no seconds at all."
        )
        shown = partial[["path", "basis", "total_seconds", "calls"]]
        st.dataframe(cells(shown), key="run.partial_keys", hide_index=True, alt="Keys of the log that hold no whole")
