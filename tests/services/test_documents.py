"""The tracker out and in: what people write into it by hand comes back, and stays."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import store
from db.engine import open_engine
from optim.evidence.records import TrackerEvidence
from optim.plan.tracker import render
from services.account import gather
from services.documents import read_tracker, tracker_text
from services.project import current_project

ORIGINAL = Path(__file__).parents[1] / "optim" / "plan" / "fixtures" / "tracker.md"
PLAN = current_project().plan
WINS = PLAN.wins
Edit = Callable[[str], str]


def heading(at: int) -> str:
    return f"### Quick Win #{WINS[at].number}: {WINS[at].title}"


def span(text: str, at: int) -> tuple[int, int]:
    """Where the section of a win begins and ends."""
    start = text.index(heading(at))
    ends = [text.find(mark, start + 5) for mark in ("\n### ", "\n## ")]
    return start, min(end for end in ends if end > 0)


def put(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text, f"the edit does not apply: {old!r}"
        return text.replace(old, new, 1)

    return edit


def line(pattern: str, new: str) -> Edit:
    def edit(text: str) -> str:
        changed, count = re.subn(rf"(?m)^{pattern}.*$", lambda _: new, text, count=1)
        assert count, f"the edit does not apply: {pattern!r}"
        return changed

    return edit


def in_win(at: int, edit: Edit) -> Edit:
    def edited(text: str) -> str:
        start, end = span(text, at)
        return text[:start] + edit(text[start:end]) + text[end:]

    return edited


def field(name: str, value: str) -> Edit:
    pattern = rf"(- |\*\*)({re.escape(name)})(\*\*)?: .*"
    return in_win(
        1, lambda text: re.sub(rf"(?m)^{pattern}$", lambda m: f"{m[1]}{m[2]}{m[3] or ''}: {value}", text, count=1)
    )


def without_win(at: int) -> Edit:
    def edit(text: str) -> str:
        start, end = span(text, at)
        return text[:start] + text[end + 1 :]

    return edit


def before_checkpoint(text: str) -> Edit:
    return in_win(1, put("**Checkpoint**", f"{text}\n\n**Checkpoint**"))


TABLE = "| run | s |\n|---|---|\n| 1 | 2.5 |"
LINE = "2026-11-25 10:00: Quick Win #2 - tried with a bigger cache\n  Notes: helped a little"
#: What a person does, and what has to be in the next tracker.
EDITS: dict[str, tuple[Edit, str]] = {
    "a win's status": (field("Status", "🔄 In progress"), "**Status**: 🔄 In progress"),
    "a status with joined emoji": (field("Status", "👩‍💻 on it"), "**Status**: 👩‍💻 on it"),
    "a win's target": (field("Target", "7-9% speedup"), "5-10% speedup · by hand: 7-9% speedup"),
    "a win's title": (put(heading(1), heading(1) + ", second try"), ", second try"),
    "a win's implementation": (field("Implementation", "by hand, quite differently"), "by hand, quite differently"),
    "a win's estimate": (field("Estimated time", "9 hours"), "9 hours"),
    "a checkpoint's date": (field("Date", "2026-11-25"), "- Date: 2026-11-25 (imported)"),
    "a checkpoint's seconds": (field("Wall-clock", "21.7s"), "- Wall-clock: 21.7s (imported)"),
    "a checkpoint's result": (field("Result", "❌ reverted, memory"), "- Result: ❌ reverted, memory (imported)"),
    "a new checkpoint field": (in_win(1, put("- Wall-clock:", "- Reviewer: Ada\n- Wall-clock:")), "- Reviewer: Ada"),
    "a new field of a win": (in_win(1, put("**Target**", "**Owner**: Ann  \n**Target**")), "**Owner**: Ann"),
    "a remark in a win": (before_checkpoint("A remark in prose."), "\n\nA remark in prose.\n\n**Checkpoint**"),
    "a list in a win": (before_checkpoint("**What We Built**:\n- one file\n  - nested"), "- one file\n  - nested"),
    "code in a win": (before_checkpoint("```python\nx = 1  # keep\n```"), "\n```python\nx = 1  # keep\n```\n"),
    "a table in a win": (before_checkpoint(TABLE), f"\n\n{TABLE}\n\n**Checkpoint**"),
    "a table in the notes": (put("## Notes\n", f"## Notes\n\n{TABLE}\n"), f"\n\n{TABLE}\n\n"),
    "a note": (put("## Notes\n", "## Notes\n\n- it was cold\n"), "- it was cold"),
    "a note with joined emoji": (put("## Notes\n", "## Notes\n\n- 👨‍👩‍👧 🏳️‍🌈 done\n"), "- 👨‍👩‍👧 🏳️‍🌈 done"),
    "an insight": (put("## Key Insights\n", "## Key Insights\n\n9. **Cold**: caches lie\n"), "**Cold**: caches lie"),
    "a new section": (lambda text: f"{text}\n## Risks\n\n- memory\n", "\n## Risks\n\n- memory\n"),
    "a new section with another below": (
        lambda text: f"{text}\n## Risks\n\n- memory\n\n### Late\n\n{TABLE}\n",
        f"## Risks\n\n- memory\n\n### Late\n\n{TABLE}",
    ),
    "a new success": (put("### Full Success", "### Late Success\n- at last\n\n### Full Success"), "- at last"),
    "the status above": (line(r"\*\*Status\*\*: ", "**Status**: Waiting for Kaggle"), "**Status**: Waiting for Kaggle"),
    "the target above": (
        line(r"\*\*Target\*\*: ", "**Target**: 24.813s → 10-11s (100 tasks)"),
        "· by hand: 24.813s → 10-11s (100 tasks)",
    ),
    "where it is now": (line("- Current: ", "- Current: 18.2s (57.2% optimization)"), "18.2s (57.2% optimization)"),
    "after a win": (line("- After Quick Win #2: ", "- After Quick Win #2: 22.0s"), "- After Quick Win #2: 22.0s"),
    "a tick that waits for evidence": (
        line(r"- \[ \] Local single", "- [x] Local single-task test (correctness)"),
        "- [ ] Local single-task test (correctness)\n  - Evidence: ticked by hand in an imported tracker, no evidence",
    ),
    "a final tick": (
        line(r"- \[ \] Verify 0", "- [X] Verify 0 errors, all 13,200 solvers correct"),
        "- [ ] Verify 0 errors, all 13,200 solvers correct\n  - Evidence: ticked by hand",
    ),
    "a new check": (
        put("### Final Validation\n", "### Final Validation\n\n- [ ] Tell the team\n"),
        "- [ ] Tell the team",
    ),
    "a new tick": (put("### Final Validation\n", "### Final Validation\n\n- [x] Told them\n"), "- [x] Told them"),
    "a dated line": (put("## Cumulative Progress", f"{LINE}\n\n## Cumulative Progress"), f"{LINE} (imported)"),
    "a win deleted": (without_win(4), "**Deleted**: from the tracker by hand; the plan still has it"),
    "the baseline's date": (line(r"- \*\*Date\*\*: ", "- **Date**: Oct 18, 2025"), "Oct 18, 2025"),
    "a win of one's own": (
        put(
            "\n## Performance Tracking",
            "\n### Quick Win #19: Own idea\n**Status**: Dreaming\n\n## Performance Tracking",
        ),
        "### Quick Win #19: Own idea\n**Status**: Dreaming",
    ),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database."""
    path = tmp_path_factory.mktemp("empty") / "quickwin.db"
    open_engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def engine(empty: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of its own."""
    shutil.copy(empty, tmp_path / "quickwin.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'quickwin.db'}")
    yield opened
    opened.dispose()


def test_there_are_thirty_edits_and_more() -> None:
    assert len(EDITS) >= 30


@pytest.mark.parametrize("start", ["the user's own", "as it is printed"])
@pytest.mark.parametrize("name", EDITS)
def test_what_a_person_writes_comes_back_and_stays_as_it_is(engine: Engine, name: str, start: str) -> None:
    edit, wanted = EDITS[name]
    project = current_project()
    before = ORIGINAL.read_text("utf-8") if start == "the user's own" else render(PLAN, TrackerEvidence())
    read_tracker(engine, project, edit(before), "TRACKER.md", who="ann")
    once = tracker_text(engine, project)
    assert wanted in once
    again = read_tracker(engine, project, once, "TRACKER.md", who="ann")
    assert again.edits == ()
    assert tracker_text(engine, project) == once


def test_two_edits_one_after_the_other_both_stay(engine: Engine) -> None:
    project = current_project()
    for name in ("a win's status", "a note"):
        read_tracker(engine, project, EDITS[name][0](tracker_text(engine, project)), "TRACKER.md")
    text = tracker_text(engine, project)
    assert "🔄 In progress" in text and "- it was cold" in text


def test_what_a_person_wrote_can_be_changed_and_taken_back(engine: Engine) -> None:
    project = current_project()
    first = tracker_text(engine, project)
    read_tracker(engine, project, field("Status", "on it")(first), "TRACKER.md")
    second = tracker_text(engine, project)
    read_tracker(engine, project, field("Status", "done")(second), "TRACKER.md")
    assert "**Status**: done" in tracker_text(engine, project)
    read_tracker(engine, project, first, "TRACKER.md")
    assert tracker_text(engine, project) == first


def test_what_was_measured_of_the_plans_own_pipeline_stands_there_and_counts_for_nothing_here(engine: Engine) -> None:
    project = current_project()
    win = project.wins[2]
    arms = [{"name": "A", "config": "none"}, {"name": "B", "config": win.name}]
    spec = {"kind": "pair", "arms": arms, "pipeline": project.reference_pipeline, "grade": "separate runs"}
    number = store.begin_measurement(engine, {**spec, "cache_state": "cold"})
    verdict = {"verdict": "faster", "speedup": 1.2, "low": 1.1, "high": 1.3, "blocks": 2, "reason": "Because."}
    store.update_measurement(engine, number, status="finished", verdict=verdict)
    text = tracker_text(engine, project)
    told = f"faster 1.200x (95% 1.100-1.300x), measurement {number}, separate runs"
    assert f"- On {project.plan.machine}: {told}" in text
    evidence = gather(engine, project)
    assert evidence.win(win.name).measured is None
    assert [one.win for one in evidence.there] == [win.name]


def test_an_older_printed_tracker_brings_no_figures_of_an_older_measurement(engine: Engine) -> None:
    project = current_project()
    win = project.wins[2]
    arms = [{"name": "A", "config": "none"}, {"name": "B", "config": win.name}]
    texts = []
    for speedup in (1.2, 1.5):
        number = store.begin_measurement(engine, {"kind": "pair", "arms": arms, "cache_state": "cold"})
        told = {"verdict": "faster", "low": speedup - 0.1, "high": speedup + 0.1, "blocks": 2, "reason": f"{speedup}x."}
        store.update_measurement(engine, number, status="finished", verdict={**told, "speedup": speedup})
        texts.append(tracker_text(engine, project))
    older = texts[0].replace("- Evidence: measurement", "- Reviewer: Ada\n- Evidence: measurement", 1)
    assert read_tracker(engine, project, older, "TRACKER.md").edits == ("Quick Win #3: Checkpoint: Reviewer Ada",)
    text = tracker_text(engine, project)
    assert "by hand" not in text and "- Speedup: 1.500x" in text and "- Reviewer: Ada" in text
