"""What can be known of a command before it is measured: tried a few times, and said in plain sentences."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from optim.pipelines.external.answers import Stamp, matches
from optim.pipelines.external.pipeline import CommandPipeline
from optim.pipelines.external.process import resolved
from optim.pipelines.external.program import is_python
from optim.pipelines.external.session import CommandSession, Seen
from optim.pipelines.external.switching import arguments, environment, refs
from optim.pipelines.protocol import Job, RunProblem, Target
from optim.project.command import OWN, PYTHON, argv, fill
from profiles.configs import Config

OK, NOTE, FAIL = "ok", "note", "fail"
#: Files that a check compares before and after a run, at most.
_MOST_FILES = 20_000
_SHOWN = 4
#: CPU seconds of one run against another tell a difference from here on.
_CLEAR_SHARE = 0.1
#: So many times faster or slower than both runs of the baseline is more than a machine's noise.
_CLEAR_FACTOR = 1.5
_SHELL = re.compile(r"\||\|\||&&|;|&|[12]?>>?|[12]>&[12]|<")
_SHELLS = re.compile(r"(?:ba|da|z|k|fi)?sh")
_LOADED = re.compile(
    r"^# (?:code object from '?(?P<code>/[^'\n]+?)'?|(?P<cached>/\S.*?) matches (?P<source>/.*))$", re.MULTILINE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One sentence of a check: ``ok``, ``note`` (worth knowing), or ``fail`` (measurements would be worthless)."""

    kind: str
    sentence: str


def _ok(sentence: str) -> Finding:
    return Finding(kind=OK, sentence=sentence)


def _note(sentence: str) -> Finding:
    return Finding(kind=NOTE, sentence=sentence)


def _fail(sentence: str) -> Finding:
    return Finding(kind=FAIL, sentence=sentence)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast the baseline is, for a forecast: seconds of its runs, and their standard deviation in log seconds."""

    wall_seconds: float
    noise: float


Status = Callable[[str], None]


class Check:
    """A check under way. ``pace`` is known once the baseline has run twice."""

    def __init__(self, pipeline: CommandPipeline, job: Job, status: Status = lambda text: None) -> None:
        self._pipeline, self._status = pipeline, status
        self._before: dict[str, Stamp] | None = None
        self._job = replace(job, on_begin=self._begun)
        self._folder = pipeline.folder
        self.pace: Pace | None = None

    def _begun(self, record: object) -> None:
        """Before the first run, and after its reset: what the files were."""
        if self._before is None:
            self._before = _files(self._folder)

    def findings(self) -> Iterator[Finding]:
        """Runs the baseline twice and each win once, and says what shows.

        Raises:
            Interrupted: the job was asked to stop.
        """
        try:
            yield self._program()
            yield from self._shell()
            yield from self._inputs()
            with self._pipeline.session(self._job) as session:
                yield from self._runs(session)
            yield from self._together()
        except RunProblem as problem:
            yield _fail(f"It does not run: {problem}.")

    def _program(self) -> Finding:
        command = self._pipeline.command
        arguments = argv(command.command, {**self._job.parameters, PYTHON: sys.executable})
        env = environment(command, self._pipeline.toggles, frozenset())
        path = resolved(arguments[0], self._folder, env)
        return _ok(f"The command is {' '.join(arguments)}; its program is {path}.")

    def _shell(self) -> Iterator[Finding]:
        """Words that only a shell would understand."""
        command = argv(self._pipeline.command.command, {**self._job.parameters, PYTHON: sys.executable})
        meant = [word for word in command if _SHELL.fullmatch(word)]
        if meant and not _SHELLS.fullmatch(os.path.basename(command[0])):
            yield _note(
                f"No shell is involved, so {meant[0]} is handed to {command[0]} as it stands: what needs a shell "
                "belongs into a script, or into sh -c '...'."
            )

    def _together(self) -> Iterator[Finding]:
        """Whether the refs of all wins merge: a config of several of them needs that."""
        if len(refs(self._pipeline.toggles, Config(self._pipeline.wins))) < 2:
            return
        try:
            with self._pipeline.session(replace(self._job, targets=(Target(config=Config(self._pipeline.wins)),))):
                pass
        except RunProblem as problem:
            yield _note(f"All wins together can not be measured, nor attributed: {problem}.")

    def _inputs(self) -> Iterator[Finding]:
        patterns = [fill(pattern, self._job.parameters) for pattern in self._pipeline.command.inputs]
        for pattern in patterns:
            if not matches(self._folder, [pattern]):
                yield _fail(f"No file matches the input {pattern!r}, so its contents are in no workload.")

    def _runs(self, session: CommandSession) -> Iterator[Finding]:
        none = Target(config=frozenset())
        self._status("the baseline, first run")
        first = session.seen(none, "check")
        changed = _changed(self._before or {}, _files(self._folder))
        if died := _died(first, "the baseline"):
            yield died
            return
        self._status("the baseline, second run")
        second = session.seen(none, "check")
        if died := _died(second, "the baseline, run a second time,", "It does not run each time"):
            yield died
            return
        self.pace = _pace(first, second)
        yield from self._told(first, second, changed)
        for win in self._pipeline.wins:
            self._status(f"with {win}")
            yield from self._win(session, win, first, second)

    def _told(self, first: Seen, second: Seen, changed: list[str]) -> Iterator[Finding]:
        yield _time(first)
        yield from _answers(first, second, self._folder)
        yield from self._caches(changed)
        yield from _memory_of_before(first, second)

    def _caches(self, changed: list[str]) -> Iterator[Finding]:
        caches = self._pipeline.command.caches
        unwritten = [path for path in caches.paths if not os.path.lexists(self._folder / path)]
        if caches.paths and not self._by_ref():
            written = [path for path in caches.paths if path not in unwritten]
            if written:
                yield _ok(f"Cold runs begin without {', '.join(written)}; your own come back afterwards.")
            if unwritten:
                sentence = f"The baseline does not write {', '.join(unwritten)}, which the project names as caches."
                yield _note(sentence)
        rest = self._unnamed(changed)
        if rest:
            more = f" and {len(rest) - _SHOWN} more" if len(rest) > _SHOWN else ""
            yield _note(
                f"A run also writes {', '.join(rest[:_SHOWN])}{more}. If later runs read it, name it in caches, "
                "or remove it by a reset.",
            )

    def _unnamed(self, changed: list[str]) -> list[str]:
        """What a run wrote that is neither answers nor caches."""
        command = self._pipeline.command
        patterns = command.answers.files if command.answers else ()
        answers = {
            path.relative_to(self._folder).as_posix()
            for path in matches(self._folder, [fill(pattern, self._job.parameters) for pattern in patterns])
            if path.is_relative_to(self._folder)
        }
        caches = command.caches.paths
        return [
            name
            for name in changed
            if name not in answers and not any(name == path or name.startswith(f"{path}/") for path in caches)
        ]

    def _by_ref(self) -> bool:
        return any(refs(self._pipeline.toggles, Config({win})) for win in self._pipeline.wins)

    def _win(self, session: CommandSession, win: str, first: Seen, second: Seen) -> Iterator[Finding]:
        config = Config({win})
        same = arguments(self._pipeline.command, self._pipeline.toggles, config, self._job.parameters) == arguments(
            self._pipeline.command, self._pipeline.toggles, frozenset(), self._job.parameters
        )
        same_env = environment(self._pipeline.command, self._pipeline.toggles, config) == environment(
            self._pipeline.command, self._pipeline.toggles, frozenset()
        )
        ref = refs(self._pipeline.toggles, config)
        if same and same_env and not ref:
            yield _fail(f"{win}: on and off are the same command, so it switches nothing.")
            return
        seen = session.seen(Target(config=config), "check")
        if died := _died(seen, f"with {win} on, it"):
            yield died
            return
        yield _effect(win, seen, first, second)
        if ref:
            yield from self._foreign_modules(session, win)

    def _foreign_modules(self, session: CommandSession, win: str) -> Iterator[Finding]:
        """Whether a run in a worktree loads modules of the project's own folder: both arms would run the same code."""
        command = argv(self._pipeline.command.command, self._job.parameters)
        if not is_python(command[0]):
            return
        seen = session.seen(Target(config=Config({win})), "check", {"PYTHONVERBOSE": "1"})
        loaded = foreign_modules(seen.execution.stderr.kept.decode("utf-8", "replace"), self._folder)
        if loaded:
            yield _fail(
                f"{win}: its worktree loads {loaded[0]} from the project's own folder (an editable install?), so "
                "both arms would run the same code: uninstall it there, or start the command with PYTHONPATH=. in env.",
            )
        else:
            yield _ok(f"{win}: every module that lies in the project is loaded from its worktree.")


def foreign_modules(verbose: str, folder: Path) -> list[str]:
    """Source files below the folder, but in no worktree or environment of it, that ``python -v`` says were loaded."""
    paths = [match["code"] or match["cached"] for match in _LOADED.finditer(verbose)]
    root, spared = folder.resolve(), (OWN, "site-packages", "dist-packages")
    inside = [Path(path) for path in paths if Path(path).is_relative_to(root)]
    return [str(path) for path in inside if not set(path.relative_to(root).parts) & set(spared)]


def _died(seen: Seen, what: str, so: str = "It does not run") -> Finding | None:
    if seen.record.status == "finished":
        return None
    return _fail(f"{so}: {what} {seen.record.notes[0]}")


def _pace(first: Seen, second: Seen) -> Pace:
    one, two = (seen.record.wall_seconds or 1e-9 for seen in (first, second))
    return Pace(wall_seconds=math.sqrt(one * two), noise=abs(math.log(one / two)) / math.sqrt(2))


def _time(seen: Seen) -> Finding:
    wall, whole = seen.record.wall_seconds or 0.0, seen.execution.wall_seconds
    if seen.time.source == "journal":
        phases = len(seen.record.phases)
        return _ok(
            f"It runs. The time is the journal's: {wall:.3g} s of the {whole:.3g} s from start to exit, in "
            f"{phases} phase{'' if phases == 1 else 's'}.",
        )
    if seen.time.source == "log":
        return _ok(f"It runs. The time is the log's: {wall:.3g} s of {whole:.3g} s from start to exit.")
    hint = seen.time.problem or "a Recorder() in the program would say where the time goes"
    return _ok(f"It runs. The time is the wall-clock from start to exit: {wall:.3g} s; {hint}.")


def _answers(first: Seen, second: Seen, folder: Path) -> Iterator[Finding]:
    one, two = first.record.results_fingerprint, second.record.results_fingerprint
    if one is None or two is None:
        why = first.unanswered or second.unanswered
        yield _note(f"Answers are not checked: {why}. A win that is wrong would pass for fast.")
    elif one != two:
        yield _fail(
            "Two runs of the baseline give different answers, so no win can be shown to be right: fix the seed, "
            "leave out what changes (times, paths), or round numbers with digits = 6.",
        )
    else:
        yield _ok(f"The answers are the same twice: {one[:12]}.")
    if second.stale:
        names = [
            path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path) for path in second.stale
        ]
        yield _note(
            f"{len(names)} of the answers' files are not written anew by a run, such as {names[0]}: an old one "
            "would pass for an answer. A reset that removes them helps.",
        )


def _memory_of_before(first: Seen, second: Seen) -> Iterator[Finding]:
    one, two = first.record.wall_seconds or 0.0, second.record.wall_seconds or 0.0
    if one > 1.3 * two and one - two > 0.2:
        yield _note(
            f"The second run took {two:.3g} s, the first {one:.3g} s: if it keeps something for the next run, name "
            "that in caches; if it is only the system's file cache, nothing is to be done.",
        )


def _effect(win: str, seen: Seen, first: Seen, second: Seen) -> Finding:
    """What a switch changes that shows in one run."""
    prints = {run.record.results_fingerprint for run in (first, second)}
    if None not in prints and len(prints) == 1 and seen.record.results_fingerprint not in prints:
        return _fail(f"{win}: gives other answers than the baseline; every verdict on it would be wrong.")
    wall, base = seen.record.wall_seconds or 0.0, min(run.record.wall_seconds or 0.0 for run in (first, second))
    figures = f"{wall:.3g} s against {base:.3g} s"
    shows = [text for text, differs in _differences(seen, first, second) if differs]
    if shows:
        return _ok(f"{win}: changes {', '.join(shows)} ({figures}; one run is no evidence).")
    return _note(f"{win}: nothing that it changes shows in one run ({figures}). Is it read at all?")


def _differences(seen: Seen, first: Seen, second: Seen) -> list[tuple[str, bool]]:
    cpu, one, two = (run.execution.cpu_seconds for run in (seen, first, second))
    apart = max(_CLEAR_SHARE * max(one, two), 3 * abs(one - two), 0.02)
    outputs = {run.execution.stdout.kept for run in (first, second)}
    phases = {tuple(phase.path for phase in run.record.phases) for run in (first, second)}
    counts = [
        {name: n for name, n in run.record.counts.items() if name != "peak_bytes"} for run in (seen, first, second)
    ]
    wall, *bases = (run.record.wall_seconds or 0.0 for run in (seen, first, second))
    beyond = 3 * abs(bases[0] - bases[1])
    faster = wall * _CLEAR_FACTOR < min(bases) and wall < min(bases) - beyond
    slower = wall > _CLEAR_FACTOR * max(bases) and wall > max(bases) + beyond
    return [
        ("the seconds", faster or slower),
        ("the CPU seconds", cpu > max(one, two) + apart or cpu < min(one, two) - apart),
        ("the output", len(outputs) == 1 and seen.execution.stdout.kept not in outputs),
        ("the phases", len(phases) == 1 and tuple(phase.path for phase in seen.record.phases) not in phases),
        ("the counts", counts[1] == counts[2] != counts[0]),
        ("the code", seen.tree is not None and first.tree is not None and seen.tree.commit != first.tree.commit),
    ]


def _files(folder: Path) -> dict[str, Stamp]:
    """When the files below a folder were written, without those that are nobody's answer."""
    files: dict[str, Stamp] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (OWN, ".git", "__pycache__", ".venv", "node_modules")]
        for name in names:
            path = Path(place, name)
            if len(files) >= _MOST_FILES:
                return files
            try:
                stat = path.stat()
            except OSError:
                continue
            files[path.relative_to(folder).as_posix()] = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
    return files


def _changed(before: dict[str, Stamp], after: dict[str, Stamp]) -> list[str]:
    if len(after) >= _MOST_FILES:
        return []
    own = ("quickwin.db", "quickwin.toml")
    return sorted(name for name, stamp in after.items() if before.get(name) != stamp and not name.startswith(own))
