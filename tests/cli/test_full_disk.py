"""A full disk names the file and the folder that lies on it, and leaves no half file."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.at_work import sleeper
from tests.cli.place import one_sentence, own_data, quickwin


@pytest.fixture
def disk(place: Path) -> Iterator[Path]:
    """A file system of its own that has no room left."""
    folder = place / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def names_file_and_folder(text: str, file: Path) -> bool:
    return str(file) in text and "No space left on device" in text and f"no room for it in {file.parent}" in text


def test_a_log_of_a_run_that_has_no_room(place: Path, disk: Path) -> None:
    log = disk / "run.log"
    result = quickwin("run", *own_data(place, 3), "--cold", "--quiet", "--log", str(log))
    assert result.exit_code == 3 and names_file_and_folder(result.stderr, log) and one_sentence(result.stderr)
    assert "the run is stored" in result.stderr and not log.exists() and [*disk.iterdir()] == [disk / "filler"]


@pytest.mark.parametrize("words", [("export", "1", "--output"), ("report", "--output")], ids=" ".join)
def test_what_is_written_from_the_database_and_has_no_room(place: Path, disk: Path, words: tuple[str, ...]) -> None:
    assert quickwin("run", *own_data(place, 3), "--cold", "--quiet").exit_code == 0
    file = disk / "file.md"
    result = quickwin(*words, str(file))
    assert result.exit_code == 3 and names_file_and_folder(result.stderr, file) and one_sentence(result.stderr)
    assert [*disk.iterdir()] == [disk / "filler"]


def test_a_bundle_that_has_no_room(place: Path, disk: Path) -> None:
    sleeper(place)
    file = disk / "quickwin_bundle.py"
    result = quickwin("bundle", "--output", str(file))
    assert result.exit_code == 3 and names_file_and_folder(result.stderr, file) and one_sentence(result.stderr)
    assert [*disk.iterdir()] == [disk / "filler"]


def test_a_copy_of_the_database_that_has_no_room(place: Path, disk: Path) -> None:
    quickwin("run", *own_data(place, 1), "--cold", "--quiet")
    result = quickwin("backup", str(disk / "copy.db"))
    assert result.exit_code == 3 and str(disk / "copy.db") in result.stderr and one_sentence(result.stderr)
    assert [*disk.iterdir()] == [disk / "filler"]


def test_a_database_that_has_no_room(place: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{disk / 'q.db'}")
    result = quickwin("runs")
    assert result.exit_code == 3 and str(disk / "q.db") in result.stderr and one_sentence(result.stderr)


def test_folders_of_runs_that_have_no_room(place: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKWIN_HOME", str(disk / "home"))
    result = quickwin("run", *own_data(place, 3), "--cold", "--quiet")
    assert result.exit_code == 3 and str(disk) in result.stderr and one_sentence(result.stderr)


def test_a_device_that_takes_nothing(place: Path) -> None:
    quickwin("run", *own_data(place, 1), "--cold", "--quiet")
    result = quickwin("export", "1", "--output", "/dev/full")
    assert result.exit_code == 3 and "/dev/full can not be written: No space left on device" in result.stderr
    assert Path("/dev/full").is_char_device()
