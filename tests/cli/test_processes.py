"""Runs as fresh processes: their output, their end, and signals."""

import os
import select
import signal
import sys

import pytest

from optim.evidence.measure import RunFailed, Stopped
from optim.evidence.spec import Spec, pair_arms
from services.processes import Child, FreshRuns, last_json
from tests.at_work import PATIENCE_SECONDS
from tests.worked_example import FOURTH


def python(code):
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("printed", "document"),
    [
        ('{"id": 1}', {"id": 1}),
        ('hello\n{\n  "id": 2,\n  "a": {\n    "b": 1\n  }\n}\n', {"id": 2, "a": {"b": 1}}),
        ('{"id": 1}\n{"id": 2}\n', {"id": 2}),
        ('{"id": 1}\n{broken', None),
        ("", None),
    ],
)
def test_the_last_document_of_the_output_counts(printed, document):
    assert last_json(printed) == document


def test_a_child_gives_what_it_printed():
    assert Child().run(python("print('{}')")) == "{}\n"


def test_a_child_that_fails_says_its_last_line():
    with pytest.raises(RunFailed, match="the run ended with exit code 3: Error: no room"):
        Child().run(python("import sys; print('Error: no room\\n', file=sys.stderr); sys.exit(3)"))


def test_a_child_that_is_killed_says_by_what():
    with pytest.raises(RunFailed, match="the run was killed by SIGKILL: it said nothing"):
        Child().run(python("import os; os.kill(os.getpid(), 9)"))


def ended(pid):
    """Whether a process is over, waiting for it a little while it is dying."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE_SECONDS)[0])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_child_and_all_that_it_started(number, tmp_path):
    # The child has a child of its own, and tells this process when both are there.
    code = f"""
import os, signal, subprocess, sys
inner = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{inner.pid}}")
os.kill({os.getpid()}, {int(number)})
inner.wait()
"""
    child = Child()
    with child.guarded(), pytest.raises(Stopped):
        child.run(python(code))
    assert child.stopping
    outer, inner = map(int, (tmp_path / "pids").read_text().split())
    assert ended(outer)
    assert ended(inner)


def test_signals_do_afterwards_what_they_did_before():
    before = signal.getsignal(signal.SIGINT)
    with Child().guarded():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


class Recorded(Child):
    """Notes commands, and what was in the cache folder; answers as a run does that leaves something there."""

    def __init__(self):
        super().__init__()
        self.commands, self.found = [], []

    def run(self, command, lane=None):
        self.commands.append(command)
        caches = command[command.index("--caches-dir") + 1]
        os.makedirs(caches, exist_ok=True)
        self.found.append(sorted(os.listdir(caches)))
        open(os.path.join(caches, f"entry-{len(self.commands)}"), "w").close()
        return '{"id": 7}'


def fresh(tmp_path, cache_state):
    spec = Spec(
        kind="pair",
        arms=pair_arms("none", FOURTH),
        cache_state=cache_state,
        parameters={"tasks": 3, "candidates": 20},
    )
    child = Recorded()
    runs = FreshRuns(None, spec, child, tmp_path, tmp_path, "m")
    runs.open()
    return runs, child, spec


@pytest.fixture
def stored(monkeypatch):
    from db import queries
    from profiles.records import RunRecord

    monkeypatch.setattr(
        queries, "run", lambda engine, run_id: RunRecord(key="k", label="l", wall_seconds=float(run_id))
    )


@pytest.mark.usefixtures("stored")
def test_a_cold_run_gets_an_empty_folder_every_time(tmp_path):
    runs, child, spec = fresh(tmp_path, "cold")
    outcomes = [runs(arm, 1, position) for position, arm in enumerate(spec.arms, 1)]
    assert child.found == [[], [], [], []]
    assert [outcome.run_id for outcome in outcomes] == [7, 7, 7, 7]
    assert all("--cold" in command for command in child.commands)
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("stored")
def test_a_warm_run_gets_what_its_configs_priming_left_and_nothing_else(tmp_path):
    runs, child, spec = fresh(tmp_path, "warm")
    for config in spec.configs:
        runs.prime(config)
    for position, arm in enumerate(spec.arms, 1):
        runs(arm, 1, position)
    assert child.found == [[], [], ["entry-1"], ["entry-2"], ["entry-1"], ["entry-2"]]
    assert ["--warm" in command for command in child.commands] == [False, False, True, True, True, True]
    assert "priming" in child.commands[0]


@pytest.mark.usefixtures("stored")
def test_a_run_is_told_config_workload_and_label(tmp_path):
    runs, child, spec = fresh(tmp_path, "cold")
    runs(spec.arms[1], 4, 2)
    text = " ".join(child.commands[0])
    assert f"optim run --wins {FOURTH} --tasks 3 --candidates 20" in text
    assert "--label m block 4 B --cold --quiet --json" in text


def test_a_run_that_names_no_id_failed(tmp_path, monkeypatch):
    runs, child, spec = fresh(tmp_path, "cold")
    monkeypatch.setattr(child, "run", lambda command, lane=None: "nothing")
    with pytest.raises(RunFailed, match="no JSON document"):
        runs(spec.arms[0], 1, 1)
