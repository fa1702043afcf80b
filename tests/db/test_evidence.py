from __future__ import annotations

import os
import subprocess
import sys
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text

from db import queries, store
from db.engine import writing
from db.problems import UnknownRow
from tests.db.samples import record

SPEC = {
    "kind": "pair",
    "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}, {"name": "A2", "config": "none"}],
    "cache_state": "cold",
    "tasks": 100,
    "max_blocks": 20,
}
VERDICT = {"verdict": "faster", "speedup": 1.23, "low": 1.2, "high": 1.26, "blocks": 8, "reason": "clear"}


def test_a_measurement_keeps_its_spec_and_its_verdict(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    assert queries.measurement(engine, number).verdict is None
    store.update_measurement(engine, number, status="finished", verdict=VERDICT)
    found = queries.measurement(engine, number)
    assert (found.spec, found.verdict, found.status) == (SPEC, VERDICT, "finished")
    row = queries.measurements(engine).iloc[0]
    assert (row["arms"], row["config_a"], row["config_b"]) == ("A=none, B=all, A2=none", "none", "all")
    assert (row["verdict"], row["speedup"], row["max_blocks"]) == ("faster", 1.23, 20)


def test_a_block_counts_when_it_holds_all_arms(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    for place, arm in enumerate(("A", "B", "A2", "A")):
        run_id, _ = store.store_run(engine, record(str(place)))
        store.add_block_run(engine, number, place // 3, arm, place % 3, run_id)
    assert queries.measurements(engine)["blocks"].tolist() == [1]


def test_a_failed_run_of_a_block_gives_way_to_its_repetition(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    ids = [store.store_run(engine, record(status, status=status))[0] for status in ("failed", "finished")]
    for run_id in ids:
        store.add_block_run(engine, number, 0, "A", 2, run_id)
    assert queries.blocks(engine, number)[["arm", "run_id", "status"]].values.tolist() == [["A", ids[1], "finished"]]
    assert queries.run_count(engine) == 2


def test_blocks_come_in_the_order_in_which_they_ran(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    for block, place, arm in ((1, 0, "A"), (0, 1, "A"), (0, 0, "B")):
        run_id, _ = store.store_run(engine, record(f"{block}{place}"))
        store.add_block_run(engine, number, block, arm, place, run_id)
    assert queries.blocks(engine, number)[["block", "arm"]].values.tolist() == [[0, "B"], [0, "A"], [1, "A"]]


def test_a_measurement_whose_process_is_gone_is_interrupted_and_can_go_on(engine: Engine) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    number = store.begin_measurement(engine, SPEC, pid=child.pid)
    assert store.mark_interrupted(engine) == 0
    child.kill()
    child.communicate()
    assert store.mark_interrupted(engine) == 1
    assert queries.measurements(engine, status="interrupted")["id"].tolist() == [number]
    store.update_measurement(engine, number, status="running", pid=os.getpid())
    assert store.mark_interrupted(engine) == 0


@pytest.mark.parametrize(
    ("spec", "status", "sentence"),
    [({"kind": "pair"}, "running", "must name its arms"), (SPEC, "done", "must be one of .*'running'.*, got 'done'")],
)
def test_a_measurement_that_makes_no_sense_is_refused(
    engine: Engine, spec: dict[str, object], status: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        store.begin_measurement(engine, spec, status=status)


def test_a_measurement_that_is_not_there_is_named(engine: Engine) -> None:
    with pytest.raises(UnknownRow, match="there is no measurement 9"):
        store.update_measurement(engine, 9, status="finished")
    with pytest.raises(UnknownRow, match="there is no measurement 9"):
        queries.measurement(engine, 9)


def test_evidence_that_is_not_there_is_named_and_nothing_is_written(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    with pytest.raises(UnknownRow, match="there is no run 9"):
        store.add_block_run(engine, number, 0, "A", 0, 9)
    with pytest.raises(UnknownRow, match="there is no measurement 9"):
        store.decide(engine, "early_exit", "keep", "faster", measurement_id=9)
    assert queries.blocks(engine, number).empty
    assert queries.decisions(engine).empty


def test_the_newest_decision_about_each_win_holds(engine: Engine) -> None:
    first = store.decide(engine, "early_exit", "keep", "faster", who="Ada")
    store.decide(engine, "dsl_cache", "keep", "faster too")
    store.decide(engine, "early_exit", "revert", "not on Kaggle", seen_decision_id=first.id)
    assert queries.kept_wins(engine) == {"dsl_cache"}
    held = queries.current_decisions(engine).set_index("win")["decision"].to_dict()
    assert held == {"dsl_cache": "keep", "early_exit": "revert"}
    assert queries.decisions(engine, "early_exit")["decision"].tolist() == ["revert", "keep"]


def test_a_decision_that_comes_too_late_is_logged_without_effect(engine: Engine) -> None:
    first = store.decide(engine, "early_exit", "keep", "faster", who="Ada")
    with pytest.raises(store.DecisionConflict, match=r"Ada decided to keep early_exit .*\(faster\)") as caught:
        store.decide(engine, "early_exit", "revert", "slower", who="Ben")
    assert caught.value.newest == first
    assert (caught.value.late.who, caught.value.late.overruled) == ("Ben", True)
    assert queries.kept_wins(engine) == {"early_exit"}
    assert queries.decisions(engine)["overruled"].tolist() == [True, False]
    store.decide(engine, "early_exit", "revert", "looked again", seen_decision_id=first.id)
    assert queries.kept_wins(engine) == frozenset()


def test_of_many_who_decide_at_once_one_wins_and_all_are_logged(engine: Engine) -> None:
    start, late = Barrier(6), []

    def decide(who: str) -> None:
        start.wait()
        try:
            store.decide(engine, "early_exit", "keep", "at once", who=who)
        except store.DecisionConflict as conflict:
            late.append(conflict.late.who)

    people = [Thread(target=decide, args=(f"person {number}",)) for number in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    found = queries.decisions(engine)
    assert len(found) == 6
    assert sorted(found[found["overruled"]]["who"]) == sorted(late)
    assert len(late) == 5


@pytest.mark.parametrize(
    ("decision", "because", "sentence"), [("drop", "x", "'drop'"), ("keep", " ", "needs a reason")]
)
def test_a_decision_needs_a_known_word_and_a_reason(engine: Engine, decision: str, because: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        store.decide(engine, "early_exit", decision, because)
    assert queries.decisions(engine).empty


def test_nothing_is_kept_before_anybody_decided(engine: Engine) -> None:
    assert queries.kept_wins(engine) == frozenset()
    with writing(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM decisions")).scalar_one() == 0


def test_one_tag_off_and_another_on_is_another_state(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    store.tag_run(engine, run_id, "baseline")
    before = queries.state(engine)
    assert queries.state(engine) == before
    store.untag_run(engine, run_id, "baseline")
    store.tag_run(engine, run_id, "final")
    assert queries.state(engine) != before


def test_an_edit_of_the_tracker_is_another_state(engine: Engine) -> None:
    before = queries.state(engine)
    store.track(engine, [store.TrackedEdit(place="win one", name="Status", value="on it")])
    assert queries.state(engine) != before
