"""Compare: 2 to 12 runs or two configs, the verdict first, then where the difference comes from."""

import streamlit as st

from services.run_facts import RunFacts, Side
from views.data import compare as data
from views.data import runs
from views.page import Page
from views.parts import compare_more as more
from views.parts.compare_choice import chosen
from views.parts.compare_details import details
from views.parts.compare_verdict import verdict
from views.parts.from_runs import panel
from views.parts.runs_start import nothing_yet


def render() -> None:
    if not runs.count({"deleted": None}):
        nothing_yet()
        return
    choice = chosen()
    if choice is None:
        return
    if isinstance(choice, tuple):
        _two(*choice)
    elif len(choice) < 2:
        st.info("These are the same; choose two that differ.", icon=":material/compare_arrows:")
    else:
        _runs(choice)
        panel([run.id for run in choice], "compare")


def _two(before: Side, after: Side) -> None:
    if before.ids == after.ids:
        st.info("These are the same; choose two that differ.", icon=":material/compare_arrows:")
        return
    verdict(before, after)
    details(before, after)


def _runs(chosen: list[RunFacts]) -> None:
    ranking = data.ranked(chosen)
    if len(chosen) == 2:
        verdict(data.single(chosen[0]), data.single(chosen[1]))
    else:
        more.best(ranking)
    recorded = any(run.made.parts for run in chosen)
    percent, only_differing = more.choices() if recorded else (False, True)
    more.bars(ranking, percent=percent)
    if len(chosen) > 2:
        more.table(ranking)
    if recorded:
        more.heat(ranking, percent=percent, only_differing=only_differing)
    pair = more.pair(ranking) if len(chosen) > 2 else (data.single(chosen[0]), data.single(chosen[1]))
    if len(chosen) > 2:
        _two(*pair)
    else:
        details(*pair)


PAGE = Page(
    title="Compare",
    url_path="compare",
    icon=":material/compare_arrows:",
    order=40,
    question="Is one faster than the other, and where does the difference come from?",
    render=render,
)
