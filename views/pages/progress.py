"""Progress: where do we stand?"""

from math import ceil

import streamlit as st

from optim.evidence.records import TrackerEvidence
from optim.plan.checklist import ticks
from optim.plan.contradictions import contradictions
from optim.project.records import Plan
from services.account import Account, KnownRun
from views import text
from views.address import FLAG, bound_container
from views.charts import progress as charts
from views.configs import circled
from views.data import board as board_data
from views.data.account import known
from views.data.breakdowns import one_pair
from views.data.cards import cards, tally
from views.data.progress import headline, steps
from views.navigation import link
from views.page import Page
from views.parts.board import board
from views.parts.pictures import bars
from views.parts.progress_documents import downloads
from views.parts.progress_left import what_is_left
from views.parts.progress_tracking import tracking

#: So many cards stand beside each other at most; rows are as even as they can be.
_MOST_BESIDE = 4


def render() -> None:
    """Draws the page."""
    account = known()
    plan, evidence, now = account.plan, account.evidence, account.standing
    pair = one_pair() if evidence.empty else None
    st.markdown(headline(plan, now, pair, is_measured=not evidence.empty))
    if evidence.empty:
        with st.container(horizontal=True, key="progress.start"):
            if pair:
                link("compare", "See where the two runs differ", a=pair.before, b=pair.after)
            link("measure", "Measure all wins against the baseline", before="none", after="all")
            link("import", "Import the log of a run of your own")
    _here_and_there(account)
    st.header("What each win brings")
    rows = board_data.board()
    st.markdown(board_data.headline(rows))
    board(rows, "progress")
    with st.container(horizontal=True, key="progress.next"):
        link("decide", "Decide which to keep", icon=":material/gavel:")
        link("overhead", "See what the time is made of", icon=":material/donut_small:")
    what_is_left(account)
    _waterfall(plan, evidence)
    _cards(account)
    tracking()
    downloads()
    _checklist(plan, evidence)
    _contradictions(plan)


def _here_and_there(account: Account) -> None:
    """What is known there, where the plan's seconds are, beside what is measured here; one row where both are one."""
    if account.plan.reference_pipeline is None:
        with st.grid(6, min_column_width=150):
            _there(account)
            _here(account)
        return
    pair = st.grid(2, min_column_width=430)
    with pair.cell():
        st.header(f"There: {text.escape(account.plan.reference_pipeline)} on {text.escape(account.plan.machine)}")
        with st.grid(3, min_column_width=130):
            _there(account)
    with pair.cell():
        st.header(f"Here: {text.escape(account.project.pipeline)}")
        with st.grid(3, min_column_width=130):
            _here(account)
    if account.standing.now is not None:
        st.caption(
            "What is measured here is another pipeline's: an analogy for there, from which no seconds or odds follow."
        )


def _there(account: Account) -> None:
    plan, now = account.plan, account.standing
    machine = text.escape(plan.machine)
    if plan.baseline is not None:
        st.metric("Tracker's baseline", text.seconds(plan.baseline.seconds), border=True, height="stretch")
    if now.reference:
        st.metric(f"Now on {machine}", text.seconds(now.reference.wall_seconds), border=True, height="stretch")
    elif plan.reference_pipeline is not None:
        st.metric(f"Now on {machine}", "no run yet", border=True, height="stretch", help="Import its log and mark it.")
    elif now.projected is not None:
        projected = text.seconds(now.projected.seconds)
        st.metric(f"Projected on {machine}", projected, border=True, height="stretch")
    if plan.target is not None:
        seconds = plan.target.seconds
        st.metric("Target", f"{seconds.low:g}–{seconds.high:g} s", border=True, height="stretch")
    if now.odds is not None and now.now is not None:
        odds = text.percent(now.odds.probability)
        st.metric("Odds of the target", odds, border=True, height="stretch", help=text.escape(now.odds.sentence))


def _here(account: Account) -> None:
    now = account.standing
    if account.baseline is not None:
        _run_metric("Baseline", account.baseline)
    what = "Wins kept together" if now.now_is_kept else "All wins together"
    here = text.times(now.now.speedup) if now.now else "not yet"
    st.metric(what, here, border=True, height="stretch")
    if account.now is not None:
        _run_metric("Kept" if account.now_is_kept else "All wins", account.now)


def _run_metric(label: str, run: KnownRun) -> None:
    """One run's seconds; a label that names the run is short enough to be read whole."""
    size = "" if run.tasks is None else f"{text.count(run.tasks, 'task')}, "
    told = f"{size}{run.cache_state} caches"
    name = f"{label}, run {run.run_id}"
    st.metric(name, text.seconds(run.wall_seconds), border=True, height="stretch", help=text.escape(told))


def _waterfall(plan: Plan, evidence: TrackerEvidence) -> None:
    if plan.baseline is None:
        return
    apart = plan.reference_pipeline is not None
    st.header(
        "From the origin to the target" + (", as the plan has it" if apart else ""),
        help="Solid: done. Hatched: planned, or measured and not decided.",
    )
    # What another pipeline showed is no step of this one.
    of_plan = evidence if not apart else TrackerEvidence(reference=evidence.reference)
    rows = charts.waterfall(steps(plan, of_plan))
    target = (plan.target.seconds.low, plan.target.seconds.high) if plan.target else None
    bars(
        rows,
        charts.scale(rows, target),
        band=target,
        band_words=f"target {target[0]:g}–{target[1]:g} s" if target else "",
        title="seconds on the reference machine",
    )


def _cards(account: Account) -> None:
    """A card for each win, folded: the board above says what each brings, and what is left says what to do."""
    made = cards(account)
    rows = ceil(len(made) / _MOST_BESIDE) or 1
    with (
        st.expander(f"The quick wins one by one: {tally(made)}", **bound_container("cards", False, FLAG)),
        st.grid(ceil(len(made) / rows) or 1, min_column_width=210),
    ):
        for card in made:
            with st.container(border=True, height="stretch", key=f"progress.card.{card.win}"):
                title = f"  \n:small[{card.title}]" if card.title else ""
                st.markdown(f"{circled(card.win)} **{text.escape(card.win)}**{title}")
                st.badge(f"{card.mark.sign} {card.status}", color=card.mark.badge)
                st.markdown("  \n".join(f"{name}: {value}" for name, value in card.fields if value != text.NONE))
                st.space("stretch")
                link(card.next_page, card.next_label, icon=":material/arrow_forward:", **card.next_query)


def _checklist(plan: Plan, evidence: TrackerEvidence) -> None:
    ticked = ticks(plan, evidence)
    if not ticked:
        return
    done = sum(tick.ticked for tick in ticked)
    with st.expander(f"Testing checklist: {done} of {len(ticked)} ticked by evidence", key="progress.checklist"):
        for tick in ticked:
            icon = "☑" if tick.ticked else "☐"
            why = f" ({text.linked(tick.evidence)})" if tick.evidence else ""
            st.markdown(f"{icon} {'done' if tick.ticked else 'open'}: {text.escape(tick.text)}{why}")
        link("decide", "See the measurements and decisions behind the ticks")


def _contradictions(plan: Plan) -> None:
    contradictory = contradictions(plan)
    if not contradictory:
        return
    label = f"The plan's own numbers disagree in {text.count(len(contradictory), 'place')}"
    with st.expander(label, key="progress.contradictions"):
        for contradiction in contradictory:
            st.markdown(
                f"- Claimed: {text.escape(contradiction.claimed)}. It follows: {text.escape(contradiction.follows)}."
            )


PAGE = Page(
    title="Progress",
    url_path="progress",
    icon=":material/trending_up:",
    order=0,
    question="Where do we stand: baseline, now, target, and what each quick win brought.",
    render=render,
)
