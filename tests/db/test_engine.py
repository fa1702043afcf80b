from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db import engine as engine_module
from db import queries, store
from db.engine import default_url, impatient, open_engine, read_only_because, reading, writing
from db.problems import KINDS, DatabaseProblem
from tests.db.samples import record, task


def _filled(file: Path, runs: int = 1) -> None:
    engine = open_engine(f"sqlite:///{file}")
    for number in range(runs):
        store.store_run(engine, record(str(number), task_count=30))
    engine.dispose()


def _state(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def test_the_database_is_quickwin_db_here_or_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_url() == "sqlite:///quickwin.db"
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert default_url() == "postgresql://somewhere/else"


def test_a_missing_file_and_an_empty_one_become_a_database(file: Path) -> None:
    for _ in ("missing", "there already"):
        engine = open_engine(f"sqlite:///{file}")
        assert queries.run_count(engine) == 0
        engine.dispose()
    file.unlink()
    file.touch()
    assert queries.run_count(open_engine(f"sqlite:///{file}")) == 0


def _text_file(file: Path) -> None:
    file.write_text("24.813 s for 100 tasks\n" * 100)


def _newer(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE quickwin_version SET version_num = '9999'")


def _foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


def _two_versions(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO quickwin_version VALUES ('0001')")


def _cut(file: Path) -> None:
    _filled(file, 5)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _overwritten(file: Path) -> None:
    _filled(file, 5)
    content = bytearray(file.read_bytes())
    content[4096 : 3 * 4096] = os.urandom(2 * 4096)
    file.write_bytes(content)


def _header_only(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + bytes(50))


@pytest.mark.parametrize(
    ("spoil", "kind", "sentence"),
    [
        (_text_file, "no database", "is not a database"),
        (_newer, "newer", "newer version of Quickwin .schema 9999.; update Quickwin"),
        (_two_versions, "damaged", "holds 2 versions, and one is right"),
        (_foreign, "foreign", "another program's .it has a table 'recipes'."),
        (_cut, "damaged", "is damaged .its end is missing."),
        (_overwritten, "damaged", "is damaged"),
        (_header_only, "damaged", "is damaged"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_and_left_byte_for_byte(
    file: Path, spoil: Callable[[Path], None], kind: str, sentence: str
) -> None:
    spoil(file)
    before = _state(file.parent)
    with pytest.raises(DatabaseProblem, match=sentence) as caught:
        open_engine(f"sqlite:///{file}")
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)
    assert str(file) in str(caught.value)
    assert _state(file.parent) == before


@pytest.mark.parametrize(
    ("url", "kind", "sentence"),
    [
        ("sqlite:///{folder}", "no connection", "it is a folder"),
        ("sqlite:///{folder}/none/quickwin.db", "no connection", "/none does not exist"),
        ("mysql://user:secret@host/name", "bad address", "postgresql://user@host/name would do"),
        ("sqlite://", "bad address", "sqlite:///quickwin.db or"),
        ("sqlite:///:memory:", "bad address", "sqlite:///quickwin.db or"),
        ("quickwin.db", "bad address", "'quickwin.db' is not a database address"),
        ("postgresql://user:secret@127.0.0.1:1/name", "no connection", "can not open the database"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence_without_the_password(
    tmp_path: Path, url: str, kind: str, sentence: str
) -> None:
    with pytest.raises(DatabaseProblem, match=sentence) as caught:
        open_engine(url.format(folder=tmp_path))
    assert caught.value.kind == kind in KINDS
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def _refused(engine: Engine) -> str:
    with pytest.raises(DatabaseProblem) as caught:
        store.store_run(engine, record("new"))
    assert caught.value.kind == "read-only"
    return str(caught.value)


def test_a_read_only_database_is_read_and_writing_is_refused(file: Path) -> None:
    _filled(file)
    engine = open_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert queries.run_count(engine) == 1
    assert "is read-only; make it and its folder writable" in _refused(engine)
    engine.dispose()


def test_an_engine_that_is_asked_to_only_read_says_why_it_does_not_write(file: Path) -> None:
    _filled(file)
    engine = open_engine(f"sqlite:///{file}", read_only="nothing is stored here")
    assert (queries.run_count(engine), _refused(engine)) == (1, "nothing is stored here")
    assert read_only_because(engine) == "nothing is stored here"
    engine.dispose()
    assert read_only_because(open_engine(f"sqlite:///{file}")) is None


def _older(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE quickwin_version SET version_num = '0003'")


def test_a_database_of_an_older_version_that_may_only_be_read_is_not_migrated(file: Path) -> None:
    _older(file)
    before = _state(file.parent)
    with pytest.raises(DatabaseProblem, match=r"older version of Quickwin \(schema 0003\)") as caught:
        open_engine(f"sqlite:///{file}", read_only="not here")
    assert caught.value.kind == "older"
    assert _state(file.parent) == before


def test_where_nothing_may_be_written_no_database_is_made(file: Path) -> None:
    with pytest.raises(DatabaseProblem, match="there is none yet, and here none may be made"):
        open_engine(f"sqlite:///{file}", read_only="not here")
    assert not file.exists()


_ON_A_MOUNT = """
import sys
from db import queries, store
from db.engine import open_engine
from db.problems import DatabaseProblem
from tests.db.samples import record
engine = open_engine(f"sqlite:///{sys.argv[1]}")
print(queries.run_count(engine), queries.run(engine, 1).label)
try:
    store.store_run(engine, record("new"))
except DatabaseProblem as problem:
    print(problem)
"""
_ROOT = Path(engine_module.__file__).parents[1]


def read_only(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command that sees ``folder`` mounted read-only; skips the test where the system does not allow that."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare")
    mounted = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    words = ["unshare", "-rm", "sh", "-c", mounted, str(folder), *command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=_ROOT, timeout=120)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mount of our own: {done.stderr.strip()}")
    return done


@pytest.mark.parametrize("left", ["nothing", "a log and its index", "a log without its index"])
def test_a_database_on_a_read_only_mount_is_read(tmp_path: Path, left: str) -> None:
    folder = tmp_path / "mount"
    folder.mkdir()
    _filled(tmp_path / "quickwin.db")
    shutil.copy(tmp_path / "quickwin.db", folder)
    if left != "nothing":
        with closing(sqlite3.connect(folder / "quickwin.db")) as connection, connection:
            connection.execute("UPDATE runs SET note = 'in the log'")
            connection.commit()
            for ending in ("-wal", "-shm")[: 1 if left.startswith("a log without") else 2]:
                shutil.copy(folder / f"quickwin.db{ending}", tmp_path / f"kept{ending}")
            shutil.copy(folder / "quickwin.db", tmp_path / "kept")
        for path in tmp_path.glob("kept*"):
            shutil.copy(path, folder / path.name.replace("kept", "quickwin.db"))
    done = read_only(folder, sys.executable, "-c", _ON_A_MOUNT, str(folder / "quickwin.db"))
    if left == "a log without its index":
        assert "Traceback" in done.stderr and "which can only be read where the folder may be written" in done.stderr
        return
    assert done.stderr == ""
    count, sentence = done.stdout.splitlines()
    assert count.startswith("1 ") and "is read-only; make it" in sentence


def test_what_another_process_writes_does_not_keep_a_reader_waiting(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        engine = open_engine(f"sqlite:///{file}", busy_seconds=0.01)
        assert queries.run_count(engine) == 1
        with pytest.raises(DatabaseProblem, match="locked"):
            store.store_run(engine, record("new"))
        engine.dispose()


def test_a_database_without_a_log_that_another_process_writes_is_read_as_it_is(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN IMMEDIATE")
        engine = open_engine(f"sqlite:///{file}", busy_seconds=0.01)
        assert queries.run_count(engine) == 1
        engine.dispose()


def test_a_writer_can_be_less_patient_than_its_engine(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", busy_seconds=300)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseProblem, match="locked"), writing(impatient(engine, 0.01)):
            pass


def test_a_database_that_another_process_holds_is_refused_as_locked(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseProblem, match="is locked by another process") as caught:
            open_engine(f"sqlite:///{file}", busy_seconds=0.01)
    assert caught.value.kind == "locked"
    assert queries.run_count(open_engine(f"sqlite:///{file}")) == 1


def test_a_lock_while_writing_is_one_sentence_and_nothing_is_written(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", busy_seconds=0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseProblem, match="locked"):
            store.store_run(engine, record())
        assert queries.run_count(engine) == 0
    store.store_run(engine, record())
    assert queries.run_count(engine) == 1


def test_a_full_disk_is_one_sentence_and_what_was_committed_stays(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")
    run_id = store.begin_run(engine, record(tasks=()))
    store.add_task(engine, run_id, task(0))
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseProblem, match="no room left") as caught:
        store.store_run(engine, record("two", task_count=200))
    assert caught.value.kind == "no room"
    assert queries.run(engine, run_id).tasks == (task(0),)
    assert queries.run_count(engine) == 1


def test_sqlite_connections_are_set_up_alike(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", busy_seconds=7)
    wanted = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 7000}
    with reading(engine) as one, reading(engine) as two:
        for name, value in wanted.items():
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for connection in (one, two)]
            assert found == [value, value]


def test_a_read_sees_one_state_of_the_database(engine: Engine) -> None:
    store.store_run(engine, record())
    with reading(engine) as connection:
        before = connection.execute(text("SELECT count(*) FROM runs")).scalar_one()
        store.store_run(engine, record("two"))
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar_one() == before == 1


def test_a_write_that_fails_is_undone(engine: Engine) -> None:
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(text("DELETE FROM documents"))
        connection.execute(text("INSERT INTO tags (run_id, tag) SELECT id, 'x' FROM runs"))
        raise RuntimeError
    assert queries.tags(engine).empty


_FORKED = """
import os, sys
from db import queries, store
from db.engine import open_engine
from tests.db.samples import record
engine = open_engine(sys.argv[1])
store.store_run(engine, record("parent"))
child = os.fork()
if child == 0:
    store.store_run(engine, record("child"))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
store.store_run(engine, record("parent again"))
print(queries.run_count(engine))
engine.dispose()
"""


def test_a_forked_process_opens_connections_of_its_own(url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", _FORKED, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("3", "")


def test_processes_that_start_at_once_create_one_database(file: Path) -> None:
    code = f"from db.engine import open_engine; open_engine({f'sqlite:///{file}'!r}).dispose()"
    starts = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate()[1], one.returncode) for one in starts] == [("", 0)] * 4
    assert queries.run_count(open_engine(f"sqlite:///{file}")) == 0


def test_opening_names_the_default_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    engine_module.open_engine().dispose()
    assert (tmp_path / "quickwin.db").exists()


_WRITES = """
import sys
from db.engine import open_engine
from db.store import store_run
from tests.db.samples import record
engine = open_engine(sys.argv[1])
store_run(engine, record("elsewhere"))
engine.dispose()
"""


def test_opening_a_file_twice_in_a_process_leaves_its_locks_so_that_no_other_process_takes_its_log_away(
    file: Path,
) -> None:
    url = f"sqlite:///{file}"
    first = open_engine(url)
    assert queries.run_count(first) == 0
    second = open_engine(url)
    subprocess.run([sys.executable, "-c", _WRITES, url], check=True, timeout=60, cwd=Path(__file__).parents[2])
    assert file.with_name(f"{file.name}-wal").exists()
    assert queries.run_count(first) == queries.run_count(second) == 1
    first.dispose()
    second.dispose()
    _text_file(file)
    with pytest.raises(DatabaseProblem, match="is not a database"):
        open_engine(url)


def test_text_that_is_none_is_damage(file: Path) -> None:
    _filled(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE runs SET machine = CAST(x'6162ff' AS TEXT)")
    with pytest.raises(DatabaseProblem, match=r"is damaged \(Could not decode to UTF-8"):
        queries.run_rows(open_engine(f"sqlite:///{file}"))


def _readers(engine: Engine, stop: threading.Event, seconds: float) -> list[threading.Thread]:
    """Two readers, one of which is always at it."""

    def read(offset: float) -> None:
        time.sleep(offset)
        while not stop.is_set():
            with reading(engine) as connection:
                connection.execute(text("SELECT count(*) FROM runs")).scalar()
                time.sleep(seconds)

    return [threading.Thread(target=read, args=(offset,)) for offset in (0.0, seconds / 2)]


def test_a_log_is_written_back_although_somebody_reads_at_every_moment(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "MOST_LOG", 300_000)
    engine, stop, largest = open_engine(f"sqlite:///{file}"), threading.Event(), 0
    readers = _readers(engine, stop, 0.04)
    for reader in readers:
        reader.start()
    try:
        for number in range(60):
            store.store_run(engine, record(str(number), task_count=30))
            largest = max(largest, file.with_name(f"{file.name}-wal").stat().st_size)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert largest < 400_000
    assert queries.run_count(engine) == 60
    engine.dispose()


def test_a_reader_that_never_ends_lets_others_write(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MOST_LOG", 300_000)
    monkeypatch.setattr(engine_module, "_LOG_PATIENCE", 0.01)
    monkeypatch.setattr(engine_module, "_LOG_PAUSE", 0.1)
    engine = open_engine(f"sqlite:///{file}")
    store.store_run(engine, record("first"))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 1
        for number in range(60):
            store.store_run(engine, record(str(number), task_count=30))
        assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 1
    assert file.with_name(f"{file.name}-wal").stat().st_size > 600_000
    time.sleep(0.1)
    store.store_run(engine, record("last"))
    assert file.with_name(f"{file.name}-wal").stat().st_size == 0
    assert queries.run_count(engine) == 62
    engine.dispose()
