"""Folders with an owner: gone with it, or swept when it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiles.owned import owned, owned_folder, owned_in, remove_left, size_of
from tests.cli.place import ROOT

KILLED = """
import os, signal, sys
from pathlib import Path
from profiles.owned import owned_folder
with owned_folder("caches-", Path(sys.argv[1])) as folder:
    (folder / "entry").write_text("x" * 1000)
    if sys.argv[2] == "live":
        print("up", flush=True)
        input()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(place: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", KILLED, str(place), how]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_folder_is_new_and_private_and_gone_afterwards_with_its_note(tmp_path: Path) -> None:
    with owned_folder("a-", tmp_path / "new") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [(one.path, one.pid, one.left) for one in owned_in(tmp_path / "new")] == [(folder, os.getpid(), False)]
    assert list((tmp_path / "new").iterdir()) == []


def test_what_a_killed_process_left_is_left_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    start(tmp_path, "die").communicate()
    living = start(tmp_path, "live")
    try:
        assert living.stdout is not None and living.stdout.readline() == "up\n"
        found = {one.left: one for one in owned_in(tmp_path)}
        assert set(found) == {True, False} and found[False].pid == living.pid
        assert remove_left(found[True]) == 1000
        assert [one.path for one in owned_in(tmp_path)] == [found[False].path] and found[False].path.is_dir()
    finally:
        living.kill()
        living.communicate()


@pytest.mark.parametrize(("part", "value", "left"), [(0, "kaggle", None), (1, "boot", True), (3, "1", True)])
def test_another_machine_s_folder_is_nobody_s_to_judge_and_a_number_that_was_used_again_is_another_process(
    tmp_path: Path, part: int, value: str, left: bool | None
) -> None:
    with owned(tmp_path / "one") as path:
        note = path.with_name("one.owner")
        pid, *owner = os.readlink(note).split("|")
        owner[part] = value
        note.unlink()
        os.symlink("|".join([pid, *owner]), note)
        assert [one.left for one in owned_in(tmp_path)] == [left]


def test_a_note_that_says_nothing_is_nobody_s(tmp_path: Path) -> None:
    (tmp_path / "a.owner").write_text("nonsense")
    (tmp_path / "b.owner").mkdir()
    assert owned_in(tmp_path) == [] and owned_in(tmp_path / "missing") == []


def test_a_size_counts_files_and_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(bytes(10))
    (tmp_path / "big").write_bytes(bytes(5000))
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "big")
    assert 10 <= size_of(tmp_path / "folder") < 1000
    assert size_of(tmp_path / "big") == 5000 and size_of(tmp_path / "missing") == 0
