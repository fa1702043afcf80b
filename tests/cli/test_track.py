"""``track``: the tracker kept by hand on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.place import quickwin


def test_what_is_written_comes_out_in_the_markdown_and_stands_in_the_log(place: Path) -> None:
    result = quickwin(
        *("track", "2", "--status", "👩‍💻 on it", "--notes", "too narrow", "--checkpoint", "Unit tests=4/4"),
        *("--line", "tried it", "--at", "2026-11-25 10:00", "--who", "ann"),
    )
    assert result.exit_code == 0, result.output
    text = quickwin("tracker").stdout
    for line in (
        "**Status**: 👩‍💻 on it",
        "**Notes**: too narrow",
        "- Unit tests: 4/4",
        "2026-11-25 10:00: Quick Win #2 - tried it",
    ):
        assert line in text
    log = quickwin("track").stdout
    assert "by ann: Quick Win #2: Status 👩‍💻 on it" in log
    assert quickwin("track", "1").stdout == ""


def test_an_empty_text_takes_it_back_and_the_log_keeps_both(place: Path) -> None:
    before = quickwin("tracker").stdout
    quickwin("track", "2", "--status", "on it")
    assert "taken back" in quickwin("track", "2", "--status", "").stdout
    assert quickwin("tracker").stdout == before
    assert [one["value"] for one in json.loads(quickwin("track", "--json").stdout)] == [None, "on it"]


def test_a_tick_by_hand_is_shown_as_one(place: Path) -> None:
    assert quickwin("track", "--tick", "Local single-task").exit_code == 0
    wanted = "- [ ] Local single-task test (correctness)\n  - Evidence: ticked by hand, no evidence here"
    assert wanted in quickwin("tracker").stdout
    quickwin("track", "--untick", "Local single-task")
    assert "by hand" not in quickwin("tracker").stdout


def test_the_plan_goes_into_the_project_file_with_its_comments(place: Path) -> None:
    result = quickwin("track", "2", "--planned", "4-6", "--hypothesis", "it misses", "--target", "10-12")
    assert result.exit_code == 0, result.output
    text = (Path.cwd() / "quickwin.toml").read_text("utf-8")
    assert (
        "target_percent = [4, 6]" in text and 'hypothesis = "it misses"' in text and "# Where this plan began." in text
    )
    tracker = quickwin("tracker").stdout
    assert "**Target**: 4-6% speedup" in tracker and "24.813s → 10-12s (100 tasks)" in tracker
    assert "the plan: target.seconds 10-12" in quickwin("track").stdout


def test_a_tracker_that_comes_back_is_adopted_into_the_project_file(place: Path) -> None:
    text = quickwin("tracker").stdout.replace("**Target**: 5-10% speedup", "**Target**: 7-9% speedup", 1)
    Path("T.md").write_text(text.replace("#2: Validation Cache Improvement", "#2: A wider key"), "utf-8")
    result = quickwin("tracker", "--import", "T.md", "--adopt")
    assert result.exit_code == 0, result.output
    after = quickwin("tracker").stdout
    assert "### Quick Win #2: A wider key\n" in after and "**Target**: 7-9% speedup" in after
    assert "by hand" not in after


def test_where_a_document_and_the_evidence_disagree_both_stand_and_it_is_said(place: Path) -> None:
    quickwin("decide", "2", "revert", "--because", "too big", "--who", "ann")
    text = quickwin("tracker").stdout
    status = next(line for line in text.splitlines() if "REVERTED" in line).rstrip()
    Path("T.md").write_text(text.replace(status, "**Status**: still trying"), "utf-8")
    result = quickwin("tracker", "--import", "T.md")
    assert 'Quick Win #2: Status is "still trying" in the document and "❌ REVERTED' in result.stdout
    assert f"{status} · by hand: still trying" in quickwin("tracker").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--status", "x"], "--status is of a win"),
        (["99", "--status", "x"], "no win is called 99"),
        (["2", "--checkpoint", "x"], "--checkpoint needs NAME=VALUE"),
        (["2", "--line", "x", "--at", "yesterday"], "a line's time must be as 2026-11-25 14:05"),
        (["2", "--planned", "many"], "target_percent must be a range such as 5-10"),
        (["2", "--planned", "9-5"], "must be a range"),
        (["--tick", "no such line"], "no line of the checklist match"),
        (["--tick", "Local"], "several lines of the checklist match"),
    ],
)
def test_what_can_not_be_is_one_sentence(place: Path, words: list[str], sentence: str) -> None:
    result = quickwin("track", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not Path("quickwin.toml").exists()
