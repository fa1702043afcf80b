"""The results as Markdown and as HTML."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from optim.evidence.records import Together, TrackerEvidence, WinEvidence
from optim.plan.report import Chart, html_report, plain, results_document
from optim.plan.standing import standing
from tests.optim.plans import decided, evidence, measured, plan, reference_run, with_another_win
from tests.worked_example import FOURTH, THIRD

ATTRIBUTION = {
    "baseline_seconds": 10.0,
    "all_on_seconds": 2.0,
    "blocks": 3,
    "total": {"speedup": 5.0, "low": 4.8, "high": 5.2},
    "shapley": [
        {"win": FOURTH, "seconds": 7.5, "low": 7.0, "high": 8.0},
        {"win": THIRD, "seconds": 0.5, "low": None, "high": None},
    ],
    "ghosts": [{"wins": [THIRD], "sentence": f"{THIRD} has nothing left."}],
    "clashes": [],
    "burdens": [],
    "best": {"config": FOURTH, "seconds": 2.5},
}


def results(found: TrackerEvidence, **more: object) -> str:
    return results_document(plan(), found, standing(plan(), found), **more)  # type: ignore[arg-type]


HEADINGS = [
    "# Phase 4 Results",
    "## Where It Started",
    "## Quick Wins",
    "## Projection and Odds",
    "## Runs on Kaggle",
    "## Testing Checklist",
    "## Where the Plan's Numbers Disagree",
    "## What Is Not Known",
]


@pytest.mark.parametrize("found", [TrackerEvidence(), evidence()])
def test_every_report_has_the_same_sections(found):
    lines = results(found).splitlines()
    assert [line for line in lines if line in HEADINGS] == HEADINGS


def test_without_evidence_it_says_that_nothing_is_known():
    text = results(TrackerEvidence())
    assert "**No speedup of the wins together is known yet.** 0 of 5 wins measured" in text
    assert "| 4 | DSL Operation Caching | not measured | - | - | 10-25% | - | - | undecided |" in text


def test_a_win_that_the_plan_does_not_speak_of_counts_once_it_is_measured():
    one, nothing = with_another_win(plan()), TrackerEvidence()
    more = one.wins[-1].name
    found = TrackerEvidence(wins=(WinEvidence(win=more, measurements=(measured(more),)),))
    assert "0 of 5 wins measured" in results_document(one, nothing, standing(one, nothing))
    assert "1 of 6 wins measured" in results_document(one, found, standing(one, found))


def test_all_planned_wins_are_not_called_all_wins():
    one = with_another_win(plan())
    joint = Together(wins=tuple(win.name for win in one.planned), speedup=5.0, measured=True, source="measurement 8")
    found = TrackerEvidence(together=(joint,))
    assert "with all planned wins together (none is kept yet)" in results_document(one, found, standing(one, found))
    assert "with all wins together (none is kept yet)" in results(found)


def test_a_measured_win_stands_with_interval_and_noise_floor():
    text = results(evidence(), written_at=datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    for part in (
        "Written 2026-11-25 08:00 UTC.",
        "| Early Exit Scoring | faster | 1.250x (1.200-1.300) | 20.0% | 5-10% | 0.990-1.010x | measurement 3 | keep |",
        f"Measurement 3, 2026-11-23 14:02 UTC: none against {THIRD}, 100 tasks, cold caches, 8 blocks, machine m1",
        "Decision: **keep** by ann 2026-11-24 09:00 UTC on measurement 3: it pays",
        "**1.250x (1.200-1.300x) with what is kept** (measurement 3). Analogy, not a projection: 19.9 s",
    ):
        assert part in text


def test_beside_a_plan_of_another_pipeline_no_seconds_are_projected_and_no_odds_told():
    text = results(evidence())
    assert "The plan speaks of run_batt on Kaggle; another pipeline was measured here. There are no odds" in text
    assert "; projected" not in text and "odds that the target is met" not in text


def test_a_wrong_measurement_shows_no_speedup():
    row = WinEvidence(win=THIRD, measurements=(measured(verdict="wrong", reason="other results"),))
    text = results(evidence(row))
    assert "| 3 | Early Exit Scoring | wrong | - | - |" in text
    assert "other results" in text
    assert "1.250" not in text


@pytest.mark.parametrize(("seconds", "said"), [(13.5, "the target is met"), (15.0, "the target is not met")])
def test_a_run_on_the_reference_machine_answers_the_question(seconds, said):
    text = results(evidence(reference=(reference_run(wall_seconds=seconds),)))
    assert f"**Kaggle took {seconds:.3f} s (run 12)" in text
    assert said in text


def test_the_attribution_is_shown_with_its_remarks():
    text = results(evidence(), attribution=ATTRIBUTION, attribution_name="measurement 8")
    for part in (
        "10.000 s with none, 2.000 s with all wins (5.000x (4.800 to 5.200)), over 3 blocks (measurement 8)",
        f"| {FOURTH} | 7.500 s (7.000 to 8.000) |",
        f"| {THIRD} | 0.500 s |",
        f"- {THIRD} has nothing left.",
        f"- Best config: {FOURTH}, 2.500 s",
    ):
        assert part in text
    modelled = {**ATTRIBUTION, "configs": [{"config": FOURTH, "seconds": 2.5, "measured": False}]}
    assert "2.500 s by the model, not measured" in results(evidence(), attribution=modelled)
    assert "no attribution was measured" not in text
    assert "no attribution was measured" in results(evidence())


NASTY = ["# big", "- list", "1. one", "`code`", "*bold*", "<script>alert(1)</script>", "![x](http://a.b/c.png)"]


@pytest.mark.parametrize("text", [*NASTY, "[x](http://a.b)", "a | b", "&lt;", "~~~", "two\nlines", "__x__", "+ plus"])
def test_text_of_people_is_shown_as_it_is(text):
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(f"- {plain(text)}\n")
    shown = re.sub(r"<[^>]*>", "", html).strip()
    shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    assert shown == " ".join(text.split())
    assert html.count("<") == 4


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_any_text_stays_text(text):
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(f"- begin {plain(text)}\n")
    inline = next(token for token in tokens if token.type == "inline")
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}


def test_what_people_typed_can_not_bring_markup_into_the_page():
    row = WinEvidence(
        win=THIRD,
        measurements=(measured(reason=NASTY[5]),),
        decided=decided(because=NASTY[6], who="<b>ann</b>"),
    )
    page = html_report(results(evidence(row)), "<Results>", [Chart(title="<i>", html="<div id='c'></div>")])
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>ann" not in page
    assert "<title>&lt;Results&gt;</title>" in page
    assert "<h2>&lt;i&gt;</h2>" in page


def test_the_page_carries_its_charts_and_asks_for_nothing():
    page = html_report(results(evidence()), "Results", [Chart(title="Chart", html="<div id='c'></div>")])
    assert page.index("<div id='c'>") < page.index("<h2>Quick Wins</h2>")
    assert re.findall(r"""(?:src|href)\s*=""", page) == []
    assert "default-src 'none'" in page
    assert "<table>" in page


def test_a_page_without_charts_carries_no_script():
    assert "<script" not in html_report(results(evidence()), "Results")
