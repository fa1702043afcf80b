"""``decide``, ``tracker`` and ``report`` on a database of their own."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from optim.__main__ import main
from optim.plan.tracker import parse
from profiles.records import Environment, RunRecord, TaskRecord, Workload
from tests.worked_example import FIRST, FOURTH, THIRD

ORIGINAL = Path(__file__).parents[1] / "optim" / "plan" / "fixtures" / "tracker.md"


@pytest.fixture
def engine(tmp_path, monkeypatch) -> Engine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'quickwin.db'}")
    monkeypatch.delenv("QUICKWIN_PLAN", raising=False)
    opened = open_engine()
    yield opened
    opened.dispose()


def quickwin(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def run_of(engine: Engine, key: str, config: str, seconds: float, **changes: object) -> int:
    wins = frozenset() if config == "none" else frozenset(config.split(","))
    values: dict[str, object] = {
        "config": wins,
        "cache_state": "cold",
        "wall_seconds": seconds,
        "workload": Workload(fingerprint="w", tasks=100, candidates=13200),
        "environment": Environment(machine="m1", git_commit="c0ffee", git_dirty=False),
        "results_fingerprint": "same",
    }
    record = RunRecord(key=key, label=key, **{**values, **changes})  # type: ignore[arg-type]
    return store.store_run(engine, record)[0]


def measure(engine: Engine, before: str, after: str, **verdict: object) -> int:
    arms = [{"name": "A", "config": before}, {"name": "B", "config": after}, {"name": "A2", "config": before}]
    number = store.begin_measurement(engine, {"kind": "pair", "arms": arms, "cache_state": "cold", "tasks": 100})
    for position, (arm, config, seconds) in enumerate((("A", before, 10.0), ("B", after, 8.0))):
        key = f"{number} {arm}"
        store.add_block_run(engine, number, 1, arm, position, run_of(engine, key, config, seconds))
    found = {"verdict": "faster", "speedup": 1.25, "low": 1.2, "high": 1.3, "blocks": 1, "reason": "Faster."}
    store.update_measurement(engine, number, status="finished", verdict={**found, **verdict})
    return number


def test_without_a_win_the_next_command_is_named_for_each_and_for_the_plan(engine):
    measure(engine, "none", THIRD)
    said = quickwin("decide").output
    assert f"next: quickwin decide {THIRD} keep --because ...  ({THIRD})" in said
    assert "next: quickwin attribute  (" in said
    assert "next: quickwin import LOG --machine Kaggle --as final" in said


def test_a_win_is_kept_on_its_newest_measurement(engine):
    measure(engine, "none", THIRD)
    newest = measure(engine, FOURTH, f"{FOURTH},{THIRD}")
    result = quickwin("decide", THIRD, "keep", "--because", "it pays", "--who", "ann")
    assert result.exit_code == 0, result.output
    assert f"keep {THIRD}, on measurement {newest} (faster): it pays" in result.output
    assert queries.kept_wins(engine) == {THIRD}
    logged = queries.decisions(engine).iloc[0]
    assert (logged["measurement_id"], logged["who"], logged["forced"]) == (newest, "ann", False)


def test_a_win_can_be_named_by_its_number_and_evidence_be_given(engine):
    first = measure(engine, "none", THIRD)
    measure(engine, "none", THIRD)
    result = quickwin("decide", "#3", "keep", "--because", "yes", "--evidence", str(first), "--json")
    assert json.loads(result.stdout)["measurement_id"] == first


@pytest.mark.parametrize("verdict", ["wrong", "not comparable", "slower", "same"])
def test_what_the_evidence_speaks_against_is_not_kept_unless_forced_with_a_reason(engine, verdict):
    measure(engine, "none", THIRD, verdict=verdict, reason="2 new timeouts")
    refused = quickwin("decide", THIRD, "keep", "--because", "fast")
    assert refused.exit_code == 1
    assert "2 new timeouts" in refused.stderr
    assert queries.decisions(engine).empty
    forced = quickwin("decide", THIRD, "keep", "--because", "fast", "--force", "the log lies")
    assert forced.exit_code == 0
    logged = queries.decisions(engine).iloc[0]
    assert (logged["because"], logged["forced"]) == ("fast (against the evidence: the log lies)", True)


def test_a_win_without_evidence_is_not_kept_but_may_be_reverted(engine):
    refused = quickwin("decide", FOURTH, "keep", "--because", "I like it")
    assert refused.exit_code == 1
    assert "was not measured" in refused.stderr
    assert quickwin("decide", FOURTH, "revert", "--because", "too big").exit_code == 0


def test_what_is_to_be_measured_first_is_the_win_beside_those_that_are_kept(engine):
    measure(engine, "none", THIRD, verdict="faster")
    quickwin("decide", THIRD, "keep", "--because", "it pays")
    refused = quickwin("decide", FOURTH, "keep", "--because", "I like it")
    assert f"measure it (quickwin measure {THIRD} {THIRD},{FOURTH})" in refused.stderr


def test_of_two_who_decide_at_once_the_first_wins_and_both_are_logged(engine):
    measure(engine, "none", THIRD)
    seen = ["--seen", "0"]
    assert quickwin("decide", THIRD, "keep", "--because", "good", "--who", "ann", *seen).exit_code == 0
    late = quickwin("decide", THIRD, "revert", "--because", "bad", "--force", "so", "--who", "bob", *seen)
    assert late.exit_code == 3
    assert f"ann decided to keep {THIRD} in the meantime" in late.stderr
    assert queries.decisions(engine)["overruled"].tolist() == [True, False]
    assert queries.kept_wins(engine) == {THIRD}


def test_keeping_what_is_not_resolved_is_noted(engine):
    measure(engine, "none", THIRD, verdict="unresolved")
    result = quickwin("decide", THIRD, "keep", "--because", "simpler code")
    assert result.exit_code == 0
    assert "does not say that it is faster: unresolved" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no_such_win", "keep", "--because", "x"], f"no win is called no_such_win; known: {FIRST} (#1)"),
        ([THIRD, "keep"], "needs a reason: --because WHY"),
        ([THIRD, "--because", "x"], "decide WIN keep|revert|undecided --because WHY"),
        ([THIRD, "keep", "--because", "x", "--evidence", "9"], f"measurement 9 is no evidence on {THIRD}"),
        ([THIRD, "maybe", "--because", "x"], "'maybe' is not one of"),
    ],
)
def test_a_decision_that_is_not_complete_is_refused_in_one_sentence(engine, words, said):
    result = quickwin("decide", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_arguments_each_win_and_what_is_missing_are_shown(engine):
    measure(engine, "none", THIRD)
    result = quickwin("decide")
    assert result.exit_code == 0
    assert "1.250x (1.200-1.300)" in result.stdout
    assert f"{FOURTH}: it was not measured" in result.stdout
    assert f"{THIRD}: it was not measured with warm caches." in result.stdout
    plain = {row["win"]: row for row in json.loads(quickwin("decide", "--json").stdout)}
    assert plain[THIRD]["measurements"][0]["speedup"] == 1.25
    assert sum(one["ticked"] for one in plain[THIRD]["checklist"]) == 6


def test_the_tracker_is_filled_from_the_database(engine):
    number = measure(engine, "none", THIRD)
    quickwin("decide", THIRD, "keep", "--because", "it pays")
    result = quickwin("tracker")
    assert result.exit_code == 0
    assert f"- Wall-clock: 10.000s → 8.000s (none → {THIRD}, 100 tasks, cold caches, machine m1)" in result.stdout
    found = parse(result.stdout)
    assert len(found.entries) == 1
    assert f"#3: measurement {number}" in found.checks[6].evidence
    assert json.loads(quickwin("tracker", "--json").stdout)["title"] == found.title


def test_an_imported_tracker_is_kept_and_appears_later(engine, tmp_path):
    mine = tmp_path / "mine.md"
    mine.write_text(ORIGINAL.read_text("utf-8").replace("10-25%", "40%") + "\n## Ideas\n\nuse *more* caches\n", "utf-8")
    result = quickwin("tracker", "--import", str(mine))
    assert result.exit_code == 0, result.output
    assert "imported mine.md: 5 wins, 0 entries, 12 checks" in result.stdout
    assert 'Quick Win #4: Target is "40% speedup" in the document' in result.stdout
    assert "kept     Ideas: 1 lines without a place" in result.stdout
    again = quickwin("tracker", "--import", str(mine), "--json")
    assert json.loads(again.stdout)["new"] is False
    assert "## Ideas\n\nuse *more* caches\n" in quickwin("tracker").stdout


@pytest.mark.parametrize(("content", "said"), [(b"# Shopping", "not a tracker"), (b"\xff\xfe\x00", "not UTF-8")])
def test_what_is_no_tracker_is_refused(engine, tmp_path, content, said):
    file = tmp_path / "list.md"
    file.write_bytes(content)
    result = quickwin("tracker", "--import", str(file))
    assert result.exit_code == 3
    assert said in result.stderr
    assert queries.documents(engine).empty


def test_a_file_that_is_replaced_is_kept_beside_it(engine, tmp_path):
    out = tmp_path / "tracker.md"
    out.write_text("my own words", "utf-8")
    result = quickwin("tracker", "--output", str(out))
    assert "what it held before is in" in result.stderr
    assert (tmp_path / "tracker.md.bak").read_text("utf-8") == "my own words"
    assert parse(out.read_text("utf-8")).leftovers == ()
    assert "is up to date" in quickwin("tracker", "--output", str(out)).stderr


def test_a_file_that_can_not_be_written_is_named_in_one_sentence(engine, tmp_path):
    result = quickwin("tracker", "--output", str(tmp_path / "no folder" / "x.md"))
    assert result.exit_code == 3
    assert "x.md can not be written: No such file or directory" in result.stderr


@pytest.mark.parametrize("command", [["decide"], ["tracker"], ["report"]])
def test_a_plan_that_can_not_be_read_ends_the_command_in_one_sentence(engine, tmp_path, command):
    (tmp_path / "bad.toml").write_text("x = 1")
    result = quickwin(*command, "--plan", str(tmp_path / "bad.toml"))
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: bad.toml: ")


def test_the_report_is_written_and_ticks_the_checklist(engine, tmp_path):
    measure(engine, "none", THIRD)
    result = quickwin("report")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "PHASE4_RESULTS.md").read_text("utf-8")
    assert "| Early Exit Scoring | faster | 1.250x" in text
    assert "✅ Document in PHASE4_RESULTS.md" in text
    assert "- [x] Document in PHASE4_RESULTS.md" in quickwin("tracker").stdout


def test_the_html_report_carries_its_charts_and_no_upload(engine, tmp_path):
    measure(engine, "none", THIRD)
    attribution = {
        "baseline_seconds": 10.0,
        "all_on_seconds": 8.0,
        "blocks": 1,
        "shapley": [{"win": THIRD, "seconds": 2.0, "low": 1.5, "high": 2.5}],
    }
    arms = [{"name": one, "config": one} for one in ("none", THIRD)]
    number = store.begin_measurement(engine, {"kind": "attribution", "arms": arms, "tasks": 100})
    store.update_measurement(engine, number, status="finished", verdict={"attribution": attribution})
    result = quickwin("report", "--html", "report.html", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["files"] == ["PHASE4_RESULTS.md", "report.html"]
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("<svg ") == 3 and "<script" not in page and len(page) < 100_000
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("changes", "tags", "ticked"),
    [
        ({}, ["kaggle"], True),
        ({"source": "imported:kaggle_kernel"}, [], False),
        ({"source": "imported:kaggle_kernel"}, ["final"], True),
        ({}, [], False),
        ({"counts": {"timeouts": 100}}, ["kaggle"], False),
        ({"profiled": True}, ["kaggle"], False),
        ({"tasks": (TaskRecord(task_id="a", index=0, seconds=1.0, errors=1),)}, ["kaggle"], False),
    ],
)
def test_only_a_clean_run_from_the_reference_machine_confirms(engine, changes, tags, ticked):
    run_id = run_of(engine, "from there", "none", 13.5, **changes)
    for tag in tags:
        store.tag_run(engine, run_id, tag)
    checks = {check.text: check for check in parse(quickwin("tracker").stdout).checks}
    assert checks["Calculate overall Phase 4 speedup"].ticked is ticked
    assert checks["Verify 0 errors, all 13,200 solvers correct"].ticked is ticked
