"""Whether answers are equal whatever is on: one results fingerprint for all configs, cold and warm.

    python -m benchmarks.answers                        all configs at 100 tasks on default data
    python -m benchmarks.answers --tasks 400 --covering a covering set of 8 configs, each pair of wins on and off
    python -m benchmarks.answers --own                  on own data: the default data, changed
    python -m benchmarks.answers --load 2               beside so many processes that eat the cores
    python -m benchmarks.answers --to answers.jsonl     runs go to a file; what is in it already is not run again
    python -m benchmarks.answers --tasks-dir T --dsl D --solvers S

Each run is a fresh worker process; each line is printed as soon as it is there, so that a part of it is of use. What
all of them will take is told after each config, from those that were run.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks._own_data import own_data
from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.workload import prepare
from profiles.configs import Config
from profiles.records import RunRecord

_BUSY = "while True: pass"


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """Processes in sessions of their own that eat the cores."""
    started = [subprocess.Popen([sys.executable, "-c", _BUSY], start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def all_configs(wins: Sequence[str]) -> list[Config]:
    """Every subset, the smaller ones first."""
    return [frozenset(chosen) for size in range(len(wins) + 1) for chosen in itertools.combinations(wins, size)]


def covering(wins: Sequence[str], count: int = 8) -> list[Config]:
    """``none``, ``all`` and more: together they hold every pair of wins in each of its four states, if ``count`` do.

    Where fewer do, the others are those that differ most from all before them.
    """
    configs, candidates = [frozenset[str](), frozenset(wins)], all_configs(wins)
    while len(configs) < min(count, len(candidates)):
        seen = {state for config in configs for state in _states(config, wins)}
        rank = {
            candidate: (len(_states(candidate, wins) - seen), min(len(candidate ^ other) for other in configs))
            for candidate in candidates
        }
        configs.append(max(candidates, key=rank.__getitem__))
    return configs


def _states(config: Config, wins: Sequence[str]) -> set[tuple[str, bool, str, bool]]:
    return {(a, a in config, b, b in config) for a, b in itertools.combinations(wins, 2)}


def run(settings: Settings, config: Config, caches: str) -> RunRecord:
    """One run, stored nowhere."""
    with tempfile.TemporaryDirectory() as output:
        placed = replace(settings, wins=config, caches_dir=caches, output_dir=output)
        return Run(placed, prepare(placed), "answers", Listener(), None).execute().record


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One run, as it stands in a line of the file. ``question``: the workload and the load, equal for all."""

    question: str
    config: list[str]
    state: str
    fingerprint: str | None
    timeouts: int
    backstops: int
    wall_seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        seconds = f"{self.wall_seconds:8.1f} s  {self.cpu_seconds:8.1f} CPU s"
        ends = f"{self.timeouts} timeouts, {self.backstops} at the backstop"
        return f"{self.fingerprint}  {self.state}  {ends}  {seconds}  {','.join(self.config) or 'none'}"


def row(question: str, config: Config, state: str, record: RunRecord) -> Row:
    """A run's row."""
    return Row(
        question=question,
        config=sorted(config),
        state=state,
        fingerprint=record.results_fingerprint,
        timeouts=sum(task.timeouts for task in record.tasks),
        backstops=record.counts.get("backstops", 0),
        wall_seconds=record.wall_seconds or 0.0,
        cpu_seconds=record.cpu_seconds or 0.0,
    )


def rows_of(file: Path | None, question: str) -> list[Row]:
    """The rows of a question that are in the file; a line that was cut is none."""
    rows = []
    for line in file.read_text().splitlines() if file is not None and file.exists() else ():
        with contextlib.suppress(ValueError, TypeError):
            rows.append(Row(**json.loads(line)))
    return [row for row in rows if row.question == question]


def config_rows(settings: Settings, config: Config, question: str, known: Sequence[Row]) -> Iterator[Row]:
    """The cold and the warm run of a config, but for those that are known; a warm one follows a cold one."""
    states = {other_row.state for other_row in known if other_row.config == sorted(config)}
    if {"cold", "warm"} <= states:
        return
    with tempfile.TemporaryDirectory() as caches:
        for state in ("cold", "warm"):
            answer_row = row(question, config, state, run(settings, config, caches))
            if state not in states:
                yield answer_row


def measure(settings: Settings, configs: Sequence[Config], question: str, file: Path | None) -> list[Row]:
    """All rows; each is printed and appended to the file when it is there."""
    rows, start, fresh = rows_of(file, question), time.monotonic(), 0
    if rows:
        print(f"{len(rows)} runs are in {file} already")
    for number, config in enumerate(configs, 1):
        for answer in config_rows(settings, config, question, rows):
            print(answer, flush=True)
            rows.append(answer)
            fresh += 1
            if file is not None:
                with file.open("a") as lines:
                    lines.write(json.dumps(asdict(answer)) + "\n")
        if fresh and number < len(configs):
            left = (time.monotonic() - start) / fresh * max(2 * len(configs) - len(rows), 0)
            print(f"  {number} of {len(configs)} configs; about {left / 60:.0f} min left", flush=True)
    return rows


def main() -> int:
    """Prints each run; the exit code says whether all gave the same answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--covering", action="store_true")
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--limit", type=float, default=Settings().limit_seconds)
    parser.add_argument("--to", type=Path, metavar="FILE")
    for name in ("--tasks-dir", "--dsl", "--solvers"):
        parser.add_argument(name)
    given = parser.parse_args()
    wins = tuple(all_wins())
    configs = covering(wins) if given.covering else all_configs(wins)
    random.Random(0).shuffle(configs)
    print(f"{len(configs)} configs, cold and warm, {given.tasks} tasks; load: {os.getloadavg()[0]:.1f} + {given.load}")
    with tempfile.TemporaryDirectory() as folder, load(given.load):
        own = {"tasks_dir": given.tasks_dir, "dsl": given.dsl, "solvers": given.solvers}
        own = own_data(Path(folder) / "own") if given.own else own
        settings = Settings(tasks=given.tasks, limit_seconds=given.limit, **own)
        question = f"{prepare(settings).workload.fingerprint} load {given.load}"
        start = time.monotonic()
        rows = measure(settings, configs, question, given.to)
    seen = Counter(row.fingerprint for row in rows)
    print(f"{len(rows)} runs, {(time.monotonic() - start) / 60:.1f} min; {len(seen)} fingerprint(s): {dict(seen)}")
    return 0 if len(seen) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
