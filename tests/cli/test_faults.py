"""A fault of the database is one sentence and exit code 3, whichever it is and whatever command meets it.

Each fault is really made on a real file. Some let nothing be read, some only keep from writing, some show when a value
is read: then a command either does what it can, or says one sentence; none ever ends in a traceback.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import command_name, command_names
from db import engine as engine_module
from db import sqlite_file, store
from optim.__main__ import main
from tests.cli.place import one_sentence
from tests.views.seed import Seeder
from tests.worked_example import FIFTH, FOURTH

#: One call of each command, as (words, whether it writes); FILE is a file in the test's folder.
CALLS: dict[str, tuple[tuple[str, ...], bool]] = {
    "assign": (("1", "--machine", "elsewhere"), True),
    "attribute": (("--tasks", "1", "--candidates", "10"), True),
    "backup": (("FILE.copy",), False),
    "bundle": (("--output", "FILE.py"), False),
    "check-db": ((), False),
    "compare": (("1", "2"), False),
    "decide": ((), False),
    "delete": (("1",), True),
    "demo": (("--tasks", "1", "--candidates", "10"), True),
    "export": (("1",), False),
    "import": (("FILE.log", "--yes"), True),
    "measure": (("none", "none", "--tasks", "1", "--candidates", "10"), True),
    "note": (("1", "a note"), True),
    "prime": (("--wins", "all", "--tasks", "1", "--candidates", "10"), True),
    "rename": (("1", "another"), True),
    "report": (("--output", "FILE.md"), True),
    "run": (("--tasks", "1", "--candidates", "10"), True),
    "runs": (("--limit", "6"), False),
    "serve": (("--no-browser",), False),
    "show": (("1",), False),
    "tag": (("tagged", "1"), True),
    "track": (("1", "--status", "on it"), True),
    "tracker": ((), False),
    "undo": (("1",), True),
}
#: What needs no database, or only a process of its own that is at work.
WITHOUT = {"check", "init", "move", "stop", "clean"}
READERS = [name for name, (_, writes) in CALLS.items() if not writes and name not in ("serve", "bundle")]
WRITERS = [name for name, (_, writes) in CALLS.items() if writes]
LOG = "Task a: 1.0s\nTotal time: 24.813 s\n100 tasks - 3 timeouts\n"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with runs, measurements of each kind and a decision: no more, since each command reads it often."""
    file = tmp_path_factory.mktemp("faults") / "seed.db"
    seeder = Seeder(f"sqlite:///{file}")
    faster = seeder.pair("none", FOURTH, blocks=6)
    seeder.pair("none", FIFTH, blocks=1, wrong=True)
    seeder.attribution(blocks=2, wins=(FOURTH, FIFTH))
    store.decide(seeder.engine, FOURTH, "keep", "twice as fast", faster)
    seeder.engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def file(place: Path, seeded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place's database, filled; nobody waits long for a lock."""
    monkeypatch.setattr(engine_module.open_engine, "__kwdefaults__", {"busy_seconds": 0.05, "read_only": None})
    shutil.copy(seeded, place / "quickwin.db")
    (place / "FILE.log").write_text(LOG)
    return place / "quickwin.db"


def called(name: str, place: Path) -> Result:
    words = [word.replace("FILE", str(place / "FILE")) for word in CALLS[name][0]]
    return CliRunner().invoke(main, [name, *words], prog_name="quickwin")


def no_traceback(result: Result, name: str) -> None:
    problem = result.exception
    assert problem is None or isinstance(problem, SystemExit), (name, repr(problem))
    assert "Traceback" not in result.output


def said(result: Result, name: str, words: str = "") -> None:
    """One sentence on stderr, exit code 3."""
    no_traceback(result, name)
    assert result.exit_code == 3, (name, result.output)
    sentences = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(sentences) == 1 and one_sentence(result.stderr.splitlines()[-1]), (name, result.stderr)
    assert words in result.stderr, (name, result.stderr)


def sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_every_command_has_a_call_here() -> None:
    assert {command_name(name) for name in command_names()} - WITHOUT == set(CALLS)


Fault = Callable[[Path], object]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _overwritten(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[4096 : 4096 * 3] = b"\xa5" * 8192
    file.write_bytes(body)


AT_OPEN: dict[str, tuple[Fault, str]] = {
    "no database": (lambda file: file.write_text("24.813 s for 100 tasks\n" * 99), "is not a database"),
    "cut": (_cut, "is damaged"),
    "overwritten": (_overwritten, "is damaged"),
    "newer": (lambda file: sql(file, "UPDATE quickwin_version SET version_num = '9999'"), "newer version"),
    "two versions": (lambda file: sql(file, "INSERT INTO quickwin_version VALUES ('0001')"), "holds 2 versions"),
    "no version": (lambda file: sql(file, "DELETE FROM quickwin_version"), "holds 0 versions"),
    "another program's": (lambda file: sql(file, "DROP TABLE quickwin_version"), "another program's"),
    "a folder": (lambda file: (file.unlink(), file.mkdir()), "it is a folder"),
}


@pytest.mark.parametrize("fault", AT_OPEN)
def test_what_can_not_be_opened_is_one_sentence_in_every_command(file: Path, fault: str) -> None:
    make, words = AT_OPEN[fault]
    make(file)
    for name in CALLS:
        if name != "bundle":  # the built-in pipeline has nothing to bundle, which comes first
            said(called(name, file.parent), name, words)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://ann:secret@host/name", "nonsense"])
def test_an_address_that_is_none_is_one_sentence_in_every_command(
    file: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for name in CALLS:
        if name != "bundle":
            result = called(name, file.parent)
            said(result, name, "is not a database address")
            assert "secret" not in result.stderr


def test_a_database_that_nobody_may_read_is_one_sentence_in_every_command(file: Path) -> None:
    sql(file, "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        for name in CALLS:
            if name != "bundle":
                said(called(name, file.parent), name, "is locked by another process")


def _written_by_another(file: Path, stack: ExitStack) -> str:
    holder = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None)))
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("UPDATE runs SET note = 'another'")
    return "is locked by another process"


def _only_read(file: Path, stack: ExitStack) -> str:
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("DATABASE_URL", f"sqlite:///file:{file}?mode=ro&uri=true")
    return "is read-only"


def _mode(file: Path, stack: ExitStack) -> str:
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("QUICKWIN_READ_ONLY", "1")
    return "QUICKWIN_READ_ONLY is set"


@pytest.mark.parametrize("fault", [_written_by_another, _only_read, _mode])
def test_where_nothing_can_be_written_all_is_read_and_every_write_is_one_sentence(
    file: Path, fault: Callable[[Path, ExitStack], str]
) -> None:
    whole = {name: called(name, file.parent).exit_code for name in READERS if name != "backup"}
    assert set(whole.values()) == {0}
    with ExitStack() as stack:
        words = fault(file, stack)
        for name in whole:
            result = called(name, file.parent)
            no_traceback(result, name)
            assert result.exit_code == 0, (name, result.output)
        for name in WRITERS:
            said(called(name, file.parent), name, words)
    rows = sqlite3.connect(file).execute("SELECT count(*), count(note) FROM runs WHERE note <> ''").fetchone()
    assert rows == (0, 0)
    assert fault is _written_by_another or not (file.parent / "FILE.md").exists()


def test_a_backup_is_made_while_another_process_writes(file: Path) -> None:
    with ExitStack() as stack:
        _written_by_another(file, stack)
        result = called("backup", file.parent)
    assert result.exit_code == 0, result.output
    copy = sqlite3.connect(file.parent / "FILE.copy")
    assert copy.execute("SELECT count(*) FROM runs WHERE note = 'another'").fetchone() == (0,)
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


TABLES = ("measurements", "runs", "blocks", "tasks", "phases", "environments", "decisions", "tags", "stated_facts")
WHOLE = ("runs", "show", "compare", "export", "decide", "tracker", "check-db", "note", "tag", "delete", "report")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_or_column_that_is_missing_is_one_sentence(file: Path, table: str, seeded: Path) -> None:
    for number, statement in enumerate((f"DROP TABLE {table}", f"ALTER TABLE {table} RENAME COLUMN {{}} TO gone")):
        column = {"runs": "label", "tags": "tag", "stated_facts": "value", "decisions": "because"}.get(table)
        fresh = file.with_name(f"{number}.db")
        shutil.copy(seeded, fresh)
        column = column or sqlite3.connect(fresh).execute(f"PRAGMA table_info({table})").fetchall()[-1][1]
        sql(fresh, statement.format(column))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", f"sqlite:///{fresh}")
            results = {name: called(name, file.parent) for name in WHOLE}
        for name, result in results.items():
            no_traceback(result, name)
            if name != "check-db" and result.exit_code == 3:
                said(result, name, "is damaged (no such")
        assert 3 in {result.exit_code for result in results.values()}


#: A value of each kind that is none of what the column holds.
NONSENSE = {
    "JSON": "'{\"half'",
    "DATETIME": "'the day before'",
    "DOUBLE": "'fast'",
    "INTEGER": "'many'",
    "TEXT": "x'ff'",
}


@pytest.mark.parametrize("table", ["measurements", "runs", "blocks", "decisions", "environments", "phases", "tasks"])
def test_no_value_that_is_none_ends_in_a_traceback(
    file: Path, table: str, seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "CHECKED_BYTES", 0)
    columns = sqlite3.connect(seeded).execute(f"PRAGMA table_info({table})").fetchall()
    for _, column, kind, _, _, key in columns:
        if key:
            continue
        fresh = file.with_name(f"{table}-{column}.db")
        shutil.copy(seeded, fresh)
        value = next((value for name, value in NONSENSE.items() if str(kind).upper().startswith(name)), "x'ff00'")
        sql(fresh, f'UPDATE OR IGNORE {table} SET "{column}" = {value} WHERE rowid % 3 = 1' if table in _WITH_ROWID
            else f'UPDATE {table} SET "{column}" = {value}')  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", f"sqlite:///{fresh}")
            for name in WHOLE:
                if name == "check-db":
                    continue
                result = called(name, file.parent)
                no_traceback(result, f"{name} with {table}.{column}")
                if result.exit_code == 3:
                    said(result, name)


_WITH_ROWID = ("measurements", "runs", "decisions")


def test_a_run_that_was_altered_is_marked_in_lists_and_is_no_evidence(file: Path) -> None:
    sql(file, "UPDATE runs SET wall_seconds = wall_seconds / 2 WHERE id = 1")
    listed = called("runs", file.parent)
    assert listed.exit_code == 0
    result = CliRunner().invoke(main, ["runs", "--json", "--limit", "1000"], prog_name="quickwin")
    assert '"status": "altered"' in result.stdout
    said(called("show", file.parent), "show", "run 1 is not what was written")
    checked = called("check-db", file.parent)
    assert checked.exit_code == 1 and "run 1" in checked.output


@pytest.mark.parametrize("words", [("show", "99999"), ("export", "99999"), ("note", "99999", "x"), ("delete", "99999")])
def test_a_run_that_is_not_there_is_one_sentence(file: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, list(words), prog_name="quickwin")
    no_traceback(result, words[0])
    assert result.exit_code == 2 and "there is no run 99999" in result.stderr
