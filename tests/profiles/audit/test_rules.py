"""Each rule of the claim audit speaks where it should, with line, claim and consequence, and is silent elsewhere."""

import pytest

from profiles.audit import RULES, KnownRun, audit
from profiles.records import CacheStats, Finding, PhaseTiming, RunRecord, TaskRecord
from tests.profiles.importers.files import fixture, read, read_text, rules_of, run_of

SUMMARY = "Timing summary (seconds):\n  main.run_batt                      100.000\n"
PARTS = "  run_batt.check_batt  9.000\n  batt.result.union  5.000\n  batt.score.update  5.000\n"
HONEST = """\
run_batt.py:1: -- 007bbfb7 - 0 start --
run_batt.py:1: demo[0] - 007bbfb7 - 32
run_batt.py:1: -- 007bbfb7 - 0 done - 90 candidates scored
run_batt.py:1: -- Phase 3a: Validated 32 solvers in 0.042s (parallelized)
run_batt.py:1: -- 00d62c1b - 1 start --
run_batt.py:1: demo[0] - 00d62c1b - 32
run_batt.py:1: -- 00d62c1b - 1 done - 90 candidates scored
run_batt.py:1: -- Phase 3a: Validated 32 solvers in 0.042s (parallelized)
2 tasks - timeouts = 0 - tot_d_score = 5 in 100.000s

Validation Cache:
  Hits: 25
  Misses: 75
  Total: 100
  Hit Rate: 25.0%
  Cache Size: 75 entries

Timing summary (seconds):
  main.run_batt                     100.000
  run_batt.check_batt                99.900
"""
TIMED_OUT = HONEST.replace("demo[0] - 007bbfb7 - 32", "-- 007bbfb7 - demo[0] timed out")


def cache(hits, misses, rest=""):
    return f"Inlining Cache:\n  Hits: {hits}\n  Misses: {misses}\n{rest}\n"


def findings(text, name="x.log"):
    (run,) = read_text(text, name).records
    return rules_of(run)


#: Per rule: a text in which it finds something, the line, and words of what follows.
TRAPS = {
    "saved_more_than_spent": (SUMMARY + cache(9, 1, "  Time Saved: ~2400.00s"), 6, "the whole run took 100.000 s"),
    "saved_is_hits_times_constant": (cache(16000, 0, "  Time Saved: ~2400.00s"), 4, "16,000 hits x 0.150 s"),
    "hit_rate": (cache(480, 2720, "  Hit Rate: 18.0%"), 4, "480 hits of 3,200 lookups are 15.0%"),
    "total": (cache(480, 2720, "  Total: 3300"), 4, "are 3,200"),
    "called_cold_or_warm": ("Warm cache\n" + cache(0, 32), 3, "it began empty"),
    "last_task_as_total": ("9 tasks - 0 timeouts\n" + SUMMARY + "  batt.demo.parallel  1.000\n", 4, "last task of 9"),
    "concurrent_as_wall_clock": (SUMMARY + "  utils.inline_variables.total  1.000\n", 3, "at the same time"),
    "counts_as_seconds": (SUMMARY + "  run_batt.inline_timeouts   7.000\n", 3, "a count of 7, no time"),
    "phases_beyond_whole": (SUMMARY + "  run_batt.check_batt  120.000\n", 3, "20.000 s too many"),
    "phases_below_whole": (SUMMARY + "  run_batt.check_batt  60.000\n", 2, "40.000 s (40.0%)"),
    "residual_as_category": ("main.run_batt 100.0s\nOther operations  74.0s\n", 2, "unaccounted, not a category"),
    "parts_and_phase": (SUMMARY + PARTS, 3, "its own seconds and its 2 parts add up to 10.000 s"),
    "without_unit": ("main.run_batt: 24.8\n", 1, "no unit"),
    "one_key_two_values": (SUMMARY + "  batt.score.update  1.000\n  batt.score.update  2.000\n", 4, "line 3"),
    "wall_clocks_differ": (SUMMARY + "\nWall-clock: 24.813s\n", 4, "line 2 says 100.000 s"),
    "every_task_timed_out": (HONEST.replace("timeouts = 0 - tot_d_score = 5 in 100.000s", "2 timeouts"), 9, "no line"),
    "fewer_timeouts_than_reported": (TIMED_OUT, 9, "007bbfb7"),
    "good_with_timeouts_or_errors": ("5 tasks - 2 timeouts\nPerfect correctness\n", 2, "2 timeouts"),
    "success_without_result": (HONEST.replace("Validated 32", "Validated 0", 1), 4, "no solver was validated"),
    "tasks_announced_and_seen": (HONEST.replace("2 tasks", "3 tasks"), 9, "2 tasks are in the log"),
}  # fmt: skip


@pytest.mark.parametrize("rule", TRAPS)
def test_a_trap_is_found_with_its_line(rule):
    text, line, follows = TRAPS[rule]
    found = findings(text)[rule]
    assert found.line == line
    assert follows in found.follows
    assert found.claimed


@pytest.mark.parametrize(
    ("name", "seconds", "speaks"),
    [("Everything else", 50.0, True), ("Bookkeeping", 80.0, True), ("Bookkeeping", 50.0, False)],
)
def test_a_residual_is_known_by_its_name_or_by_what_it_adds_up_to(name, seconds, speaks):
    text = f"main.run_batt 100.0s\ncheck_batt 20.0s\n{name}: {seconds}s\n"
    assert ("residual_as_category" in findings(text)) is speaks


def test_a_heading_between_two_runs_is_that_of_the_second():
    text = "Cold cache\n" + cache(0, 10) + "Warm cache\n" + cache(0, 9)
    one, two = read_text(text).records
    assert "called_cold_or_warm" not in rules_of(one)
    assert rules_of(two)["called_cold_or_warm"].claimed == "the log calls the run warm"


def test_a_listed_line_that_is_no_key_is_said_to_be_no_phase():
    (run,) = read_text("main.run_batt 100.0s\ncheck_batt 20.0s\nBookkeeping: 50.0s\n").records
    assert any("1 line names no key" in note for note in run.notes)


@pytest.mark.parametrize(("workers", "speaks"), [(1, True), (4, False)])
def test_tasks_that_add_up_to_more_than_a_serial_run_are_found(workers, speaks):
    tasks = tuple(TaskRecord(task_id=str(at), index=at, seconds=3.0) for at in range(4))
    found = audit(RunRecord(key="k", label="x", wall_seconds=6.0, tasks=tasks, workers=workers))
    assert [one.claimed for one in found] == (["4 tasks of 12.000 s together"] if speaks else [])


@pytest.mark.parametrize(
    ("total", "own", "rules"),
    [(0.5, 0.5, set()), (0.5, 0.1, {"parts_and_phase"}), (5.0, 1.0, {"parts_and_phase", "phases_beyond_whole"})],
)
def test_a_phase_of_a_record_that_does_not_add_up_is_found(total, own, rules):
    phases = (PhaseTiming(path=("a",), total_seconds=total, self_seconds=own),)
    assert {one.rule for one in audit(RunRecord(key="k", label="x", wall_seconds=1.0, phases=phases))} == rules


def test_a_known_key_with_another_wall_clock_is_found():
    record = RunRecord(key="k", label="x", wall_seconds=2.0)
    (found,) = audit(record, None, [KnownRun(key="k", label="x", wall_seconds=3.0)])
    assert found.follows == "that run took 3.000 s, this one 2.000 s"


def test_an_honest_log_gives_no_finding():
    assert findings(HONEST) == {}


def test_every_rule_has_a_trap():
    elsewhere = {"arrivals_differ", "tasks_beyond_whole", "same_numbers_elsewhere"}
    names = {"hit_rate", "total"} | {rule.__name__ for rule in RULES}
    assert names == set(TRAPS) | elsewhere


def test_arrivals_that_took_longer_than_the_run_are_found():
    (run,) = read(("x", fixture("kaggle_log.json").replace(b"24.500", b"4.500"))).records
    assert "its lines arrived over 24.500 s" in rules_of(run)["arrivals_differ"].follows


@pytest.mark.parametrize(
    ("known", "follows"),
    [
        (KnownRun(key="other", label="baseline", wall_seconds=24.5), "its wall-clock of 24.500 s are those"),
        (KnownRun(key=run_of("run_batt_october.log").key, label="baseline"), "all figures are those of the known run"),
    ],
)
def test_numbers_that_are_known_under_another_name_are_found(known, follows):
    (run,) = read(("x", fixture("run_batt_october.log")), known=[known]).records
    assert follows in rules_of(run)["same_numbers_elsewhere"].follows


def test_numbers_of_other_runs_are_no_finding():
    known = [KnownRun(key="other", label="baseline", wall_seconds=24.501), KnownRun(key="b", label="c")]
    (run,) = read(("x", fixture("run_batt_october.log")), known=known).records
    assert "same_numbers_elsewhere" not in rules_of(run)


@pytest.mark.parametrize(("name", "speaks"), [("run_warm.log", True), ("run_cold.log", False), ("warmth.log", False)])
def test_the_files_name_is_a_claim_too(name, speaks):
    (run,) = read((name, fixture("run_batt_october.log"))).records
    assert ("called_cold_or_warm" in rules_of(run)) is speaks


def test_primed_caches_in_a_run_called_cold_are_found():
    found = findings(cache(12801, 31, "  Cache Size: 36 entries"), "cache_cold.txt")["called_cold_or_warm"]
    assert "5 were there before" in found.follows


@pytest.mark.parametrize(
    ("hits", "saved", "speaks"),
    [
        (576, "~50.11s", True),
        (124, "~18.6s", True),
        (16000, "~2400.00s", True),
        (1234, "~77.13s", False),
        (3, "~0.30s", False),
    ],
)
def test_a_constant_is_told_from_a_measurement(hits, saved, speaks):
    assert ("saved_is_hits_times_constant" in findings(cache(hits, 9, f"  Time Saved: {saved}"))) is speaks


def test_a_residual_says_what_the_listed_lines_leave():
    found = rules_of(run_of("run_batt_pasted.txt"))["residual_as_category"]
    assert found.claimed == "12 other functions: 18.750 s (76.5%)"
    assert "leave 18.750 s" in found.follows


def test_the_progress_lines_contradict_the_last_task_key():
    found = rules_of(run_of("run_batt_october.log"))["last_task_as_total"]
    assert "the 3 lines of phase 3a add up to 0.063 s where its key says 0.035 s" in found.follows


def test_rules_that_need_no_log_speak_on_other_formats():
    record = RunRecord(
        key="k",
        label="x",
        wall_seconds=1.0,
        phases=(PhaseTiming(path=("a",), total_seconds=2.0, self_seconds=2.0),),
        caches=(CacheStats(name="c", hits=1, misses=1, claimed_saved_seconds=3.0),),
    )
    assert {one.rule for one in audit(record)} == {"phases_beyond_whole", "saved_more_than_spent"}


def test_findings_come_with_the_worst_first():
    order = ["error", "warning", "note"]
    found = [order.index(one.severity) for one in run_of("run_batt_october.log").findings]
    assert found == sorted(found) and len(set(found)) == 3


def test_what_is_claimed_is_one_harmless_line():
    found = findings("5 tasks - 2 timeouts\n\x1b[2J\u202ePerfect <script>\x00\n")["good_with_timeouts_or_errors"]
    assert isinstance(found, Finding)
    assert found.claimed.isprintable()


def test_a_rule_that_could_speak_a_million_times_stops():
    (run,) = read_text("main.run_batt 100.0s\n" + "Other operations  74.0s\n" * 1000).records
    assert sum(one.rule == "residual_as_category" for one in run.findings) == 50
