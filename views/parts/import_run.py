"""One run of a preview: what it really says, and beside it what the audit has against its claims."""

from __future__ import annotations

import streamlit as st

from profiles.breakdown import breakdown
from profiles.intake.results import Preview, RunPreview
from views import text
from views.data import imports as data
from views.navigation import link
from views.parts.findings import findings
from views.parts.spine import bar

#: So many runs are drawn whole; more are lines that open.
MOST_OPEN = 3


def card(run: RunPreview, preview: Preview, *, is_open: bool) -> None:
    """Draws one run: its seconds, phases and caches first, its findings beside them."""
    name = data.short(run.record.key)
    if is_open:
        with st.container(border=True, key=f"import.run.{name}"):
            _head(run, preview)
            _body(run, name, 4 if len(preview.runs) == 1 else 2)
    else:
        with st.expander(data.title(run), key=f"import.run.{name}"):
            _body(run, name, 4)


def _head(run: RunPreview, preview: Preview) -> None:
    files = [file for file in preview.files if file.name in run.files]
    titles = dict.fromkeys(file.title or "" for file in files)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(text.escape(run.record.label, 120), anchor=False, width="content")
        for title in titles:
            st.badge(text.escape(title, 60), color="blue")
    if len(files) > 1:
        st.caption(f"Put together from {text.listed([text.escape(file.name, 80) for file in files])}.")


def _body(run: RunPreview, name: str, claims_shown: int) -> None:
    says, claims = st.columns([3, 2], gap="large")
    with says:
        st.markdown(data.holds(run))
        bar(breakdown(run.record), run.record.label)
        _caches(run)
        _known(run)
    with claims:
        _audit(run, name, claims_shown)


def _caches(run: RunPreview) -> None:
    rates = [
        f"{text.escape(cache.name, 60)} {'no lookup' if cache.hit_rate is None else text.percent(cache.hit_rate)} of "
        f"{cache.lookups:,}"
        for cache in run.record.caches
    ]
    if rates:
        st.caption(f"Hits of its caches: {text.listed(rates)}")


def _known(run: RunPreview) -> None:
    """Whether this run, or this very file, is in the history already."""
    known = data.stored_as(run.record.key)
    if known is not None:
        link("run", f"In the history as run {known}", icon=":material/check:", run=known)
        return
    before = data.stored_from(run.digest) if run.digest else []
    if before:
        st.caption(f"This very file was imported before, as run {text.listed([str(run_id) for run_id in before])}.")


def _audit(run: RunPreview, name: str, shown: int) -> None:
    claims = data.claims_of(run.record)
    if claims.empty:
        st.caption("The audit found nothing to object to.")
        return
    findings(claims, f"import.{name}", shown)
