"""From plain rows to evidence."""

import itertools
from datetime import UTC, datetime

import pandas as pd
import pytest

from optim.evidence import assembly
from optim.evidence.assembly import rows, win_of
from optim.evidence.judging import judge_measurement
from optim.evidence.spec import Arm, Spec
from optim.evidence.verdicts import blocks_from_rows
from tests.worked_example import ALL, FOURTH, THIRD, WIN_NAMES, config_name, config_of

REST = config_name(config_of(f"all-{FOURTH}"))


def assemble(**tables):
    return assembly.assemble(plan_order=WIN_NAMES, **tables)


def spec(a: str, b: str, **more: object) -> dict[str, object]:
    arms = [{"name": "A", "config": a}, {"name": "B", "config": b}, {"name": "A2", "config": a}]
    return {"kind": "pair", "arms": arms, "tasks": 100, "cache_state": "cold", **more}


def measurement(number: int, a: str, b: str, **verdict: object) -> dict[str, object]:
    found = {"verdict": "faster", "speedup": 1.25, "low": 1.2, "high": 1.3, "blocks": 2, "reason": "Faster.", **verdict}
    moment = datetime(2026, 11, 23, number, tzinfo=UTC)
    return {"id": number, "status": "finished", "spec": spec(a, b), "verdict": found, "updated_at": moment}


def block_rows(a: str, b: str, seconds: tuple[float, float] = (10.0, 8.0), **more: object) -> list[dict[str, object]]:
    common = {"status": "finished", "machine": "m1", "workload": "w", "git_commit": "c0ffee", "git_dirty": False}
    return [
        {"block": block, "arm": arm, "config": config, "wall_seconds": value, **common, **more}
        for block in (1, 2)
        for arm, config, value in (("A", a, seconds[0]), ("B", b, seconds[1]))
    ]


def decision(number: int, win: str, word: str, **more: object) -> dict[str, object]:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    return {
        "id": number,
        "win": win,
        "decision": word,
        "because": "so",
        "decided_at": moment,
        "overruled": False,
        **more,
    }


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("none", THIRD, (THIRD, False)),
        (THIRD, "none", (THIRD, True)),
        (ALL, REST, (FOURTH, True)),
        (FOURTH, f"{FOURTH},{THIRD}", (THIRD, False)),
        ("none", "none", None),
        ("none", ALL, None),
        ("none", f"{FOURTH},{THIRD}", None),
        (THIRD, FOURTH, None),
        ("none", "of_another_version", ("of_another_version", False)),
    ],
)
def test_a_measurement_is_about_a_win_when_its_arms_differ_by_exactly_that(a, b, found):
    assert win_of(spec(a, b)) == found


def test_an_attribution_is_about_no_single_win():
    assert win_of(spec("none", THIRD, kind="attribution")) is None


def test_a_measurement_becomes_evidence_with_its_seconds_and_place():
    found = assemble(measurements=[measurement(3, "none", THIRD)], blocks={3: block_rows("none", THIRD)})
    one = found.win(THIRD).measured
    assert one is not None
    assert (one.before_seconds, one.after_seconds) == (pytest.approx(10), pytest.approx(8))
    assert (one.machine, one.committed, one.tasks, one.cache_state) == ("m1", True, 100, "cold")
    assert one.saving == pytest.approx(0.2)
    assert one.measured_at == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_arms_the_other_way_round_are_turned():
    given = measurement(3, ALL, REST, verdict="slower", speedup=0.5, low=0.4, high=0.6)
    found = assemble(measurements=[given], blocks={3: block_rows(ALL, REST, (5.0, 10.0))})
    one = found.win(FOURTH).measured
    assert one is not None
    assert (one.verdict, one.speedup) == ("faster", 2.0)
    assert (one.low, one.high) == (pytest.approx(1 / 0.6), pytest.approx(1 / 0.4))
    assert (one.before_seconds, one.after_seconds) == (pytest.approx(10), pytest.approx(5))
    assert one.config_after == ALL


def test_the_newest_finished_measurement_speaks():
    given = [measurement(1, "none", THIRD, speedup=1.1), measurement(2, "none", THIRD, speedup=1.4)]
    given.append({**measurement(3, "none", THIRD), "status": "running"})
    given.append({**measurement(4, "none", THIRD), "verdict": None})
    row = assemble(measurements=given).win(THIRD)
    assert [one.measurement_id for one in row.measurements] == [2, 1]


def warm(given: dict[str, object]) -> dict[str, object]:
    return {**given, "spec": {**given["spec"], "cache_state": "warm"}}  # type: ignore[dict-item]


def test_what_was_measured_cold_speaks_before_what_was_measured_warm():
    given = [measurement(1, "none", THIRD), warm(measurement(2, "none", THIRD, speedup=30.0))]
    found = assemble(measurements=given)
    assert found.win(THIRD).measured.measurement_id == 1
    unresolved = measurement(3, "none", ALL, verdict="unresolved", speedup=1.1, low=0.9, high=1.3)
    both = assemble(measurements=[unresolved, warm(measurement(4, "none", ALL, speedup=30.0))])
    assert both.joint(frozenset(WIN_NAMES)).source == "measurement 3"
    only = assemble(measurements=[warm(measurement(4, "none", ALL, speedup=30.0))])
    assert only.joint(frozenset(WIN_NAMES)).source == "measurement 4"


def test_wrong_answers_speak_until_a_newer_measurement_of_that_state_has_the_right_ones():
    given = [measurement(1, "none", THIRD), warm(measurement(2, "none", THIRD, verdict="wrong"))]
    assert assemble(measurements=given).win(THIRD).measured.measurement_id == 2
    given.append(warm(measurement(3, "none", THIRD)))
    assert assemble(measurements=given).win(THIRD).measured.measurement_id == 1


def test_runs_that_did_not_finish_give_no_seconds():
    blocks = block_rows("none", THIRD) + block_rows("none", THIRD, (99.0, 99.0), status="failed")
    found = assemble(measurements=[measurement(3, "none", THIRD)], blocks={3: blocks})
    assert found.win(THIRD).measured.before_seconds == pytest.approx(10)


def test_runs_of_several_commits_are_not_called_committed():
    blocks = block_rows("none", THIRD) + block_rows("none", THIRD, git_commit="other")
    found = assemble(measurements=[measurement(3, "none", THIRD)], blocks={3: blocks})
    assert found.win(THIRD).measured.committed is None


def test_frames_and_lists_give_the_same():
    log = [decision(1, THIRD, "keep", measurement_id=3), decision(2, FOURTH, "revert", measurement_id=None)]
    given = [measurement(3, "none", THIRD)]
    blocks = block_rows("none", THIRD)
    lists = assemble(measurements=given, blocks={3: blocks}, decisions=log)
    tables = {3: pd.DataFrame(blocks)}
    frames = assemble(measurements=pd.DataFrame(given), blocks=tables, decisions=pd.DataFrame(log))
    assert frames == lists
    assert frames.decisions("keep") == (THIRD,)
    assert frames.win(FOURTH).decided.measurement_id is None


def test_a_decision_that_came_too_late_has_no_effect():
    log = [decision(1, THIRD, "keep"), decision(2, THIRD, "revert", overruled=True)]
    assert assemble(decisions=log).win(THIRD).decision == "keep"


def test_wins_measured_together_go_before_their_product():
    first, second = WIN_NAMES[:2]
    singles = [measurement(1, "none", first, speedup=1.1), measurement(2, "none", second, speedup=1.2)]
    product = assemble(measurements=singles).joint(frozenset({first, second}))
    assert product is not None
    assert (product.speedup, product.measured) == (pytest.approx(1.32), False)
    assert product.source == "product of measurement 1, measurement 2"
    both = measurement(3, "none", f"{first},{second}", speedup=1.15)
    measured = assemble(measurements=[*singles, both]).joint(frozenset({first, second}))
    assert measured is not None
    assert (measured.speedup, measured.measured, measured.source) == (1.15, True, "measurement 3")


def test_a_product_is_of_what_each_win_brings_alone():
    first, second = WIN_NAMES[:2]
    singles = [measurement(1, "none", first, speedup=1.1), measurement(2, "none", second, speedup=1.2)]
    beside = measurement(3, FOURTH, f"{second},{FOURTH}", speedup=3.0)
    found = assemble(measurements=[*singles, beside])
    assert found.win(second).measured.measurement_id == 3
    assert found.win(second).alone.measurement_id == 2
    assert found.joint(frozenset({first, second})).speedup == pytest.approx(1.32)


def test_open_wins_stand_behind_those_that_were_kept():
    first, second = WIN_NAMES[:2]
    both = measurement(1, "none", f"{first},{second}", speedup=2.0)
    alone = measurement(2, "none", second, speedup=1.5)
    found = assemble(measurements=[both, alone], decisions=[decision(1, second, "keep")])
    assert found.joint(frozenset({second})).speedup == 1.5
    assert found.joint(frozenset({second, first})).speedup == 2.0


def test_nothing_is_multiplied_while_one_is_missing_or_wrong():
    first, second = WIN_NAMES[:2]
    known = measurement(1, "none", first)
    assert assemble(measurements=[known]).joint(frozenset({first, second})) is None
    wrong = measurement(2, "none", second, verdict="wrong")
    assert assemble(measurements=[known, wrong]).joint(frozenset({first, second})) is None


def test_an_attribution_tells_every_prefix_of_the_plan():
    configs = [frozenset(one) for size in range(6) for one in itertools.combinations(WIN_NAMES, size)]
    place = {"cache_state": "cold", "workload": "w", "machine": "m", "results_fingerprint": "s"}
    blocks = [
        {
            "block": at,
            "arm": config_name(one),
            "config": config_name(one),
            "wall_seconds": 10 * 0.9 ** len(one),
            **place,
        }
        for at in (1, 2)
        for one in configs
    ]
    spec = Spec(kind="attribution", arms=tuple(Arm(name=name, config=name) for name in map(config_name, configs)))

    def given(rows: list[dict[str, object]]) -> dict[str, object]:
        verdict = judge_measurement(spec, blocks_from_rows(rows)).to_json()
        return {"id": 9, "status": "finished", "spec": spec.to_json(), "verdict": verdict}

    found = assemble(measurements=[given(blocks)], blocks={9: blocks})
    for size in range(1, 6):
        joint = found.joint(frozenset(WIN_NAMES[:size]))
        assert joint is not None
        assert joint.speedup == pytest.approx(0.9**-size)
        assert joint.measured
    other = [{**one, "results_fingerprint": one["config"]} for one in blocks]
    assert assemble(measurements=[given(other)], blocks={9: other}).together == ()


def test_what_an_attribution_of_an_older_version_says_of_wins_together_has_no_interval():
    configs = [
        {"config": "none", "seconds": 6.0, "measured": True},
        {"config": "x,y", "seconds": 4.0, "measured": True},
    ]
    attribution = {"wins": ["x", "y"], "baseline_seconds": 6.0, "configs": configs}
    spec = {"kind": "attribution", "arms": [{"name": "none", "config": "none"}, {"name": "x,y", "config": "x,y"}]}
    row = {"id": 4, "status": "finished", "spec": spec, "verdict": {"attribution": attribution}}
    joint = assembly.assemble(measurements=[row], plan_order=["x", "y"]).joint(frozenset({"x", "y"}))
    assert (joint.speedup, joint.low, joint.high, joint.measured) == (1.5, None, None, True)


def test_of_wins_together_the_newest_speaks_as_of_one_win_also_when_it_is_less_sure():
    first, second = WIN_NAMES[:2]
    both = f"{first},{second}"
    old = measurement(1, "none", both, speedup=1.5)
    new = measurement(2, "none", both, verdict="unresolved", speedup=1.1, low=0.9, high=1.3)
    joint = assemble(measurements=[old, new]).joint(frozenset({first, second}))
    assert (joint.speedup, joint.low, joint.source) == (1.1, 0.9, "measurement 2")


def test_wins_that_give_wrong_answers_together_have_no_speedup_of_older_or_of_single_measurements():
    first, second = WIN_NAMES[:2]
    both = f"{first},{second}"
    known = [measurement(1, "none", first), measurement(2, "none", second), measurement(3, "none", both, speedup=1.5)]
    wrong = measurement(4, "none", both, verdict="wrong")
    assert assemble(measurements=known).joint(frozenset({first, second})).speedup == 1.5
    assert assemble(measurements=[*known, wrong]).joint(frozenset({first, second})) is None


def test_reverted_wins_are_left_out_of_what_comes_after():
    first, second, third = WIN_NAMES[:3]
    given = [measurement(at, "none", win) for at, win in enumerate((first, third), start=1)]
    found = assemble(measurements=given, decisions=[decision(1, second, "revert")])
    assert found.joint(frozenset({first, third})) is not None


def test_reference_runs_are_taken_over():
    run = {"id": 12, "label": "k", "wall_seconds": 13.5, "tasks": 100.0, "errors": float("nan"), "timeouts": 3}
    found = assemble(reference_runs=[run]).reference[0]
    assert (found.run_id, found.tasks, found.errors, found.timeouts, found.clean) == (12, 100, 0, 3, False)


def test_what_is_missing_in_a_frame_is_none():
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": ["x", None], "c": [pd.NaT, pd.NaT]})
    assert rows(frame)[1] == {"a": None, "b": None, "c": None}


def test_without_anything_the_evidence_is_empty():
    found = assemble()
    assert found.empty
    assert [row.win for row in found.wins] == list(WIN_NAMES)


def blocks_of(number, speedup, count=7, commit="c1"):
    wobble = (0.99, 1.0, 1.01, 1.002, 0.995, 1.004, 0.997)
    place = {"status": "finished", "cache_state": "cold", "workload": "w", "machine": "m", "results_fingerprint": "s"}
    return [
        {"block": block, "arm": arm, "config": config, "run_id": 100 * number + block, **place,
         "wall_seconds": seconds * wobble[(block + at) % 7], "git_commit": commit, "git_dirty": False}
        for block in range(1, count + 1)
        for at, (arm, config, seconds) in enumerate(
            (("A", "none", 10.0), ("B", "x", 10 / speedup), ("B2", "x", 10 / speedup), ("A2", "none", 10.0))
        )
    ]  # fmt: skip


def measurement_row(number, speedup):
    arms = [{"name": name, "config": "none" if name[0] == "A" else "x"} for name in ("A", "B", "A2", "B2")]
    verdict = {"verdict": "faster", "speedup": speedup, "low": speedup * 0.98, "high": speedup * 1.02, "reason": "r"}
    return {"id": number, "status": "finished", "spec": {"kind": "pair", "arms": arms, "cache_state": "cold"},
            "verdict": verdict, "updated_at": None}  # fmt: skip


def test_measurements_of_one_question_are_judged_together_and_the_newest_does_not_simply_win():
    rows = [measurement_row(1, 1.10), measurement_row(2, 1.11)]
    blocks = {1: blocks_of(1, 1.10), 2: blocks_of(2, 1.11)}
    found = assembly.assemble(measurements=rows, blocks=blocks, plan_order=["x"]).win("x")
    (one,) = found.measurements
    assert (one.measurement_id, one.pooled, one.blocks) == (2, (1, 2), 14)
    assert 1.10 < one.speedup < 1.11
    assert found.measurement(1) is one


def test_measurements_that_differ_by_more_than_their_blocks_say_so():
    rows = [measurement_row(1, 1.10), measurement_row(2, 1.50)]
    blocks = {1: blocks_of(1, 1.10), 2: blocks_of(2, 1.50)}
    (one,) = assembly.assemble(measurements=rows, blocks=blocks, plan_order=["x"]).win("x").measurements
    assert one.verdict == "unresolved"
    assert "differ by more than their blocks do" in one.reason
    assert one.low < 1.1 and one.high > 1.5


def test_a_decision_that_rests_on_code_that_is_no_more_is_due():
    rows = [measurement_row(1, 1.10), measurement_row(2, 1.11)]
    blocks = {1: blocks_of(1, 1.10), 2: blocks_of(2, 1.11, commit="c2")}
    log = [{"id": 1, "win": "x", "decision": "keep", "because": "b", "measurement_id": 1, "decided_at": None}]
    found = assembly.assemble(measurements=rows, blocks=blocks, decisions=log, plan_order=["x"])
    assert [one.measurement_id for one in found.win("x").measurements] == [2, 1]
    assert [one.win for one in found.due] == ["x"]


def test_an_attribution_is_evidence_for_each_of_its_wins_beside_the_others():
    beside = [
        {"win": "x", "speedup": 1.2, "low": 1.1, "high": 1.3},
        {"win": "y", "speedup": 1.0, "low": 0.9, "high": 1.1},
    ]
    spec = {"kind": "attribution", "arms": [{"name": "none", "config": "none"}, {"name": "x,y", "config": "x,y"}]}
    verdict = {"verdict": "faster", "attribution": {"wins": ["x", "y"], "blocks": 3, "beside": beside}}
    row = {"id": 4, "status": "finished", "spec": spec, "verdict": verdict, "updated_at": None}
    found = assembly.assemble(measurements=[row], plan_order=["x", "y"])
    one = found.win("x").measured
    assert (one.config_before, one.config_after, one.verdict, one.low) == ("y", "x,y", "faster", 1.1)
    assert found.win("y").measured.verdict == "unresolved"


@pytest.mark.parametrize(("margin", "word"), [(0.0, "faster"), (None, "slightly faster"), (0.05, "slightly faster")])
def test_a_margin_of_nothing_is_a_margin(margin, word):
    beside = [{"win": "x", "speedup": 1.002, "low": 1.001, "high": 1.003}]
    arms = [{"name": "none", "config": "none"}, {"name": "x", "config": "x"}]
    verdict = {"verdict": "faster", "attribution": {"wins": ["x"], "blocks": 3, "beside": beside}}
    row = {"id": 4, "status": "finished", "spec": {"kind": "attribution", "arms": arms, "margin": margin}}
    found = assembly.assemble(measurements=[{**row, "verdict": verdict}], plan_order=["x"])
    assert found.win("x").measured.verdict == word
