"""The verdict on blocks of outcomes."""

import json
from dataclasses import replace

import pytest

from optim.evidence.outcomes import Outcome
from optim.evidence.verdicts import VERDICTS, answers_note, blocks_from_rows, judge, refusal

RUN = Outcome(wall_seconds=1.0, results_fingerprint="same", cache_state="cold", workload="w", machine="m")
WOBBLE = (0.99, 1.0, 1.01, 1.002, 0.995, 1.004)


def blocks(speedup, count=6, **changes):
    return [
        {
            "A": replace(RUN, wall_seconds=10 * WOBBLE[at % 6]),
            "B": replace(RUN, wall_seconds=10 / speedup * WOBBLE[(at + 2) % 6], **changes),
            "A2": replace(RUN, wall_seconds=10 * WOBBLE[(at + 4) % 6]),
        }
        for at in range(count)
    ]


@pytest.mark.parametrize(("speedup", "verdict"), [(2.0, "faster"), (0.5, "slower"), (1.01, "unresolved")])
def test_blocks_are_judged_by_their_interval(speedup, verdict):
    found = judge(blocks(speedup))
    assert found.verdict == verdict
    assert found.interval.low < speedup < found.interval.high
    assert (found.more_blocks is not None) == (verdict == "unresolved")


def test_many_quiet_blocks_of_equal_arms_are_the_same():
    assert judge(blocks(1.0, 30), margin=0.02).verdict == "same"


def test_the_control_arm_gives_the_noise_floor():
    found = judge(blocks(2.0))
    assert found.noise.interval.low < 1 < found.noise.interval.high
    assert 0.003 < found.noise.run_noise < 0.02
    assert judge([{arm: run for arm, run in one.items() if arm != "A2"} for one in blocks(2.0)]).noise is None


def test_a_control_arm_that_differs_from_itself_is_a_warning():
    biased = [{**one, "A2": replace(one["A"], wall_seconds=one["A"].wall_seconds * 2)} for one in blocks(2.0)]
    assert "something biases the runs" in judge(biased).text
    assert "Beware" not in judge(blocks(2.0)).text


@pytest.mark.parametrize("changes", [{"results_fingerprint": "other"}, {"errors": 1}])
def test_a_run_with_other_answers_is_wrong_however_fast(changes):
    found = judge(blocks(100.0, **changes))
    assert found.verdict == "wrong"
    assert found.interval is None
    assert "arm B" in found.reason


@pytest.mark.parametrize("changes", [{"timeouts": 100}, {"failed": 1}, {"status": "died"}, {"status": "timeout"}])
def test_a_config_whose_runs_fail_is_wrong_however_fast(changes):
    found = judge(blocks(100.0, **changes))
    assert found.verdict == "wrong"
    assert "6 of 6 of the second" in found.reason


def test_one_wrong_run_among_many_makes_it_wrong():
    mixed = blocks(2.0)
    mixed[4]["B"] = replace(mixed[4]["B"], results_fingerprint="other")
    assert judge(mixed).verdict == "wrong"
    assert "block 5" in judge(mixed).reason


@pytest.mark.parametrize("answers", ["other", None])
def test_where_the_baseline_differs_from_itself_answers_are_not_checked_and_nobody_is_blamed(answers):
    mixed = blocks(2.0, results_fingerprint="a third")
    mixed[2]["A2"] = replace(mixed[2]["A2"], results_fingerprint=answers)
    found = judge(mixed)
    assert found.verdict == "faster" and found.reason.startswith("Faster")
    assert any(note.startswith("Answers not checked: the first config's own differ") for note in found.notes)


def test_a_baseline_that_ran_once_shows_nothing_until_another_run_gives_the_same_answers():
    block = {name: replace(RUN, results_fingerprint=name) for name in ("none", "one", "two")}
    assert refusal([block], ("none",), None) is None
    assert "ran once so far" in answers_note([block], ("none",))
    again = {**block, "two": block["none"]}
    assert refusal([again], ("none",), None)[0] == "wrong"
    assert refusal([block, block], ("none",), None)[0] == "wrong"


def test_where_the_baseline_differs_from_itself_more_errors_are_wrong_all_the_same():
    mixed = blocks(2.0, errors=3)
    mixed[2]["A2"] = replace(mixed[2]["A2"], results_fingerprint="other")
    found = judge(mixed)
    assert found.verdict == "wrong" and "3 more errors" in found.reason


def test_timeouts_that_the_baseline_has_too_are_not_new():
    mixed = [{**one, "A": replace(one["A"], timeouts=at % 3)} for at, one in enumerate(blocks(2.0, timeouts=2))]
    assert judge(mixed).verdict == "faster"


@pytest.mark.parametrize(
    "changes", [{"workload": "other"}, {"machine": "other"}, {"cache_state": "warm"}, {"status": "interrupted"}]
)
def test_unlike_runs_are_not_comparable(changes):
    found = judge(blocks(2.0, **changes))
    assert found.verdict == "not comparable"
    assert "block 1, arm b" in found.reason.lower()


def test_a_single_run_that_hit_the_backstop_is_not_comparable():
    mixed = blocks(2.0)
    mixed[4]["B"] = replace(mixed[4]["B"], timeouts=1, backstops=1)
    reason, words = refusal(mixed, ("A", "A2"), None)
    assert reason == "not comparable" and "Block 5, arm B" in words and "wall-clock backstop" in words


def test_runs_in_another_cache_state_than_prepared_are_not_comparable():
    found = judge(blocks(2.0), cache_state="warm")
    assert found.verdict == "not comparable"
    assert "prepared to be warm was cold" in found.reason


def test_a_single_pair_resolves_nothing():
    found = judge(blocks(4.0, 1))
    assert (found.verdict, found.more_blocks) == ("unresolved", 5)
    assert "after 1 of at least 6 blocks" in found.reason


def test_without_blocks_nothing_is_resolved():
    assert judge([]).verdict == "unresolved"
    assert judge([{"A": RUN}]).blocks == 0


@pytest.mark.parametrize("found", [judge([]), judge(blocks(2.0)), judge(blocks(2.0, 1)), judge(blocks(1, errors=1))])
def test_a_verdict_is_plain_json(found):
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["verdict"] in VERDICTS
    assert {"speedup", "low", "high", "blocks", "more_blocks", "noise", "reason"} <= set(plain)


def test_rows_become_blocks_in_order():
    rows = [{"block": block, "arm": arm, "wall_seconds": block + 0.5} for block in (2, 1) for arm in ("B", "A")]
    first, second = blocks_from_rows(rows)
    assert (first["A"].wall_seconds, second["B"].wall_seconds) == (1.5, 2.5)
