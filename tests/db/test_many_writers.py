from __future__ import annotations

import random
import subprocess
import sys

from sqlalchemy import Engine

from db import queries, store

WRITERS, TASKS, KILLS = 8, 25, 10


def _start(url: str, name: str, tasks: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.db.writers", url, name, str(tasks)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_many_writers_at_once_lose_nothing(url: str, engine: Engine) -> None:
    writers = [_start(url, f"writer {number}", TASKS) for number in range(WRITERS)]
    ends = [(writer.communicate()[0].splitlines()[-1:], writer.returncode) for writer in writers]
    assert ends == [(["finished"], 0)] * WRITERS
    found = queries.runs(engine)
    assert found["status"].tolist() == ["finished"] * WRITERS
    assert found["tasks"].tolist() == [TASKS] * WRITERS
    for run_id in found["id"]:
        assert [one.index for one in queries.run(engine, run_id).tasks] == list(range(TASKS))


def test_a_killed_writer_loses_no_committed_task_and_is_never_shown_as_finished(url: str, engine: Engine) -> None:
    chance = random.Random(7)
    writers = [_start(url, f"killed {number}", 1000) for number in range(KILLS)]
    promised = {str(writer.args[4]): _kill(writer, chance.randint(1, 30)) for writer in writers}
    store.mark_interrupted(engine)
    found = queries.runs(engine)
    assert set(found["status"]) == {"interrupted"}
    assert len(found) == KILLS
    for run_id in found["id"]:
        kept = queries.run(engine, run_id)
        assert kept.wall_seconds is None
        assert [one.index for one in kept.tasks] == list(range(len(kept.tasks)))
        assert len(kept.tasks) >= promised[kept.key]


def _kill(writer: subprocess.Popen[str], lines: int) -> int:
    """Kills a writer after it has said ``lines`` lines; gives how many tasks it said were committed."""
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(lines)]
    writer.kill()
    said += writer.communicate()[0].splitlines()
    return sum(line.startswith("committed ") for line in said)


def test_two_who_store_the_same_run_store_it_once(url: str, engine: Engine) -> None:
    code = (
        "import sys; from db import store; from db.engine import open_engine; from tests.db.samples import record\n"
        "engine = open_engine(sys.argv[1]); print(*store.store_run(engine, record())); engine.dispose()"
    )
    starts = [subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = sorted(start.communicate()[0].split()[1] for start in starts)
    assert answers == ["False", "False", "False", "True"]
    assert queries.run_count(engine) == 1
