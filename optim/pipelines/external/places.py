"""The project's folder while it is measured: one at a time, and caches set aside that come back whatever happens.

Everything lies in ``.quickwin`` in the folder itself: the ledger of what was renamed, what was set aside, primed copies
and worktrees. The ledger is on the disk before the first rename; whoever comes next after a kill puts things back.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from optim.pipelines.protocol import RunProblem
from optim.project.command import OWN
from profiles.system import lock, naming


def own_folder(folder: Path) -> Path:
    """Quickwin's folder in the project's, made where it is missing; git ignores it by a file of its own."""
    own = folder / OWN
    try:
        own.mkdir(exist_ok=True)
        ignore = own / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise RunProblem(f"{own} can not be written: {error.strerror}") from error
    return own


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder for this process alone.

    Raises:
        RunProblem: another process measures in it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if not lock(descriptor):
            raise RunProblem(f"another run or measurement is under way in {folder}: wait until it ends, or stop it")
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether another process measures in the folder now."""
    try:
        with locked(folder):
            return False
    except RunProblem:
        return True


class Aside:
    """The user's own caches, set aside while runs need empty or primed ones. Use within ``locked``."""

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self._folder, self._paths = folder, paths
        self._place = own_folder(folder) / "aside"
        self._ledger = self._place / "ledger.json"

    @contextlib.contextmanager
    def set_aside(self) -> Iterator[None]:
        """Renames the caches aside, and back at the end; what a killed process left aside comes back first."""
        self.put_back()
        if self._paths:
            self._begin()
        try:
            yield
        finally:
            self.put_back()

    def _begin(self) -> None:
        self._place.mkdir(exist_ok=True)
        key = uuid.uuid4().hex[:8]
        names = {path: f"{key}-{number}" for number, path in enumerate(self._paths)}
        there = {path: name for path, name in names.items() if os.path.lexists(self._folder / path)}
        self._write({"aside": there, "absent": [path for path in names if path not in there]})
        for path, name in there.items():
            try:
                os.rename(self._folder / path, self._place / name)
            except OSError as error:
                self.put_back()
                raise RunProblem(f"the cache {path} can not be set aside: {error.strerror}") from error

    def _write(self, plain: dict[str, object]) -> None:
        draft = self._ledger.with_suffix(".new")
        with naming(draft), draft.open("w") as file:
            json.dump(plain, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._ledger)

    def put_back(self) -> None:
        """Puts back what the ledger names; nothing where there is no ledger."""
        try:
            plain = json.loads(self._ledger.read_text())
        except FileNotFoundError:
            return
        for path, name in plain["aside"].items():
            if os.path.lexists(self._place / name):
                remove(self._folder / path)
                (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
                os.rename(self._place / name, self._folder / path)
        for path in plain["absent"]:
            remove(self._folder / path)
        self._ledger.unlink()


class RunCaches:
    """The caches of the runs themselves, in one folder: emptied, or a fresh copy of what one run primed."""

    def __init__(self, folder: Path, paths: Sequence[str], primed: Path) -> None:
        self._folder, self._paths, self._primed = folder, paths, primed

    def empty(self) -> None:
        """Removes them."""
        for path in self._paths:
            remove(self._folder / path)

    def keep(self, key: str) -> None:
        """Keeps what a run left as the primed caches of ``key``."""
        place = self._primed / key
        remove(place)
        place.mkdir(parents=True)
        for number, path in enumerate(self._paths):
            if os.path.lexists(self._folder / path):
                os.rename(self._folder / path, place / str(number))

    def is_kept(self, key: str) -> bool:
        """Whether ``key`` was primed."""
        return (self._primed / key).is_dir()

    def fill(self, key: str) -> None:
        """A fresh copy of what was kept, with the moments of modification."""
        self.empty()
        for number, path in enumerate(self._paths):
            source, target = self._primed / key / str(number), self._folder / path
            if os.path.lexists(source):
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(source, target)

    def any_there(self) -> bool:
        """Whether one of them exists now."""
        return any(os.path.lexists(self._folder / path) for path in self._paths)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def remove(path: Path) -> None:
    """Removes a file, a link (never what it points to), or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
