"""Progress: where do we stand?"""

import streamlit as st

from optim.plan.checklist import ticks
from optim.plan.contradictions import contradictions
from optim.plan.standing import standing
from services.project import current_project
from views import text
from views.charts import progress as charts
from views.charts.layout import CONFIG
from views.data import evidence as data
from views.data.breakdowns import one_pair
from views.data.cards import cards
from views.data.progress import forest, headline, steps
from views.navigation import link
from views.page import Page
from views.parts.progress_documents import downloads
from views.parts.progress_tracking import tracking


def render() -> None:
    """Draws the page."""
    plan = current_project().plan
    evidence = data.evidence()
    now = standing(plan, evidence)
    pair = one_pair() if evidence.empty else None
    st.markdown(headline(plan, now, pair))
    if evidence.empty:
        with st.container(horizontal=True, key="progress.start"):
            if pair:
                link("compare", "See where the two runs differ", a=pair.before, b=pair.after)
            link("measure", "Measure all wins against the baseline", before="none", after="all")
            link("import", "Import the log of a run of your own")
    _figures(plan, now)
    pair = st.grid(2, min_column_width=430)
    with pair.cell():
        _waterfall(plan, evidence)
    with pair.cell():
        st.header("What each win brings", help="The plan, what Amdahl's law allows, and what was measured.")
        st.plotly_chart(
            charts.forest(forest(plan, evidence, data.predicted(evidence))),
            key="progress.forest",
            config=CONFIG,
            alt="Per win: planned range, largest possible speedup, measured interval and noise floor",
        )
    _cards(plan, evidence)
    tracking()
    downloads()
    _checklist(plan, evidence)
    _contradictions(plan)


def _waterfall(plan, evidence) -> None:
    if plan.baseline is None:
        return
    st.header("From the origin to the target", help="Solid: done. Hatched: planned, or measured and not decided.")
    target = (plan.target.seconds.low, plan.target.seconds.high) if plan.target else None
    st.plotly_chart(
        charts.waterfall(steps(plan, evidence), target),
        key="progress.waterfall",
        config=CONFIG,
        alt="Waterfall of seconds from the origin over the baseline and the wins, with the target as a band",
    )


def _figures(plan, now) -> None:
    here = text.times(now.now.speedup) if now.now else "not measured"
    projected = text.seconds(now.projected.seconds) if now.projected else text.NONE
    machine = text.escape(plan.machine)
    with st.grid(5, min_column_width=150):
        if plan.baseline is not None:
            st.metric("Baseline (the tracker's)", text.seconds(plan.baseline.seconds), border=True, height="stretch")
        what = "Now, measured here" if now.now_is_kept else "All wins, measured here"
        st.metric(what, here, border=True, height="stretch")
        if now.reference:
            st.metric(f"Now on {machine}", text.seconds(now.reference.wall_seconds), border=True, height="stretch")
        elif plan.baseline is not None:
            st.metric(f"Projected on {machine}", projected, border=True, height="stretch")
        if plan.target is not None:
            seconds = plan.target.seconds
            st.metric("Target", f"{seconds.low:g}–{seconds.high:g} s", border=True, height="stretch")
        if now.odds is not None:
            odds = text.percent(now.odds.probability)
            st.metric("Odds of the target", odds, border=True, height="stretch", help=text.escape(now.odds.sentence))


def _cards(plan, evidence) -> None:
    st.header("The quick wins")
    with st.grid(5, min_column_width=210):
        for card in cards(plan, evidence):
            with st.container(border=True, height="stretch", key=f"progress.card.{card.win}"):
                st.markdown(f"**#{card.number} {card.title}**  \n:small[{text.escape(card.win)}]")
                st.badge(card.status, icon=card.mark.icon, color=card.mark.badge)
                st.markdown("  \n".join(f"{name}: {value}" for name, value in card.fields if value != text.NONE))
                st.space("stretch")
                link(card.next_page, card.next_label, icon=":material/arrow_forward:", **card.next_query)


def _checklist(plan, evidence) -> None:
    found = ticks(plan, evidence)
    if not found:
        return
    done = sum(one.ticked for one in found)
    with st.expander(f"Testing checklist: {done} of {len(found)} ticked by evidence", key="progress.checklist"):
        for one in found:
            icon = ":material/check_box:" if one.ticked else ":material/check_box_outline_blank:"
            why = f" ({text.linked(one.evidence)})" if one.evidence else ""
            st.markdown(f"{icon} {'done' if one.ticked else 'open'}: {text.escape(one.text)}{why}")
        link("decide", "See the measurements and decisions behind the ticks")


def _contradictions(plan) -> None:
    found = contradictions(plan)
    if not found:
        return
    label = f"The plan's own numbers disagree in {text.count(len(found), 'place')}"
    with st.expander(label, key="progress.contradictions"):
        for one in found:
            st.markdown(f"- Claimed: {text.escape(one.claimed)}. It follows: {text.escape(one.follows)}.")


PAGE = Page(
    title="Progress",
    url_path="progress",
    icon=":material/trending_up:",
    order=0,
    question="Where do we stand: baseline, now, target, and what each quick win brought.",
    render=render,
)
