from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db import queries, store
from db.engine import writing
from db.problems import UnknownRow
from db.store import measurements
from profiles.processes import owner_of
from tests.db.samples import record
from tests.worked_example import FOURTH, THIRD

ROOT = Path(__file__).resolve().parents[2]

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
        store.decide(engine, THIRD, "keep", "faster", measurement_id=9)
    assert queries.blocks(engine, number).empty
    assert queries.decisions(engine).empty


def test_the_newest_decision_about_each_win_holds(engine: Engine) -> None:
    first = store.decide(engine, THIRD, "keep", "faster", who="Ada")
    store.decide(engine, FOURTH, "keep", "faster too")
    store.decide(engine, THIRD, "revert", "not on Kaggle", seen_decision_id=first.id)
    assert queries.kept_wins(engine) == {FOURTH}
    held = queries.current_decisions(engine).set_index("win")["decision"].to_dict()
    assert held == {FOURTH: "keep", THIRD: "revert"}
    assert queries.decisions(engine, THIRD)["decision"].tolist() == ["revert", "keep"]


def test_a_decision_that_comes_too_late_is_logged_without_effect(engine: Engine) -> None:
    first = store.decide(engine, THIRD, "keep", "faster", who="Ada")
    with pytest.raises(store.DecisionConflict, match=rf"Ada decided to keep {THIRD} .*\(faster\)") as caught:
        store.decide(engine, THIRD, "revert", "slower", who="Ben")
    assert caught.value.newest == first
    assert (caught.value.late.who, caught.value.late.overruled) == ("Ben", True)
    assert queries.kept_wins(engine) == {THIRD}
    assert queries.decisions(engine)["overruled"].tolist() == [True, False]
    store.decide(engine, THIRD, "revert", "looked again", seen_decision_id=first.id)
    assert queries.kept_wins(engine) == frozenset()


def test_of_many_who_decide_at_once_one_wins_and_all_are_logged(engine: Engine) -> None:
    start, late = Barrier(6), []

    def decide(who: str) -> None:
        start.wait()
        try:
            store.decide(engine, THIRD, "keep", "at once", who=who)
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
        store.decide(engine, THIRD, decision, because)
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


ELSEWHERE = "another|boot|namespace|1"


def owned_by(engine: Engine, pid: int, owner: str, status: str = "running") -> int:
    number = store.begin_measurement(engine, SPEC, status=status)
    with writing(engine) as connection:
        values = {"pid": pid, "owner": owner, "number": number}
        connection.execute(text("UPDATE measurements SET pid = :pid, owner = :owner WHERE id = :number"), values)
    return number


def sleeping() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


@pytest.mark.parametrize("status", ["planned", "running", "stopping", "interrupted"])
def test_a_measurement_whose_process_lives_is_not_taken(engine: Engine, status: str) -> None:
    child = sleeping()
    try:
        number = owned_by(engine, child.pid, owner_of(child.pid), status)
        with pytest.raises(store.NotOwner, match=f"measurement {number} is under way in process {child.pid}: stop"):
            store.take_measurement(engine, number, SPEC)
    finally:
        child.kill()
        child.communicate()
    store.take_measurement(engine, number, SPEC)
    assert queries.measurement(engine, number).pid == os.getpid()


def test_a_measurement_on_another_machine_is_taken_only_after_a_long_silence(engine: Engine) -> None:
    number = owned_by(engine, 77, ELSEWHERE)
    with pytest.raises(store.NotOwner, match=r"under way in process 77 on another"):
        store.take_measurement(engine, number, SPEC)
    store.take_measurement(engine, number, SPEC, silent_seconds=-1)
    found = queries.measurement(engine, number)
    assert (found.status, found.pid) == ("planned", os.getpid())


def test_a_measurement_that_is_not_there_can_not_be_taken(engine: Engine) -> None:
    with pytest.raises(UnknownRow, match="there is no measurement 9"):
        store.take_measurement(engine, 9, SPEC)


def test_who_lost_a_measurement_writes_nothing_more_to_it(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record("one"))
    number = owned_by(engine, 77, ELSEWHERE)
    attempt = {"block": 1, "attempt": 1, "arm": "A", "position": 1, "status": "finished", "run_id": run_id}
    attempt |= {"errors": 0, "timeouts": 0, "failed": 0}
    for write in (
        lambda: store.add_blocks(engine, number, [(1, "A", 1, run_id)], verdict=VERDICT, owned=True),
        lambda: store.add_attempt(engine, number, attempt, owned=True),
        lambda: store.update_measurement(engine, number, status="finished", owned=True),
    ):
        with pytest.raises(store.NotOwner, match="goes on in process 77 on another, which has taken it over"):
            write()
    assert queries.blocks(engine, number).empty and len(queries.attempts(engine, number)) == 0
    assert queries.measurement(engine, number).status == "running"


def test_what_was_seen_without_its_process_and_taken_over_since_is_not_marked_as_interrupted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = owned_by(engine, os.getpid(), "gone|boot|namespace|1")

    def taken_meanwhile(*ignored: object) -> bool:
        store.take_measurement(engine, number, SPEC, silent_seconds=-1)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(measurements, "is_over", lambda *ignored: True)
        patch.setattr(measurements, "_interrupt", _later(measurements._interrupt, taken_meanwhile))
        assert store.mark_interrupted(engine) == 0
    assert queries.measurement(engine, number).status == "planned"


def _later(function: Callable[..., Any], first: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        first()
        return function(*arguments)

    return call


TAKES = """
import sys
from db import store
from db.engine import open_engine
engine = open_engine(sys.argv[1])
print("ready", flush=True)
input()
try:
    store.take_measurement(engine, int(sys.argv[2]), {"arms": ["A"]})
    print("taken", flush=True)
except store.NotOwner as problem:
    print(problem, flush=True)
input()
"""


def test_of_several_processes_that_take_a_measurement_at_once_one_gets_it(engine: Engine, url: str) -> None:
    number = store.begin_measurement(engine, SPEC, status="stopped")
    command = [sys.executable, "-c", TAKES, engine.url.render_as_string(hide_password=False), str(number)]
    takers = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) for _ in range(3)]
    try:
        for taker in takers:
            assert taker.stdout is not None and taker.stdout.readline() == "ready\n"
        for taker in takers:
            assert taker.stdin is not None
            taker.stdin.write("\n")
            taker.stdin.flush()
        answers = [taker.stdout.readline().strip() for taker in takers if taker.stdout]
    finally:
        for taker in takers:
            taker.kill()
            taker.communicate()
    winner = takers[answers.index("taken")].pid
    assert sorted(answers) == sorted(
        ["taken", *[f"measurement {number} is under way in process {winner}: stop that first"] * 2]
    )
    assert queries.measurement(engine, number).pid == winner


KILLED = """
import json, os, signal, sys
from sqlalchemy import event
from db import queries, store
from db.engine import open_engine

def attempt(number, left):
    def count(*ignored):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    store.update_measurement(engine, number, pid=os.getpid())
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    add_block(number)

def add_block(number):
    rows = [(1, arm, place, place) for place, arm in enumerate(("A", "B", "B2", "A2"), 1)]
    store.add_blocks(engine, number, rows, status="running", verdict={"blocks": 1}, owned=True)

engine = open_engine(sys.argv[1])  # each fork opens connections of its own, but finds the statements compiled
spec, code, statements = json.loads(sys.argv[2]), 9, 0
add_block(store.begin_measurement(engine, spec))
while code:
    number = store.begin_measurement(engine, spec)
    child = os.fork()
    if child == 0:
        attempt(number, [statements])
        os._exit(0)
    code = os.waitpid(child, 0)[1]
    print(json.dumps([code, queries.measurement(engine, number).verdict, len(queries.blocks(engine, number))]))
    statements += 1
engine.dispose()
"""


def test_a_block_whose_process_is_killed_at_any_statement_is_there_with_its_verdict_or_not_at_all(
    engine: Engine,
) -> None:
    for place in range(4):
        store.store_run(engine, record(str(place)))
    words = [engine.url.render_as_string(hide_password=False), json.dumps(SPEC)]
    done = subprocess.run([sys.executable, "-c", KILLED, *words], cwd=ROOT, capture_output=True, text=True)
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(seen) > 12 and seen[-1] == [0, {"blocks": 1}, 4], done.stderr
    assert {tuple(map(str, one)) for one in seen[:-1]} == {("9", "None", "0")}
