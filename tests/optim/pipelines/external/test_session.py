"""Runs of a user's command: switches, caches, answers, time, ends; each in a real process."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from optim.pipelines.external.switching import Toggle
from optim.pipelines.protocol import Interrupted, RunProblem, Target
from optim.project.command import Answers, Caches, Switch
from profiles.program import ROOT
from tests.optim.pipelines.external.projects import job, project, run_once

NONE: frozenset[str] = frozenset()
CACHED = Caches(paths=(".cache",))


def said(seen) -> str:
    return seen.execution.stdout.kept.decode().strip()


@pytest.fixture(params=["plain", "mit Ümlaut und Leerzeichen"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return tmp_path / request.param


def test_wins_switch_arguments_and_environment(folder, tmp_path):
    pipeline = project(folder)
    assert said(run_once(pipeline, tmp_path)) == "cold False 1"
    assert said(run_once(pipeline, tmp_path, frozenset({"fast", "level"}), state=None)) == "warm True 2"


def test_a_run_is_a_record(tmp_path):
    record = run_once(project(tmp_path / "p", caches=CACHED), tmp_path, frozenset({"fast"})).record
    assert (record.status, record.config, record.cache_state) == ("finished", frozenset({"fast"}), "cold")
    assert record.workload.description == "rows=5"
    assert 0 < record.wall_seconds < 30
    assert 0 < record.cpu_seconds < 30
    assert record.environment.machine and record.environment.python
    assert record.counts["peak_bytes"] > 1_000_000


def test_answers_of_files_are_rounded_where_that_is_asked(tmp_path):
    exact = project(tmp_path / "p", answers=Answers(files=("out/*.csv",)))
    rounded = project(tmp_path / "p", answers=Answers(files=("out/*.csv",), digits=6))
    fast = frozenset({"fast"})
    assert len({run_once(exact, tmp_path, config).record.results_fingerprint for config in (NONE, fast)}) == 2
    prints = {run_once(rounded, tmp_path, config).record.results_fingerprint for config in (NONE, fast)}
    assert len(prints) == 1 and None not in prints


def test_other_parameters_are_another_workload(tmp_path):
    pipeline = project(tmp_path / "p")
    five, six = (run_once(pipeline, tmp_path, parameters={"rows": rows}).record for rows in (5, 6))
    assert five.workload.fingerprint != six.workload.fingerprint


def test_inputs_are_part_of_the_workload(tmp_path):
    pipeline = project(tmp_path / "p", inputs=("data/*.csv",))
    (tmp_path / "p/data").mkdir()
    prints = []
    for text in ("a", "b", "a"):
        (tmp_path / "p/data/one.csv").write_text(text)
        prints.append(run_once(pipeline, tmp_path).record.workload.fingerprint)
    assert prints[0] == prints[2] != prints[1]


def test_cold_runs_find_no_cache_and_the_user_s_own_comes_back(tmp_path):
    pipeline = project(tmp_path / "p", caches=CACHED)
    (tmp_path / "p/.cache").mkdir()
    (tmp_path / "p/.cache/kept.txt").write_text("mine")
    before = (tmp_path / "p/.cache/kept.txt").stat().st_mtime_ns
    work = job(tmp_path, NONE)
    with pipeline.session(work) as session:
        assert [said(session.seen(work.targets[0], "run")) for _ in range(2)] == ["cold False 1"] * 2
    assert (tmp_path / "p/.cache/kept.txt").read_text() == "mine"
    assert (tmp_path / "p/.cache/kept.txt").stat().st_mtime_ns == before


def test_warm_runs_start_from_a_fresh_copy_of_what_one_run_primed(tmp_path):
    script = """
        import pathlib
        cache = pathlib.Path(".cache/log.txt")
        cache.parent.mkdir(exist_ok=True)
        cache.write_text((cache.read_text() if cache.exists() else "") + "x")
        print(cache.read_text(), cache.parent.stat().st_mtime_ns)
    """
    pipeline = project(tmp_path / "p", script, caches=CACHED)
    work = job(tmp_path, NONE, frozenset({"fast"}), state="warm")
    with pipeline.session(work) as session:
        runs = [session.seen(target, "run") for target in (*work.targets, *work.targets)]
    assert {said(run).split()[0] for run in runs} == {"xx"}
    assert {run.record.cache_state for run in runs} == {"warm"}
    assert not (tmp_path / "p/.cache").exists()


def test_warm_without_caches_is_one_sentence(tmp_path):
    with pytest.raises(RunProblem, match="names no caches"):
        run_once(project(tmp_path / "p"), tmp_path, state="warm")


def test_reset_runs_before_each_run_and_its_failure_is_a_sentence(tmp_path):
    pipeline = project(tmp_path / "p", caches=Caches(reset=("rm -rf .cache", "rm -rf out")))
    work = job(tmp_path, NONE)
    with pipeline.session(work) as session:
        assert [said(session.seen(work.targets[0], "run")) for _ in range(2)] == ["cold False 1"] * 2
    with pytest.raises(RunProblem, match=r"reset 'rm nothing' ended with exit code 1: .*No such file"):
        run_once(project(tmp_path / "p", caches=Caches(reset=("rm nothing",))), tmp_path)


def test_a_run_that_dies_is_an_outcome_with_its_last_words(tmp_path):
    work = job(tmp_path, NONE)
    with project(tmp_path / "p", "import sys; sys.exit('no such luck')").session(work) as session:
        ran = session.run(work.targets[0], "run")
    assert (ran.ended, ran.record.status) == ("died", "failed")
    assert ran.record.notes[0] == "ended with exit code 1; its last output:\nno such luck"
    assert ran.record.results_fingerprint is None


def test_a_signal_is_named(tmp_path):
    seen = run_once(project(tmp_path / "p", "import os; os.kill(os.getpid(), 9)"), tmp_path)
    assert seen.record.notes[0].startswith("killed by SIGKILL")


def left(marker: str) -> list[psutil.Process]:
    return [one for one in psutil.process_iter(["cmdline"]) if marker in " ".join(one.info["cmdline"] or ())]


FAMILY = """
    import subprocess, sys, time
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)  # {marker}"])
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)  # {marker}"], start_new_session=True)
    print("started", flush=True)
    {then}
"""


def test_a_timeout_ends_the_whole_family(tmp_path):
    script = FAMILY.format(marker="late-family", then="time.sleep(99)")
    seen = run_once(project(tmp_path / "p", script, timeout_seconds=2.0), tmp_path)
    assert seen.record.status == "failed"
    assert seen.record.notes[0].startswith("ended at its timeout of 2 s; its last output:\nstarted")
    time.sleep(0.2)
    assert not left("late-family")


def test_a_stop_ends_the_run_and_its_record_is_kept(tmp_path):
    asked = threading.Event()
    threading.Timer(1.0, asked.set).start()
    script = FAMILY.format(marker="stopped-family", then="time.sleep(99)")
    with pytest.raises(Interrupted) as stopped:
        run_once(project(tmp_path / "p", script), tmp_path, stop=asked.is_set)
    assert stopped.value.record.status == "interrupted"
    time.sleep(0.2)
    assert not left("stopped-family")


def test_what_a_run_leaves_in_its_group_is_ended_with_it(tmp_path):
    script = """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)  # left-behind"])
        print("done")
    """
    start = time.monotonic()
    assert said(run_once(project(tmp_path / "p", script), tmp_path)) == "done"
    assert time.monotonic() - start < 30
    time.sleep(0.2)
    assert not left("left-behind")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_what_left_the_session_and_its_parent_is_ended_too(tmp_path):
    script = """
        import os, sys
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 3)
                os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(99)  # daemon-of-a-run"])
            os._exit(0)
        os.wait()
    """
    assert run_once(project(tmp_path / "p", script), tmp_path).record.status == "finished"
    time.sleep(0.2)
    assert not left("daemon-of-a-run")


def test_what_ignores_sigterm_is_killed_a_little_later(tmp_path):
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(99)"
    )
    seen = run_once(project(tmp_path / "p", script, timeout_seconds=1.0), tmp_path)
    assert seen.record.notes[0] == "ended at its timeout of 1 s; its last output:\ndeaf"
    assert seen.record.wall_seconds < 60


def test_who_reads_the_standard_input_finds_its_end(tmp_path):
    seen = run_once(project(tmp_path / "p", "import sys; print(repr(sys.stdin.read()))"), tmp_path)
    assert said(seen) == "''"


def test_all_of_a_large_output_counts_as_answers_and_little_of_it_is_kept(tmp_path):
    script = """
        import sys
        rows = int(sys.argv[sys.argv.index("--rows") + 1])
        line = "x" * 99 + "\\n"
        for at in range(300):
            sys.stdout.write(f"{rows if at == 150 else 0}" + line * 1000)
    """
    pipeline = project(tmp_path / "p", script, answers=Answers(stdout=True))
    seen = [run_once(pipeline, tmp_path, parameters={"rows": rows}) for rows in (1, 1, 2)]
    assert all(len(one.execution.stdout.kept) < 5_000_000 < one.execution.stdout.size for one in seen)
    prints = [one.record.results_fingerprint for one in seen]
    assert prints[0] == prints[1] != prints[2]


def test_memory_and_cpu_are_those_of_the_whole_tree(tmp_path):
    script = """
        import subprocess, sys
        code = "x = bytearray(60_000_000); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(1.5)"
        parts = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
        sum(range(3_000_000))
        [part.wait() for part in parts]
    """
    record = run_once(project(tmp_path / "p", script), tmp_path).record
    assert record.counts["peak_bytes"] > 120_000_000
    assert record.cpu_seconds > 0.05


def test_memory_is_not_that_of_who_started_it(tmp_path):
    ballast = bytearray(300_000_000)
    ballast[::4096] = b"1" * len(ballast[::4096])
    record = run_once(project(tmp_path / "p", command="true", parameters={}), tmp_path).record
    assert record.counts["peak_bytes"] < 60_000_000


def test_output_is_kept_up_to_a_bound(tmp_path):
    script = "import sys; sys.stdout.write('a' * 12_000_000 + 'the end'); sys.exit(3)"
    seen = run_once(project(tmp_path / "p", script), tmp_path)
    assert len(seen.execution.stdout.kept) < 5_000_000
    assert seen.execution.stdout.size == 12_000_007
    assert seen.record.notes[0].endswith("the end")


def test_answers_on_stdout_and_of_a_command(tmp_path):
    script = "import sys; print(1 / 3 + ('--fast' in sys.argv) * 1e-13)"
    for answers in (Answers(stdout=True, digits=6), Answers(command="echo same")):
        pipeline = project(tmp_path / "p", script, answers=answers)
        prints = {run_once(pipeline, tmp_path, one).record.results_fingerprint for one in (NONE, frozenset({"fast"}))}
        assert len(prints) == 1 and None not in prints


def test_answers_that_are_not_there_are_said_and_not_checked(tmp_path):
    seen = run_once(project(tmp_path / "p", answers=Answers(files=("nowhere/*",))), tmp_path)
    assert seen.record.results_fingerprint is None
    assert "answers not checked: no file matches nowhere/*" in seen.record.notes
    seen = run_once(project(tmp_path / "p", "pass", answers=Answers(files=("out/*",))), tmp_path)
    assert seen.unanswered == "the run wrote none of the 1 files that match out/*"


def test_the_journal_s_time_and_phases_are_taken_over(tmp_path):
    recorder = Path(__file__).resolve().parents[4] / "profiles/recorder.py"
    script = f"""
        import importlib.util, os, time
        spec = importlib.util.spec_from_file_location("recorder", {str(recorder)!r})
        module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
        recorder = module.Recorder(journal=os.environ["QUICKWIN_JOURNAL"])
        with recorder.task("one"):
            with recorder.phase("load", "io"):
                time.sleep(0.1)
        recorder.finish(results_fingerprint="r" * 16)
    """
    seen = run_once(project(tmp_path / "p", script), tmp_path)
    assert seen.time.source == "journal"
    assert [phase.path for phase in seen.record.phases] == [("load",)]
    assert seen.record.wall_seconds < seen.execution.wall_seconds
    assert seen.record.results_fingerprint == "r" * 16
    assert seen.record.config == NONE
    wall = run_once(project(tmp_path / "p", script, time="wall"), tmp_path)
    assert wall.record.wall_seconds == wall.execution.wall_seconds


def test_a_journal_that_was_promised_and_not_written_is_a_failed_run(tmp_path):
    seen = run_once(project(tmp_path / "p", time="journal"), tmp_path)
    assert seen.record.status == "failed"
    assert "no journal was written" in seen.record.notes[0]


def test_the_time_of_a_log_comes_through_the_importers(tmp_path):
    log = Path(__file__).resolve().parents[3] / "profiles/importers/fixtures/run_batt_october.log"
    script = f"print(open({str(log)!r}).read())"
    seen = run_once(project(tmp_path / "p", script, time="log"), tmp_path)
    assert seen.time.source == "log"
    assert seen.record.wall_seconds > 5
    assert seen.record.phases
    refused = run_once(project(tmp_path / "p", "print('nothing')", time="log"), tmp_path)
    assert refused.record.status == "failed"
    assert "the output was not understood" in refused.record.notes[0]


def test_two_sessions_in_one_folder_are_refused(tmp_path):
    pipeline = project(tmp_path / "p")
    with pipeline.session(job(tmp_path, NONE)), pytest.raises(RunProblem, match="another run or measurement"):
        run_once(pipeline, tmp_path)


def test_a_program_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(RunProblem, match=r"'job.py' is not on PATH; ./job.py would be the file"):
        run_once(project(tmp_path / "p", command="job.py"), tmp_path)
    with pytest.raises(RunProblem, match="can not be executed"):
        run_once(project(tmp_path / "p", command="./job.py"), tmp_path)


def test_no_path_of_ours_is_inherited(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), "/elsewhere"]))
    pipeline = project(tmp_path / "p", "import os, sys; print(os.environ['PYTHONPATH'])")
    assert said(run_once(pipeline, tmp_path)) == "/elsewhere"


def test_a_killed_session_leaves_what_the_next_one_puts_back(tmp_path):
    pipeline = project(tmp_path / "p", "import time; time.sleep(60)", caches=CACHED)
    (tmp_path / "p/.cache").mkdir()
    (tmp_path / "p/.cache/kept.txt").write_text("mine")
    pid = os.fork()
    if pid == 0:
        with pipeline.session(job(tmp_path, NONE)) as session:
            session.seen(Target(config=NONE), "run")
        os._exit(0)
    for _ in range(200):
        if (tmp_path / "p/.quickwin/aside/ledger.json").exists() and not (tmp_path / "p/.cache").exists():
            break
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not (tmp_path / "p/.cache").exists()
    quick = project(tmp_path / "p", "print('ran')", caches=CACHED)
    with quick.session(job(tmp_path, NONE, state=None)):
        assert (tmp_path / "p/.cache/kept.txt").read_text() == "mine"


def test_a_win_with_both_sides_given_sets_them(tmp_path):
    toggles = {"mode": Toggle(on=Switch(args=("--mode", "b")), off=Switch(args=("--mode", "a")))}
    pipeline = project(tmp_path / "p", "import sys; print(sys.argv[3:])", toggles)
    assert said(run_once(pipeline, tmp_path)) == "['--mode', 'a']"
    assert said(run_once(pipeline, tmp_path, frozenset({"mode"}))) == "['--mode', 'b']"
