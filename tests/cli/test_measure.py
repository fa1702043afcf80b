"""``measure`` and ``attribute`` against a database, with runs that are stored but not executed."""

import contextlib
import importlib
import json
import os
import random
import re
import signal
import subprocess
import sys
from dataclasses import replace
from typing import ClassVar

import pytest
from click.testing import CliRunner

from cli._main import main
from db import queries, store
from db.engine import open_engine
from db.store.measurements import interrupt_measurements
from optim.arc.builtin import settings_of
from optim.evidence.measure import Stopped
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Spec, pair_arms
from optim.evidence.verdicts import VERDICTS
from profiles.records import Environment, PhaseTiming, RunRecord, Workload
from services import measuring as _measuring
from tests.worked_example import ALL, FOURTH, THIRD

SECONDS = {"none": 10.0, FOURTH: 5.0, THIRD: 9.0, f"{FOURTH},{THIRD}": 4.6, ALL: 2.0}


class StoredRuns:
    """Stands for ``FreshRuns``: stores a run of known seconds instead of executing it."""

    primed: ClassVar[list[str]] = []
    stop_at = None
    random = random.Random(1)
    count = 0

    def __init__(self, engine, spec, child, folder, scratch, label):
        self.engine, self.spec, self.child, self.label = engine, spec, child, label

    def open(self):
        pass

    def close(self):
        pass

    def prime(self, config):
        StoredRuns.primed.append(config)

    def __call__(self, arm, block, position):
        StoredRuns.count += 1
        if StoredRuns.count == StoredRuns.stop_at:
            self.child.stopping = True
            raise Stopped
        wall = SECONDS[arm.config] * self.random.lognormvariate(0, 0.01)
        run_id, _ = store.store_run(
            self.engine, record(arm.config, wall, self.spec, f"{self.label}-{StoredRuns.count}")
        )
        return Outcome.from_run(queries.run(self.engine, run_id), run_id)


def record(config, wall, spec, key):
    tasks = settings_of(spec.parameters).tasks
    return RunRecord(
        key=key,
        label=key,
        config=frozenset() if config == "none" else frozenset(config.split(",")),
        cache_state=spec.cache_state,
        wall_seconds=wall,
        cpu_seconds=0.9 * wall,
        results_fingerprint="same",
        workload=Workload(fingerprint="w", tasks=tasks, candidates=132 * tasks),
        environment=Environment(machine="m"),
        phases=(
            PhaseTiming(path=("score",), total_seconds=wall * 0.6, self_seconds=wall * 0.6),
            PhaseTiming(path=("validate",), total_seconds=wall * 0.2, self_seconds=wall * 0.2),
        ),
    )


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/quickwin.db")
    monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(_measuring, "FreshRuns", StoredRuns)
    StoredRuns.primed, StoredRuns.stop_at, StoredRuns.count = [], None, 0
    StoredRuns.random = random.Random(1)
    return tmp_path


def call(command, *arguments):
    return CliRunner().invoke(main, [command, *arguments])


def found_of(result):
    return json.loads(result.stdout)


def test_a_faster_config_is_a_yes_and_everything_is_kept():
    result = call("measure", "none", FOURTH, "--json")
    assert result.exit_code == 0, result.output
    found = found_of(result)
    assert (found["verdict"], found["status"], found["why"]) == ("faster", "finished", "settled")
    # The coin that orders the blocks is a real one: one interval in some twenty misses what is true, but never by far.
    assert found["low"] < found["speedup"] < found["high"] and found["low"] / 1.05 < 2 < found["high"] * 1.05
    engine = open_engine()
    kept = queries.measurement(engine, found["id"])
    assert kept.status == "finished"
    assert kept.verdict["speedup"] == found["speedup"]
    assert kept.verdict["noise"]["run_noise"] > 0
    blocks = queries.blocks(engine, found["id"])
    assert len(blocks) == 4 * found["blocks"]
    assert set(blocks["position"]) == {1, 2, 3, 4}


def test_the_prediction_stands_beside_the_result():
    StoredRuns.stop_at = 6
    spec = found_of(call("measure", "none", FOURTH, "--json"))["spec"]
    StoredRuns.stop_at = None
    assert spec["prediction"]["by_win"].keys() == {FOURTH}
    assert 0 < spec["prediction"]["saving"] <= 0.81
    text = call("measure", "none", FOURTH).stdout
    assert "Faster: " in text
    assert "Noise floor: " in text
    assert "Predicted: At most" in text


@pytest.mark.parametrize("configs", [("none", "none"), (FOURTH, "none")])
def test_no_gain_is_a_no_and_has_no_prediction(configs):
    result = call("measure", *configs, "--json", "--blocks", "7")
    assert result.exit_code == 1
    assert found_of(result)["spec"]["prediction"] is None


def test_warm_caches_are_primed_once_for_every_config():
    result = call("measure", "none", FOURTH, "--warm", "--json")
    assert StoredRuns.primed == ["none", FOURTH]
    assert found_of(result)["verdict"] == "faster"


def test_a_stopped_measurement_can_be_continued():
    StoredRuns.stop_at = 6
    first = call("measure", "none", FOURTH, "--json")
    assert first.exit_code == 3
    stopped = found_of(first)
    assert (stopped["status"], stopped["blocks"]) == ("stopped", 1)
    assert queries.measurement(open_engine(), stopped["id"]).status == "stopped"
    again = call("measure", "--continue", str(stopped["id"]), "--json")
    assert again.exit_code == 0, again.output
    found = found_of(again)
    assert (found["id"], found["verdict"]) == (stopped["id"], "faster")
    assert len(queries.blocks(open_engine(), found["id"])) == 4 * found["blocks"]


def test_a_settled_measurement_can_be_made_more_precise():
    wide = found_of(call("measure", "none", FOURTH, "--json"))
    assert wide["blocks"] == 6
    narrow = found_of(call("measure", "--continue", str(wide["id"]), "--min-blocks", "12", "--json"))
    assert narrow["blocks"] == 12
    assert narrow["high"] - narrow["low"] < wide["high"] - wide["low"]


def test_a_spent_budget_says_how_to_go_on_and_takes_a_larger_one():
    result = call("measure", "none", "none", "--blocks", "6")
    more = re.search(r"Go on with: quickwin measure --continue 1 --blocks (\d+)", result.stdout)
    assert more is not None and int(more[1]) > 6
    longer = found_of(call("measure", "--continue", "1", "--blocks", "8", "--json"))
    assert 6 < longer["blocks"] <= 8
    assert longer["spec"]["max_blocks"] == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", "bogus"], "no win is called bogus"),
        (["none"], "two configs are needed"),
        (["none", "all", "--blocks", "2"], "2 blocks can never resolve it: 6 are needed"),
        (["none", "all", "--margin", "lots"], "a share such as 1% or 0.01"),
        (["none", "all", "--minutes", "0"], "minutes must be above 0"),
        (["--continue", "99"], "there is no measurement 99"),
        (["none", "--continue", "1"], "give no others"),
    ],
)
def test_what_can_not_be_measured_is_a_usage_error_in_one_sentence(arguments, message):
    result = call("measure", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert StoredRuns.count == 0


def test_a_measurement_goes_on_with_the_workload_that_it_had():
    StoredRuns.stop_at = 6
    assert call("measure", "none", "none", "--blocks", "6").exit_code == 3
    result = call("measure", "--continue", "1", "--tasks", "7")
    assert result.exit_code == 2
    assert "keeps its tasks" in result.stderr
    assert "continue it with its own command" in call("attribute", "--continue", "1").stderr


def test_a_measurement_under_way_is_left_to_its_process():
    engine = open_engine()
    spec = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}]}
    measurement = store.begin_measurement(engine, spec, pid=os.getppid())
    result = call("measure", "--continue", str(measurement))
    assert result.exit_code == 3
    assert f"under way in process {os.getppid()}" in result.stderr


def test_a_measurement_whose_process_is_gone_can_be_continued():
    spec = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": FOURTH}]}
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    measurement = store.begin_measurement(open_engine(), spec, pid=process.pid)
    process.communicate(b"\n")
    found = found_of(call("measure", "--continue", str(measurement), "--json"))
    assert (found["id"], found["verdict"]) == (measurement, "faster")


def test_a_measurement_that_was_planned_elsewhere_begins_with_continue():
    spec = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": FOURTH}]}
    measurement = store.begin_measurement(open_engine(), spec, status="planned")
    found = found_of(call("measure", "--continue", str(measurement), "--json"))
    assert (found["id"], found["verdict"]) == (measurement, "faster")


def test_a_measurement_that_waits_has_its_number_before_it_starts_and_goes_on_when_it_was_stopped(monkeypatch):
    engine, seen = open_engine(), []

    @contextlib.contextmanager
    def busy(name, waiting, stop):
        waiting("measurement 1 is at work on this machine")
        seen.append((name, queries.measurement(engine, 1).status))
        yield False

    with monkeypatch.context() as patch:
        patch.setattr(_measuring, "alone", busy)
        result = call("measure", "none", "all")
    assert seen == [("measurement 1", "planned")]
    assert "--continue 1" in result.output
    assert queries.measurement(engine, 1).status == "stopped"
    assert "Measurement 1 finished" in call("measure", "--continue", "1").output


def test_a_waiting_measurement_whose_process_is_gone_is_interrupted():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    spec = Spec(kind="pair", arms=pair_arms("none", "all")).to_json()
    measurement = store.begin_measurement(open_engine(), spec, status="planned", pid=gone.pid)
    gone.wait()
    interrupt_measurements(open_engine(), 0.0)
    assert queries.measurement(open_engine(), measurement).status == "interrupted"


def test_blocks_of_version_1_are_not_mixed_with_balanced_ones():
    engine = open_engine()
    arms = [{"name": "A", "config": "none"}, {"name": "B", "config": FOURTH}, {"name": "A2", "config": "none"}]
    measurement = store.begin_measurement(engine, {"kind": "pair", "arms": arms, "tasks": 1}, status="stopped")
    spec = Spec(kind="pair", arms=pair_arms("none", FOURTH), parameters={"tasks": 1})
    run_id, _ = store.store_run(engine, record("none", 1.0, spec, "old"))
    store.add_block_run(engine, measurement, 1, "A", 1, run_id)
    result = call("measure", "--continue", str(measurement))
    assert result.exit_code == 3
    assert "made by version 1" in result.stderr
    assert f"measure none {FOURTH} begins a new one" in result.stderr


def test_a_home_that_can_not_be_made_is_one_sentence_and_no_answer(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / "file" / "home"))
    result = call("measure", "none", FOURTH)
    assert result.exit_code == 3
    assert "can not be written" in result.stderr
    assert "QUICKWIN_HOME can name another folder" in result.stderr


def test_kept_wins_can_be_measured():
    store.decide(open_engine(), FOURTH, "keep", "measured", None, None)
    StoredRuns.stop_at = 2
    found = found_of(call("measure", "none", "kept", "--json"))
    assert found["spec"]["arms"][1]["config"] == FOURTH


def test_a_hopeless_budget_is_said_before_it_starts():
    call("measure", "none", "none", "--blocks", "7")
    StoredRuns.stop_at = StoredRuns.count + 2
    result = call("measure", "none", "none", "--blocks", "6")
    assert "Note: with run noise of" in result.stderr.splitlines()[0]
    assert "the budget is 6" in result.stderr.splitlines()[0]


def test_wins_are_attributed():
    result = call("attribute", "--wins", f"{THIRD},{FOURTH}", "--json")
    assert result.exit_code == 0, result.output
    found = found_of(result)
    assert found["spec"]["max_blocks"] == 3
    assert [arm["config"] for arm in found["spec"]["arms"]] == [
        "none",
        THIRD,
        FOURTH,
        f"{FOURTH},{THIRD}",
    ]
    shares = {one["win"]: one["seconds"] for one in found["attribution"]["shapley"]}
    assert sum(shares.values()) == found["attribution"]["baseline_seconds"] - found["attribution"]["all_on_seconds"]
    assert set(found["spec"]["prediction"]["by_win"]) == {THIRD, FOURTH}


def test_an_attribution_is_printed_in_words():
    text = call("attribute", "--wins", FOURTH, "--blocks", "3").stdout
    assert f"are due to {FOURTH}. Best config: {FOURTH}" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wins", "none"], "a win or more"),
        (["--wins", FOURTH, "--half"], "needs 5 wins"),
        (["--wins", "bogus"], "no win is called bogus"),
    ],
)
def test_an_attribution_that_can_not_be_is_a_usage_error(arguments, message):
    result = call("attribute", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_commands_import_neither_scipy_nor_the_database_before_they_run():
    code = "import sys; from cli import measure, attribute; print({'scipy', 'pandas', 'sqlalchemy'} & set(sys.modules))"
    root = os.path.dirname(os.path.dirname(importlib.import_module("optim").__file__))
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout
    assert printed.strip() == "set()"


def optim(place, *arguments, **options):
    root = os.path.dirname(os.path.dirname(importlib.import_module("optim").__file__))
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-m", "optim", *arguments]
    return subprocess.Popen(command, cwd=place, env=environment, text=True, stdout=-1, stderr=-1, **options)


class CopiedRuns(StoredRuns):
    """Stores runs as they were really made once, one of each config, and is stopped after five blocks of them."""

    made: ClassVar[dict[str, RunRecord]] = {}

    def __call__(self, arm, block, position):
        StoredRuns.count += 1
        if StoredRuns.count > 5 * 4:
            self.child.stopping = True
            raise Stopped
        record = replace(CopiedRuns.made[arm.config], key=f"{self.label}-{StoredRuns.count}")
        run_id, _ = store.store_run(self.engine, record)
        return Outcome.from_run(queries.run(self.engine, run_id), run_id)


def test_a_tiny_measurement_of_real_runs(place, monkeypatch):
    workload = ["--tasks", "1", "--candidates", "4"]
    for number, config in enumerate(("none", ALL), start=1):
        assert call("run", *workload, "--wins", config, "--cold", "--quiet").exit_code == 0
        CopiedRuns.made[config] = queries.run(open_engine(), number)
    monkeypatch.setattr(_measuring, "FreshRuns", CopiedRuns)
    stopped = found_of(call("measure", "none", "all", *workload, "--blocks", "6", "--json"))
    assert (stopped["status"], stopped["blocks"]) == ("stopped", 5)
    process = optim(place, "measure", "--continue", str(stopped["id"]), "--json")
    printed, errors = process.communicate(timeout=120)
    assert process.returncode in (0, 1), errors
    found = json.loads(printed)
    assert found["blocks"] == 6
    assert found["verdict"] in VERDICTS[:6]
    blocks = queries.blocks(open_engine(), found["id"])
    assert set(blocks["cache_state"]) == {"cold"}
    assert blocks["block"].value_counts().to_dict() == dict.fromkeys(range(1, 7), 4)
    assert not list((place / "home").glob("measure-*"))


def test_an_interrupt_ends_a_real_run_and_leaves_the_measurement_to_be_continued(place):
    process = optim(place, "measure", "none", "none", "--tasks", "40")
    assert "Measurement 1: none against none" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "Go on with: quickwin measure --continue 1" in printed
    assert queries.measurement(open_engine(), 1).status == "stopped"
    assert not list((place / "home").glob("measure-*"))


def test_every_run_that_was_begun_is_kept_with_what_became_of_it():
    found = found_of(call("measure", "none", FOURTH, "--json"))
    attempts = queries.attempts(open_engine(), found["id"])
    assert len(attempts) == 4 * found["blocks"]
    assert {one["status"] for one in attempts} == {"finished"}
    assert all(one["busy_cores"] is None or one["busy_cores"] >= 0 for one in attempts)
    assert found["reliability"]["before"] == {"runs": 2 * found["blocks"], "failed": 0}


def test_cpu_seconds_settle_it_where_they_are_asked_for_and_are_a_line_otherwise():
    found = found_of(call("measure", "none", FOURTH, "--metric", "cpu", "--json"))
    assert (found["metric"], found["verdict"]) == ("cpu", "faster")
    assert "Faster in CPU seconds" in found["reason"]
    assert set(found["lines"]) == {"wall"}
    plain = call("measure", "none", FOURTH).stdout
    assert "Faster: " in plain
    assert "\nCPU " in plain


def test_a_measurement_knows_its_code_and_goes_on_with_no_other(monkeypatch):
    code = {"now": "one"}
    monkeypatch.setattr(_measuring, "_code_of", lambda spec: code["now"])
    first = found_of(call("measure", "none", FOURTH, "--blocks", "6", "--json"))
    engine = open_engine()
    assert queries.measurement(engine, first["id"]).spec["code"] == "one"
    code["now"] = "two"
    other = call("measure", "--continue", str(first["id"]), "--min-blocks", "8", "--blocks", "8")
    assert other.exit_code == 3 and "the code changed since measurement" in other.output
    code["now"] = "one"
    assert call("measure", "--continue", str(first["id"]), "--min-blocks", "8", "--blocks", "8").exit_code == 0
    assert queries.measurement(engine, first["id"]).spec["code"] == "one"


def test_code_that_changes_meanwhile_is_said_and_known_no_more(monkeypatch):
    codes = iter(["one", "two"])
    monkeypatch.setattr(_measuring, "_code_of", lambda spec: next(codes))
    result = call("measure", "none", FOURTH, "--json")
    assert "the code changed while it was measured" in result.stderr
    assert queries.measurement(open_engine(), found_of(result)["id"]).spec["code"] is None
