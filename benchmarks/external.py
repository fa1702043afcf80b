"""What Quickwin adds to a run of a command of 0.2 s: milliseconds a run, beside the bare command, in turn.

    python -m benchmarks.external [RUNS]

Counted is all that a measurement does for a run and cannot leave out: start it from the launcher, watch it, read its
answers, store its record. What a project asks for besides (a reset, a copy of primed caches) is preparation.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from db import store
from db.engine import open_engine
from optim.pipelines.external.pipeline import CommandPipeline
from optim.pipelines.external.switching import Toggle
from optim.pipelines.protocol import Job, Target
from optim.project.command import Answers, Command, Switch

MOST_MILLISECONDS = 50.0
SECONDS = 0.2
SCRIPT = f"sh -c 'sleep {SECONDS}; echo 1 > answer.txt'"


def main() -> int:
    """Prints the figures; the exit code says whether the bound holds."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory(prefix="quickwin-benchmark-") as place:
        bare, whole, told = _measured(Path(place), runs)
    added = [1000 * (alone - other) for alone, other in zip(whole, bare, strict=True)]
    differs = [1000 * (alone - other) for alone, other in zip(told, bare, strict=True)]
    middle = statistics.median(added)
    print(f"a run of {SECONDS} s, {runs} pairs: bare {1000 * statistics.median(bare):.1f} ms")
    print(f"what Quickwin adds: median {middle:.1f} ms, nine in ten below {sorted(added)[int(0.9 * runs)]:.1f} ms")
    print(f"what it measures differs from the bare run by: median {statistics.median(differs):+.1f} ms")
    return int(middle > MOST_MILLISECONDS)


def _measured(place: Path, runs: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of the bare command, of a whole run, and what the run says it took."""
    folder, scratch = place / "project", place / "scratch"
    folder.mkdir()
    scratch.mkdir()
    engine = open_engine(f"sqlite:///{place}/quickwin.db")
    command = Command(command=SCRIPT, answers=Answers(files=("answer.txt",)))
    toggles = {"other": Toggle(on=Switch(env={"OTHER": "1"}))}
    pipeline = CommandPipeline(name="benchmark", folder=folder, command=command, toggles=toggles)
    target = Target(config=frozenset())
    job = Job(targets=(target,), parameters={}, cache_state="cold", scratch=scratch)
    bare, whole, told = list[float](), list[float](), list[float]()
    with pipeline.session(job) as session:
        session.run(target, "the first one")  # asks once where it runs
        for number in range(runs):
            start = time.perf_counter()
            subprocess.run(["sh", "-c", SCRIPT.removeprefix("sh -c '").removesuffix("'")], cwd=folder, check=True)
            between = time.perf_counter()
            record = session.run(target, f"run {number}").record
            assert record is not None
            store.store_run(engine, record)
            whole.append(time.perf_counter() - between)
            bare.append(between - start)
            told.append(record.wall_seconds or 0.0)
    engine.dispose()
    return bare, whole, told


if __name__ == "__main__":
    sys.exit(main())
