"""Other work on the machine, and one measurement at a time."""

import os
import subprocess
import sys

import pytest

from optim.evidence.measure import Planned
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm
from services.load import alone, busy_seconds, lock_file, watched, watched_both

RUN = Outcome(wall_seconds=2.0, results_fingerprint="same")


def readings(*values):
    left = list(values)
    return lambda: left.pop(0)


@pytest.mark.parametrize(
    ("machine", "mine", "cores"), [((10.0, 12.1), (5.0, 7.0), 0.05), ((10.0, 16.0), (5.0, 7.0), 2)]
)
def test_a_run_knows_what_others_took_of_the_machine(machine, mine, cores):
    run = watched(lambda *place: RUN, readings(*machine), readings(*mine), readings(100.0, 102.0))
    assert run(Arm(name="A", config="none"), 1, 1).busy_cores == pytest.approx(cores, abs=1e-6)


def test_where_the_machine_does_not_say_nothing_is_said():
    run = watched(lambda *place: RUN, lambda: None, lambda: 0.0, readings(1.0, 2.0))
    assert run(Arm(name="A", config="none"), 1, 1).busy_cores is None


@pytest.mark.skipif(not os.path.exists("/proc/stat"), reason="needs /proc")
def test_the_machine_says_how_much_it_has_worked():
    assert busy_seconds() > 0


def test_a_second_measurement_waits_for_the_first_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("QUICKWIN_LOCKS", str(tmp_path))
    code = (
        "import sys; from services.load import alone\n"
        "with alone('measurement 1', print, lambda: False): print('in', flush=True); sys.stdin.readline()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    assert other.stdout.readline() == "in\n"
    told = []
    with alone("measurement 2", told.append, lambda: bool(told)) as is_alone:
        assert not is_alone
    assert told == [f"measurement 1 (process {other.pid}) is at work on this machine: wait or stop it; this one waits"]
    other.communicate("\n")
    with alone("measurement 2", told.append, lambda: False) as is_alone:
        assert is_alone
        assert lock_file().read_text() == f"measurement 2 (process {os.getpid()})"
    assert len(told) == 1


def test_the_partner_of_a_duet_is_no_other_work():
    # Of 4.2 CPU seconds that the machine did in 2 s, both runs together did 4.
    both = watched_both(lambda *pair: (RUN, RUN), readings(10.0, 14.2), readings(5.0, 9.0), readings(100.0, 102.0))
    planned = Planned(arm=Arm(name="A", config="none"), block=1, position=1)
    assert [run.busy_cores for run in both(planned, planned)] == pytest.approx([0.1, 0.1])
