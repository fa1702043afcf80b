"""The persistent cache."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from optim.arc import diskcache
from optim.arc.diskcache import DiskCache, ignored

_ROOT = Path(__file__).resolve().parents[3]


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "c.sqlite", "scope")
    cache.put({"a": "1", "b": "2"})
    assert cache.get(["a", "x"]) == {"a": "1"}
    cache.close()
    assert DiskCache(tmp_path / "c.sqlite", "scope").get(["a", "b", "c"]) == {"a": "1", "b": "2"}


def test_another_scope_sees_nothing(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "c.sqlite", "one")
    cache.put({"a": "1"})
    cache.close()
    other = DiskCache(tmp_path / "c.sqlite", "two")
    assert other.get(["a"]) == {} and len(other) == 0


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_replaced_by_an_empty_one(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_bytes(damage)
    cache = DiskCache(tmp_path / "c.sqlite", "scope")
    cache.put({"a": "1"})
    assert cache.get(["a"]) == {"a": "1"}


def test_a_locked_file_is_left_alone_and_memory_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(diskcache, "_PATIENCE_SECONDS", 0.01)
    before = path.stat().st_ino
    cache = DiskCache(path, "scope")
    cache.put({"a": "1"})
    assert cache.get(["a"]) == {"a": "1"}
    cache.close()
    assert path.stat().st_ino == before
    other.execute("CREATE TABLE mine (x)")
    other.execute("COMMIT")
    other.close()


def test_a_file_that_can_not_be_opened_costs_the_cache_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").mkdir()
    cache = DiskCache(tmp_path / "c.sqlite", "scope")
    cache.put({"a": "1"})
    cache.close()
    assert (tmp_path / "c.sqlite").is_dir()


def test_the_file_stays_within_its_bound_and_loses_the_oldest(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "c.sqlite", "scope", max_bytes=300_000)
    for number in range(8):
        cache.put({f"{number}-{index}": "x" * 100 for index in range(1000)})
    found = cache.get([f"{number}-0" for number in range(8)])
    assert "0-0" not in found and "7-0" in found
    cache.close()
    assert (tmp_path / "c.sqlite").stat().st_size < 1_000_000


#: Waits until ``FOLDER/go`` is there, then opens the cache in each folder beside it and writes 2,000 entries.
_WRITER = """
import sys, time
from pathlib import Path
from optim.arc.diskcache import DiskCache, ignored
folder, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
while not (folder / "go").exists():
    pass
for number in range(15):
    cache = DiskCache(folder / str(number) / "c.sqlite", "scope")
    for part in range(2):
        cache.put({f"{name}-{part}-{index}": name for index in range(1000)})
    cache.close()
"""


def test_processes_that_make_a_file_and_write_it_at_the_same_moment_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, name], cwd=_ROOT, stdout=subprocess.PIPE, text=True) for name in "abc"]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    (tmp_path / "go").touch()
    assert [writer.communicate(timeout=120) and writer.returncode for writer in writers] == [0, 0, 0]
    assert {len(DiskCache(tmp_path / str(number) / "c.sqlite", "scope")) for number in range(15)} == {6000}


def test_a_row_that_was_altered_or_was_not_asked_for_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    cache = DiskCache(path, "scope")
    cache.put({name: f"value {name}" for name in "abcdef"})
    cache.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE kept SET value = 'value x' WHERE key = 'a'")
        connection.execute("UPDATE kept SET key = 'B' WHERE key = 'b'")
        connection.execute("UPDATE kept SET scope = 'other' WHERE key = 'c'")
    connection.close()
    assert DiskCache(path, "scope").get("abcdefB") == {name: f"value {name}" for name in "def"}
    assert DiskCache(path, "other").get("abcdefB") == {}


def test_flipped_bits_give_no_other_values(tmp_path: Path) -> None:
    path, chance = tmp_path / "c.sqlite", random.Random(0)
    entries = {f"key {number}": f"value {number}" for number in range(200)}
    cache = DiskCache(path, "scope")
    cache.put(entries)
    cache.close()
    whole = path.read_bytes()
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 4))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        damaged = DiskCache(path, "scope")
        found = damaged.get(entries)
        damaged.close()
        assert found.items() <= entries.items()


def test_the_folder_is_its_owners_alone_and_what_others_can_write_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "caches"
    cache = DiskCache(folder / "c.sqlite", "scope")
    assert folder.stat().st_mode & 0o777 == 0o700
    cache.put({"a": "1"})
    cache.close()
    assert DiskCache(folder / "c.sqlite", "scope").get("a") == {"a": "1"}
    for path in (folder, folder / "c.sqlite"):
        before = path.stat().st_mode & 0o777
        path.chmod(0o777)
        assert DiskCache(folder / "c.sqlite", "scope").get("a") == {}
        path.chmod(before)
    assert DiskCache(folder / "c.sqlite", "scope").get("a") == {"a": "1"}


def _cache(folder: Path) -> Path:
    cache = DiskCache(folder / "scores.sqlite", "scope")
    cache.put({"key": "value"})
    cache.close()
    return folder / "scores.sqlite"


def test_a_cache_that_is_not_used_is_said_with_why(tmp_path: Path) -> None:
    path = _cache(tmp_path / "caches")
    assert ignored(path.parent) == ignored(tmp_path / "none") == []
    path.chmod(0o666)
    assert "another user can write it; chmod go-w would do" in ignored(path.parent)[0]
    path.chmod(0o600)
    path.parent.chmod(0o777)
    assert f"the caches in {path.parent} were not used: another user can write there" in ignored(path.parent)[0]
    path.parent.chmod(0o700)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert "could not be written (database is locked)" in ignored(path.parent)[0]
    path.write_bytes(b"no cache at all " * 100)
    assert "is damaged, and an empty one takes its place" in ignored(path.parent)[0]
