"""The tracker: rendered in the user's own format, and read back."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.evidence.records import Together, TrackerEvidence, WinEvidence
from optim.plan.tracker import NotATracker, document, parse, render
from optim.plan.tracker_document import Leftover, TrackerDocument, write
from optim.plan.tracker_merge import differences
from optim.project.plan import load_plan
from tests.optim.plans import decided, evidence, measured, plan, reference_run
from tests.worked_example import FIRST, FOURTH, THIRD

ORIGINAL = Path(__file__).with_name("fixtures").joinpath("tracker.md").read_text("utf-8")
EMPTY = render(load_plan(), TrackerEvidence())


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lstrip("0123456789")


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_without_evidence_it_is_the_users_tracker_line_by_line():
    ours = lines(EMPTY)
    own_section = ours.index("## Where the Plan's Numbers Disagree")
    claimed = [line.replace("optimization) ✅", "optimization)") for line in lines(ORIGINAL)]
    assert ours[: own_section - 1] == claimed


def test_the_users_tracker_is_placed_wholly():
    found = parse(ORIGINAL)
    assert found.leftovers == ()
    assert [win.number for win in found.wins] == [1, 2, 3, 4, 5]
    assert dict(found.wins[0].checkpoint)["Unit tests"] == "✅ PASSED (4/4 tests)"
    assert [check.ticked for check in found.checks] == [False] * 12
    assert len(found.wins[0].built) == 8


def test_the_users_tracker_says_what_the_plan_says():
    own = document(load_plan(), TrackerEvidence())
    assert list(differences(own, parse(ORIGINAL))) == []


def test_what_is_rendered_is_read_back_equal():
    filled = document(plan(), evidence(reference=(reference_run(),)))
    assert parse(write(filled)) == filled


def own_plan():
    """The plan as one of the pipeline that is measured here."""
    return dataclasses.replace(plan(), reference_pipeline=None)


def test_what_another_pipeline_shows_is_an_analogy_and_goes_onto_no_seconds():
    text = render(plan(), evidence())
    assert (
        "- Analogy: measured here on another pipeline than run_batt on Kaggle: no projection for it, and no odds"
        in text
    )
    together = Together(wins=(FIRST,), speedup=1.25, measured=True, source="measurement 3")
    after = render(plan(), evidence(together=(together,)))
    assert "- After Quick Win #1: 1.250x, measurement 3; an analogy for run_batt on Kaggle" in after
    assert "- Current: 24.813s (41.6% optimization)" in text
    assert "19.85" not in text and "projected" not in text


def test_a_log_of_the_win_there_stands_with_its_ratio_to_the_baseline_there():
    before = reference_run(run_id=10, config="none", wall_seconds=24.0)
    after = reference_run(run_id=11, config=THIRD, wall_seconds=20.0)
    for filled in (evidence(reference=(before, after)), TrackerEvidence(reference=(before, after))):
        text = render(plan(), filled)
        assert "- On Kaggle: 20.000s in run 11, 1.200x against run 10 (24.000s), separate runs" in text
        assert parse(text).win(3) == document(plan(), filled).win(3)
    assert "1.241x against the plan's baseline (24.813s)" in render(plan(), evidence(reference=(after,)))


def test_a_kept_win_shows_what_was_measured_and_decided():
    text = render(own_plan(), evidence())
    for line in (
        "**Status**: ✅ KEPT (Nov 24, 2026)",
        f"- Wall-clock: 10.000s → 8.000s (none → {THIRD}, 100 tasks, cold caches, machine m1)",
        "- Speedup: 1.250x (95% 1.200-1.300x)",
        "- Saving: 20.0%",
        "- Projected wall-clock: 19.850s on Kaggle (projected, not measured there)",
        "- Noise floor: 0.990-1.010x (A/A control)",
        "- Evidence: measurement 3, 8 blocks",
        "- Decision: keep by ann on measurement 3: it pays",
        "2026-11-23 14:02: Quick Win #3 - Early Exit Scoring",
        "  Before: 10.000s  After: 8.000s  Speedup: 1.250x (95% 1.200-1.300x)  Saving: 1 - 1/1.250 = 20.0%",
        "  Status: ✅ KEPT",
        "- Current: 19.85s (53.3% optimization, projected from measurement 3)",
    ):
        assert line in text


def test_a_reverted_win_is_marked_and_not_part_of_what_comes_after():
    row = WinEvidence(win=THIRD, measurements=(measured(),), decided=decided(decision="revert"))
    text = render(plan(), evidence(row))
    assert "❌ REVERTED (Nov 24, 2026)" in text
    assert "- After Quick Win #3: reverted: not part of it" in text


def test_a_wrong_result_shows_no_speedup():
    row = WinEvidence(win=THIRD, measurements=(measured(verdict="wrong", reason="other results"),))
    text = render(plan(), evidence(row))
    assert "- Speedup: (none: wrong)" in text
    assert "1.250x" not in text


def test_a_product_of_measurements_is_not_shown_as_measured():
    joint = Together(wins=(FIRST,), speedup=1.1, measured=False, source="product of measurement 1")
    text = render(plan(), evidence(together=(joint,)))
    assert "- After Quick Win #1: 1.100x, product of measurement 1, not measured together" in text


def test_a_clean_run_on_the_reference_machine_is_no_projection():
    text = render(plan(), evidence(reference=(reference_run(),)))
    assert "- Current: 13.5s (68.2% optimization, run 12)" in text
    assert "- Target after Phase 4: 12-14s (70-72% optimization) ✅" in text


def test_a_run_with_timeouts_confirms_nothing():
    text = render(plan(), evidence(reference=(reference_run(timeouts=100),)))
    assert "13.5s" not in text.split("Testing Checklist")[0]
    assert "- [ ] Calculate overall Phase 4 speedup" in text


def test_text_without_a_place_is_kept_word_by_word():
    added = "## My ideas\n\n~~~\n# not a heading\n~~~\n\n---\n\nmore\n\n## Key Insights"
    found = parse(EMPTY.replace("## Key Insights", added) + "\nstray *line*\n")
    assert Leftover(heading="My ideas", text="~~~\n# not a heading\n~~~\n\n---\n\nmore") in found.leftovers
    assert found.leftovers[-1].text == "stray *line*"
    again = parse(render(plan(), evidence(), [found]))
    assert again.leftovers == found.leftovers


def test_an_empty_section_of_ones_own_is_kept_by_its_heading():
    found = parse(EMPTY.replace("## Notes\n", "## To do\n\n## Notes\n"))
    assert found.leftovers == (Leftover(heading="To do", text=""),)


def test_what_a_person_filled_in_is_kept_and_marked_as_imported():
    by_hand = EMPTY.replace(
        "**Implementation**: Skip remaining samples for low-scoring candidates  \n**Estimated time**: 1-2 hours\n\n"
        "**Checkpoint**:\n- Date: (pending)",
        "**Implementation**: Skip remaining samples for low-scoring candidates  \n**Owner**: Ann\n\n"
        "**Checkpoint**:\n- Date: Oct 20, 2025\n- Mood: fine",
    ).replace("- [ ] Local 10-task", "- [x] Local 10-task")
    first = "2025-10-20 08:15: Quick Win #3 - Early exit\n  Before: 2.14s  After: 2.12s\n  Status: ✅\n  Notes: ok"
    entry = f"```\n{first}\n```\n"
    by_hand = by_hand.replace("## Cumulative Progress", entry + "\n## Cumulative Progress")
    text = render(plan(), TrackerEvidence(), [parse(by_hand)])
    for line in (
        "- Date: Oct 20, 2025 (imported)",
        "- Mood: fine",
        "**Owner**: Ann",
        "- [ ] Local 10-task test (performance)\n  - Evidence: ticked by hand in an imported tracker, no evidence here",
        f"{first} (imported)",
    ):
        assert line in text


def test_what_was_measured_goes_before_what_was_imported():
    by_hand = parse(EMPTY.replace("- Cumulative speedup: (pending)\n- Result: (pending)", "- Result: super"))
    text = render(plan(), evidence(), [by_hand])
    section = text.split("### Quick Win #3")[1].split("###")[0]
    assert "- Result: Faster: 1.250x." in section


def test_a_tracker_read_in_twice_adds_nothing():
    found = parse(EMPTY + "\n## Mine\n\ntext\n")
    assert render(plan(), evidence(), [found, found]) == render(plan(), evidence(), [found])


def test_where_an_imported_plan_differs_is_said():
    other = parse(EMPTY.replace("**Target**: 10-25% speedup", "**Target**: 30% speedup"))
    own = document(plan(), TrackerEvidence())
    assert list(differences(own, other)) == [
        'Quick Win #4: Target is "30% speedup" in the document and "10-25% speedup" in the plan, which stands'
    ]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "it has no title"),
        ("just words", "it has no title"),
        ("## Quick Win #1: No title above", "it has no title"),
        ("# Shopping\n\n- milk", "none of its 2 headings"),
        ("# T\n\n```\n## Quick Win #1: In a fence\n```", "is a quick win"),
        ("# T\n" + "x" * 1_000_001, "characters"),
    ],
)
def test_what_is_no_tracker_is_refused_with_what_was_missing(text, missing):
    with pytest.raises(NotATracker) as problem:
        parse(text)
    assert missing in str(problem.value)


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(ending):
    assert parse("\ufeff" + EMPTY.replace("\n", ending)) == parse(EMPTY)


@settings(deadline=None)
@given(st.text())
def test_random_text_is_no_tracker_or_a_document(text):
    try:
        assert isinstance(parse(text), TrackerDocument)
    except NotATracker as problem:
        assert "\n" not in str(problem)


MARKERS = ("**What We Built**:", "**Checkpoint**:")
PIECES = [
    *EMPTY.splitlines(),
    "~~~",
    "```",
    "> quote",
    "    code",
    "# Again",
    "## Notes",
    "Setext",
    "===",
    "---",
    "- [x] y",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_a_shuffled_tracker_is_read_and_what_was_read_stays(pieces, random):
    mixed = [*EMPTY.splitlines(), *pieces]
    tail = mixed[1:]
    random.shuffle(tail)
    try:
        once = parse("\n".join([mixed[0], *tail]))
    except NotATracker:
        return
    written = write(once)
    kept = letters(written)
    assert write(parse(written)) == written
    assert [line for line in tail if line[:1] != "#" and line not in MARKERS and letters(line) not in kept] == []


def test_a_second_section_about_a_win_is_kept_as_it_is_and_names_no_baseline():
    text = (
        "# Tracker\n\n## Optimization Sequence\n\n### Quick Win #2: Cache\n**Status**: done\n\n"
        "## Optimization Timeline\n\n### Quick Win #2: Cache\n- Note: again\n"
    )
    read = parse(text)
    assert read.baseline is None
    assert [one.text for one in read.leftovers] == ["- Note: again"]
    assert write(parse(write(read))) == write(read)


words = st.text(max_size=30)
VERDICTS = ["faster", "wrong", "same", "unresolved"]


@settings(max_examples=60, deadline=None)
@given(
    words,
    words,
    words,
    st.sampled_from(VERDICTS),
    st.sampled_from(["keep", "revert", "undecided"]),
)
def test_whatever_people_type_is_read_back_as_it_was(because, who, reason, verdict, decision):
    row = WinEvidence(
        win=FOURTH,
        measurements=(measured(FOURTH, verdict=verdict, reason=reason, machine=who),),
        decided=decided(FOURTH, decision, because=because, who=who),
    )
    filled = document(plan(), evidence(row))
    assert parse(write(filled)) == filled


def test_entries_come_in_the_order_of_time():
    early = measured(FOURTH, measurement_id=9, measured_at=datetime(2026, 1, 2, tzinfo=UTC))
    rows = (
        WinEvidence(win=THIRD, measurements=(measured(),)),
        WinEvidence(win=FOURTH, measurements=(early,)),
    )
    assert [entry.number for entry in document(plan(), evidence(*rows)).entries] == [4, 3]


def test_a_measurement_without_a_time_has_no_line_in_the_timeline():
    row = WinEvidence(win=THIRD, measurements=(dataclasses.replace(measured(), measured_at=None),))
    assert document(plan(), evidence(row)).entries == ()


def test_a_decision_on_older_code_is_due_for_another_look_and_pooled_measurements_are_named():
    old = measured(commit="a", pooled=(1, 3))
    new = measured(FOURTH, measurement_id=9, commit="b")
    rows = (
        WinEvidence(win=THIRD, measurements=(old,), decided=decided()),
        WinEvidence(win=FOURTH, measurements=(new,), decided=decided(FOURTH, measurement_id=9)),
    )
    filled = document(plan(), evidence(*rows))
    assert dict(filled.win(3).fields)["Status"] == "✅ KEPT (Nov 24, 2026) - due for another look"
    assert dict(filled.win(4).fields)["Status"] == "✅ KEPT (Nov 24, 2026)"
    assert dict(filled.win(3).checkpoint)["Evidence"] == "measurement 3, pooled with 1, 8 blocks"


def test_a_decision_without_a_measurement_of_its_time_has_a_line_of_its_own():
    row = WinEvidence(win=FOURTH, decided=decided(FOURTH, "revert", measurement_id=None))
    [entry] = document(plan(), evidence(row)).entries
    assert (entry.moment, entry.number, entry.status) == ("2026-11-24 09:00", 4, "❌ REVERTED")
    assert "revert by ann without a measurement: it pays" in entry.notes


def test_a_measurement_of_logs_from_there_stands_with_its_grade():
    there = (WinEvidence(win=THIRD, measurements=(measured(measurement_id=7, grade="separate runs"),)),)
    text = render(plan(), TrackerEvidence(there=there))
    assert "- On Kaggle: faster 1.250x (95% 1.200-1.300x), measurement 7, separate runs" in text
