"""Quickwin beside its neighbours: a recorded phase, a stored history, a verdict on two commands.

    python -m benchmarks.peers [--only phase history verdict] [--trials 6] [--runs 300]

OpenTelemetry and MLflow are installed into an environment of their own in a temporary folder, in the versions that pip
finds, which are printed. hyperfine is asked where it is installed (Debian's package of that name). For the verdict both
commands are the same one, so that every difference that is claimed is wrong; it gets slower by two percent with each
run, as a machine does that warms up. Both get twelve runs of each: Quickwin in six blocks, hyperfine as it runs them.
Phases and histories are timed by CPU seconds; phases in turns, each contender once a pass, OpenTelemetry's in one
process with the recorder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db import queries, store
from db.engine import open_engine
from profiles import recorder as module
from profiles.journal import read_journal
from profiles.program import module_command
from profiles.recorder import Recorder
from profiles.records import RunRecord

PARTS = ("phase", "history", "verdict")
TURNS, PASSES = 20_000, 7
#: What is logged of a run in the history: as many numbers and words for each of the peers.
PHASES, WORDS = 12, 8

_PEER = """
import json, statistics, sys, time
from importlib.metadata import version

def phase(turns, passes, folder):
    from opentelemetry.sdk.trace import TracerProvider
    sys.path.insert(0, folder)
    from recorder import Recorder
    spans, recorder = TracerProvider().get_tracer("benchmark").start_as_current_span, Recorder()
    taken = {"seconds": [], "own": []}
    for _ in range(passes):
        for name, begun in (("seconds", spans), ("own", recorder.phase)):
            start = time.process_time()
            for _ in range(turns):
                with begun("phase"):
                    pass
            taken[name].append((time.process_time() - start) / turns)
    return {**taken, "version": version("opentelemetry-sdk")}

def history(folder, runs, phases, words):
    import mlflow
    from mlflow.tracking import MlflowClient
    from mlflow.entities import Metric, Param
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    client = MlflowClient()
    experiment = client.create_experiment("benchmark", artifact_location=folder)
    start = time.process_time()
    for number in range(runs):
        run = client.create_run(experiment).info.run_id
        metrics = [Metric(f"phase {one}", number + one / 10, 0, 0) for one in range(phases)]
        client.log_batch(run, metrics=metrics, params=[Param(f"word {one}", str(one)) for one in range(words)])
        client.set_terminated(run)
    stored = (time.process_time() - start) / runs
    client.search_runs([experiment], max_results=50)
    taken = []
    for _ in range(7):
        start = time.process_time()
        client.search_runs([experiment], max_results=50)
        taken.append(time.process_time() - start)
    return {"store": stored, "list": statistics.median(taken), "version": version("mlflow")}

name, *arguments = json.loads(sys.argv[1])
print(json.dumps(globals()[name](*arguments)))
"""
_COMMAND = """
import pathlib, sys, time
file = pathlib.Path(sys.argv[1])
number = int(file.read_text()) if file.exists() else 0
file.write_text(str(number + 1))
end = time.perf_counter() + 0.15 * 1.02 ** number
while time.perf_counter() < end:
    pass
"""


def main() -> None:
    """Prints one table for each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--trials", type=int, default=6, help="measurements of two equal commands, each way")
    parser.add_argument("--runs", type=int, default=300, help="runs in the history")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quickwin-peers-") as place:
        folder = Path(place)
        if "phase" in options.only:
            _phase(folder)
        if "history" in options.only:
            _history(folder, options.runs)
        if "verdict" in options.only:
            _verdict(folder, options.trials)


def _peer(folder: Path, *packages: str, call: tuple[Any, ...]) -> dict[str, Any] | None:
    """What a peer measured of itself, in an environment of its own; None where it can not be installed."""
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "peers"], check=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        print(f"  {', '.join(packages)}: can not be installed here")
        return None
    done = subprocess.run([python, "-c", _PEER, json.dumps(call)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {', '.join(packages)}: {done.stderr.strip().splitlines()[-1]}")
        return None
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _phase(folder: Path) -> None:
    print(f"a phase, entered and left: median of {PASSES} x {TURNS:,}")
    recorder = Recorder(journal=str(folder / "phases.jsonl"))
    contenders = {
        "Quickwin's recorder": lambda: _recorded_phases(recorder),
        "contextlib.contextmanager with perf_counter": _timed_blocks,
        "logging, two lines into a file": _logged(folder / "log.txt"),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    with recorder.task("t"):
        for _ in range(PASSES):
            for name, loop in contenders.items():
                taken[name].append(_seconds(loop))
    recorder.finish()
    own = taken["Quickwin's recorder"]
    for name, seconds in taken.items():
        _ratio_row(name, seconds, own)
    source = str(Path(module.__file__).parent)
    if peer := _peer(folder, "opentelemetry-sdk", call=("phase", TURNS, PASSES, source)):
        _ratio_row(f"OpenTelemetry {peer['version']}, no exporter", peer["seconds"], peer["own"])


def _recorded_phases(recorder: Recorder) -> None:
    for _ in range(TURNS):
        with recorder.phase("phase"):
            pass


def _timed_blocks() -> None:
    taken: list[float] = []
    for _ in range(TURNS):
        with _timed(taken):
            pass


@contextlib.contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        taken.append(time.perf_counter() - start)


def _logged(path: Path) -> Callable[[], None]:
    logger = logging.getLogger("quickwin.peers")
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False

    def lines() -> None:
        for _ in range(TURNS):
            start = time.perf_counter()
            logger.info("begin %s", "phase")
            logger.info("end %s %.6f", "phase", time.perf_counter() - start)

    return lines


def _seconds(loop: Callable[[], None]) -> float:
    """CPU seconds of one of the turns that ``loop`` makes."""
    start = time.process_time()
    loop()
    return (time.process_time() - start) / TURNS


def _ratio_row(name: str, seconds: list[float], own: list[float]) -> None:
    """The median pass, and the least and the most that it was of the recorder's pass beside it."""
    ratios = sorted(each / mine for each, mine in zip(seconds, own, strict=True))
    spread = f"[{ratios[0]:,.1f}, {ratios[-1]:,.1f}]"
    print(f"  {name:<46} {1e6 * statistics.median(seconds):12,.2f} us {statistics.median(ratios):8,.1f}x {spread}")


def _row(name: str, seconds: float, own: float) -> None:
    print(f"  {name:<46} {1e6 * seconds:12,.2f} us {seconds / own:8,.1f}x")


def _history(folder: Path, runs: int) -> None:
    print(f"a history of {runs} runs in SQLite: {PHASES} numbers and {WORDS} words each")
    engine = open_engine(f"sqlite:///{folder}/quickwin.db")
    records = [_recorded(folder, number) for number in range(runs)]
    start = time.process_time()
    for record in records:
        store.store_run(engine, record)
    stored = (time.process_time() - start) / runs
    queries.runs(engine, limit=50)
    taken = []
    for _ in range(PASSES):
        start = time.process_time()
        queries.runs(engine, limit=50)
        taken.append(time.process_time() - start)
    engine.dispose()
    listed = statistics.median(taken)
    _row("Quickwin, a run stored", stored, stored)
    _row("Quickwin, the newest 50 listed", listed, listed)
    if peer := _peer(folder, "mlflow", call=("history", str(folder), runs, PHASES, WORDS)):
        _row(f"MLflow {peer['version']}, a run stored", peer["store"], stored)
        _row(f"MLflow {peer['version']}, the newest 50 listed", peer["list"], listed)


def _recorded(folder: Path, number: int) -> RunRecord:
    path = folder / f"run-{number}.jsonl"
    recorder = Recorder(journal=str(path), workload="benchmark", cache_state="cold")
    for phase in range(PHASES):
        with recorder.phase(f"phase {phase}"):
            pass
    for word in range(WORDS):
        recorder.count(f"word {word}", word)
    recorder.finish()
    return read_journal(path.read_bytes())


def _verdict(folder: Path, trials: int) -> None:
    print(f"a verdict on two equal commands that get 2% slower with each run, {trials} times")
    ways: dict[str, Callable[[Path], str]] = {"Quickwin, 6 blocks of A B B A": _own_verdict}
    if shutil.which("hyperfine"):
        version = subprocess.run(["hyperfine", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        ways[f"{version}, 12 runs each"] = _hyperfine
    else:
        print("  hyperfine is not installed here")
    for name, way in ways.items():
        verdicts, start = Counter[str](), time.perf_counter()
        for number in range(trials):
            place = folder / f"{name[:4]}{number}"
            place.mkdir()
            (place / "work.py").write_text(_COMMAND)
            verdicts[way(place)] += 1
        seconds = (time.perf_counter() - start) / trials
        counted = ", ".join(f"{word} {n}" for word, n in verdicts.most_common())
        print(f"  {name:<46} {counted} of {trials}; {seconds:.1f} s each")


def _own_verdict(place: Path) -> str:
    """What Quickwin says; any word but same and unresolved is wrong."""
    (place / "quickwin.toml").write_text(
        f'[project]\nname = "equal"\n[pipeline]\ncommand = "{sys.executable} -I -S work.py count"\n'
        '[[win]]\nname = "other"\non = { env = { OTHER = "1" } }\n'
    )
    arguments = ["measure", "none", "other", "--blocks", "6", "--json"]
    done = subprocess.run(module_command("optim", *arguments), cwd=place, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"quickwin measure failed: {done.stderr}")
    return str(json.loads(done.stdout)["verdict"])


def _hyperfine(place: Path) -> str:
    """Whether its ratio of means is further from 1 than the spread that it prints beside it."""
    command = f"{sys.executable} -I -S work.py count"
    arguments = ["hyperfine", "--runs", "12", "--shell=none", "--export-json", "out.json", command, command]
    subprocess.run(arguments, cwd=place, capture_output=True, check=True)
    one, other = json.loads((place / "out.json").read_text())["results"]
    fast, slow = sorted((one, other), key=lambda result: float(result["mean"]))
    ratio = slow["mean"] / fast["mean"]
    spread = ratio * ((slow["stddev"] / slow["mean"]) ** 2 + (fast["stddev"] / fast["mean"]) ** 2) ** 0.5
    return "a difference" if ratio - spread > 1 else "none"


if __name__ == "__main__":
    main()
