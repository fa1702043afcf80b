"""Code states as folders: git worktrees, for wins that are a branch or a commit and arms that differ in a ref alone.

The base is resolved once: the working folder as it is, uncommitted work included. What wins add is merged there. All
worktrees of a session are made alike, at paths of equal length, so that nothing but their code differs. The user's
branches, index and working folder are never touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from optim.pipelines.code import held_open, identity, is_code
from optim.pipelines.external.answers import matches
from optim.pipelines.external.places import own_folder
from optim.pipelines.protocol import RunProblem
from optim.project.command import OWN
from profiles.owned import SHARED, owned_folder

#: The ref that means the working folder with uncommitted work.
HERE = "."
_SECONDS = 600
#: Files in a project's folder that are Quickwin's.
OURS = ("quickwin.db", "quickwin.db-wal", "quickwin.db-shm", OWN)
_CONFIG = (
    *("-c", "user.name=Quickwin", "-c", "user.email=quickwin@localhost", "-c", "core.hooksPath=/dev/null"),
    *("-c", "commit.gpgsign=false", "-c", "advice.detachedHead=false", "-c", "gc.auto=0"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """What a worktree holds: a base (a ref, or the working folder) with refs merged into it."""

    base: str = HERE
    merged: tuple[str, ...] = ()


#: So many branches and tags are named.
MOST_NAMES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """A worktree. ``folder`` is where the project's folder is in it, ``commit`` what it holds."""

    folder: Path
    commit: str


class Repository:
    """The git repository that a project's folder lies in.

    ``besides`` are paths in the folder that are no part of its code: caches, answers, inputs.

    Raises:
        RunProblem: the folder is in none, git is missing, or a ref is not known.
    """

    def __init__(self, folder: Path, besides: Sequence[str] = ()) -> None:
        self._folder, self._besides = folder, besides
        top = _git(
            folder, "rev-parse", "--show-toplevel", problem=f"{folder} is in no git repository, which a ref needs"
        )
        self._top = Path(top)
        self._below = folder.resolve().relative_to(self._top.resolve())
        self._here: str | None = None

    def commit(self, ref: str) -> str:
        """The commit of a ref; of the working folder one that holds it, uncommitted work included."""
        if ref != HERE:
            return _git(
                self._folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}",
                problem=f"git knows no branch, tag or commit called {ref!r}",
            )  # fmt: skip
        if self._here is None:
            self._here = self._snapshot()
        return self._here

    def names(self) -> tuple[str, ...]:
        """The branches and tags, those with the newest commits first."""
        order = ("--sort=-committerdate", f"--count={MOST_NAMES}", "--format=%(refname:short)")
        return tuple(_git(self._folder, "for-each-ref", *order, "refs/heads", "refs/tags").splitlines())

    def contents(self) -> dict[str, str]:
        """The blob that each file of the working folder's code is or would be: tracked, changed and untracked ones."""
        entries = [line.split("\t", 1) for line in self._listed("-s")]
        blobs = {name: about.split()[1] for about, name in entries}
        for name in self._listed("-d"):
            blobs.pop(name, None)
        changed = [name for name in self._listed("-m", "-o", "--exclude-standard") if (self._top / name).is_file()]
        held = held_open()
        changed = [name for name in dict.fromkeys(changed) if self._is_code(name)]
        changed = [name for name in changed if identity(self._top / name) not in held]
        # One name a line: a name with a line break in it is left as git knows it.
        plain = [name for name in changed if "\n" not in name]
        hashes = _git(self._top, "hash-object", "--stdin-paths", given="\n".join(plain)).splitlines() if plain else []
        blobs.update(zip(plain, hashes, strict=True))
        return {name: blob for name, blob in blobs.items() if self._is_code(name)}

    def _listed(self, *options: str) -> list[str]:
        """What ``git ls-files`` says of the project's folder."""
        listed = _git(self._top, "ls-files", "-z", *options, "--", self._below.as_posix())
        return [entry for entry in listed.split("\0") if entry]

    def _is_code(self, name: str) -> bool:
        below = Path(name).relative_to(self._below).as_posix() if self._below.parts else name
        return is_code(below) and not self._is_spared(name)

    def _snapshot(self) -> str:
        """A commit of the working folder as it is, made beside the user's index; HEAD itself where nothing changed."""
        head = _git(self._folder, "rev-parse", "HEAD", problem=f"the repository of {self._folder} has no commit yet")
        with owned_folder(f"{SHARED}index-", Path(tempfile.gettempdir())) as place:
            index = place / "index"
            own = self._folder / _git(self._folder, "rev-parse", "--git-path", "index")
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(own, index)
            env = {"GIT_INDEX_FILE": str(index)}
            changed = _git(self._top, "ls-files", "-z", "-m", "-o", "-d", "--exclude-standard", env=env).split("\0")
            code = [name for name in dict.fromkeys(changed) if name and not self._is_spared(name)]
            _git(self._top, "update-index", "--add", "--remove", "-z", "--stdin", env=env, given="\0".join(code))
            tree = _git(self._top, "write-tree", env=env)
        if tree == _git(self._folder, "rev-parse", f"{head}^{{tree}}"):
            return head
        return _git(self._folder, "commit-tree", tree, "-p", head, "-m", "The working folder with uncommitted work")

    def _is_spared(self, name: str) -> bool:
        """Whether a changed file is no code: Quickwin's own, or one of those that are none, or below it."""
        spared = [(self._below / path).as_posix() for path in (*OURS, *self._besides)]
        return any(name == path or name.startswith(f"{path}/") for path in spared)

    @contextlib.contextmanager
    def trees(self, codes: Iterable[Code], linked: Sequence[str]) -> Iterator[dict[Code, Tree]]:
        """A worktree for each code, gone afterwards; those of killed processes are removed first.

        Args:
            linked: patterns of files that git does not track and that are linked in.
        """
        place = own_folder(self._folder) / "trees"
        self._remove(place)
        place.mkdir()
        try:
            every = list(dict.fromkeys(codes))
            yield {code: self._add(place / f"{number:03d}", code, linked) for number, code in enumerate(every)}
        finally:
            self._remove(place)

    def prune(self) -> None:
        """Removes the worktrees that a killed process left."""
        self._remove(self._folder / OWN / "trees")

    def _remove(self, place: Path) -> None:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
            _git(self._folder, "worktree", "prune")

    def _add(self, place: Path, code: Code, linked: Sequence[str]) -> Tree:
        base = self.commit(code.base)
        _git(self._folder, "worktree", "add", "--detach", "--force", str(place), base)
        for ref in code.merged:
            self._merge(place, ref, code)
        folder = place / self._below
        if not folder.is_dir():
            raise RunProblem(f"{code.base} does not hold the folder {self._below}")
        self._link(folder, linked)
        return Tree(folder=folder, commit=_git(place, "rev-parse", "HEAD"))

    def _merge(self, place: Path, ref: str, code: Code) -> None:
        if torn := self._torn(place, ref):
            raise RunProblem(self._unmerged(place, ref, code, torn))

    def _torn(self, place: Path, ref: str) -> tuple[str, ...]:
        """Merges a ref into the worktree; the files in which they conflict, none where they do not."""
        commit = self.commit(ref)
        try:
            _git(place, "merge", "--no-edit", "--no-verify", commit)
        except RunProblem as problem:
            torn = _git(place, "diff", "--name-only", "--diff-filter=U").splitlines()
            if not torn:
                raise RunProblem(f"{ref} can not be merged: {problem}") from problem
            return tuple(torn)
        return ()

    def _unmerged(self, place: Path, ref: str, code: Code, torn: Sequence[str]) -> str:
        """The sentence of a conflict: between which two, in which files, and what helps. The worktree is used up."""
        before = code.merged[: code.merged.index(ref)]
        other = next((earlier for earlier in (code.base, *before) if self._conflict(place, earlier, ref)), None)
        files = f"conflict in {', '.join(torn)}, so they can not be merged"
        if other == code.base:
            return f"{ref} and {self._words(other)} {files}: rebase {ref}, or measure them as they are with --ref"
        return f"{ref} and {other or ', '.join(before)} {files}: rebase one of them, or measure each alone"

    def _conflict(self, place: Path, one: str, other: str) -> bool:
        _git(place, "reset", "--hard", self.commit(one))
        return bool(self._torn(place, other))

    def _words(self, base: str) -> str:
        """What a base is called: the working folder by its branch, too."""
        if base != HERE:
            return base
        branch = _git(self._folder, "rev-parse", "--abbrev-ref", "HEAD")
        changed = " with its uncommitted work" if self.commit(HERE) != _git(self._folder, "rev-parse", "HEAD") else ""
        return ("the working folder" if branch == "HEAD" else f"the working folder (branch {branch})") + changed

    def _link(self, folder: Path, patterns: Sequence[str]) -> None:
        """Links files that the worktree lacks: they are data, and git does not know them."""
        for path in matches(self._folder, patterns):
            if not path.is_relative_to(self._folder):
                continue
            target = folder / path.relative_to(self._folder)
            if not os.path.lexists(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(path.resolve())


def _git(
    folder: Path,
    *arguments: str,
    env: dict[str, str] | None = None,
    problem: str | None = None,
    given: str = "",
) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *_CONFIG, *arguments],
            env={**clean, "GIT_TERMINAL_PROMPT": "0", **(env or {})},
            input=given, capture_output=True, text=True, errors="surrogateescape", timeout=_SECONDS, check=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise RunProblem("git is not installed, and a win is given as a ref: install git") from error
    except subprocess.TimeoutExpired as error:
        raise RunProblem(f"git {arguments[0]} did not end within {_SECONDS} s in {folder}") from error
    except subprocess.CalledProcessError as error:
        output = (error.stderr or error.stdout or "").strip().splitlines()
        raise RunProblem(
            problem or f"git {arguments[0]} failed in {folder}: {output[-1] if output else 'no reason given'}"
        ) from error
    return done.stdout.strip()
