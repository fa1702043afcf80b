"""A sitting with a user's command: prepares folders and caches, executes runs one after the other, puts all back."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from optim.pipelines.external.answers import (
    Stamp,
    files_fingerprint,
    output_fingerprint,
    stale,
    stamps,
)
from optim.pipelines.external.evaluation import Timed, assembled, ended_words, output_words, timed
from optim.pipelines.external.footprint import answer_patterns, input_patterns, no_code
from optim.pipelines.external.inputs import Inputs
from optim.pipelines.external.places import Aside, RunCaches, locked
from optim.pipelines.external.process import Execution, execute
from optim.pipelines.external.program import program_environment
from optim.pipelines.external.switching import Toggle, arguments, environment, refs
from optim.pipelines.external.worktrees import HERE, Code, Repository, Tree
from optim.pipelines.protocol import Interrupted, Job, Lane, Ran, RunProblem, Target
from optim.project.command import CONFIG, JOURNAL, PYTHON, RUN, Answers, Command, Parameter, argv, fill
from profiles.configs import stored_text
from profiles.records import Environment, RunRecord

_RESET_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A run in full: its record, how it went, where its time comes from, and what kept answers from being checked."""

    record: RunRecord
    execution: Execution
    time: Timed
    unanswered: str | None
    stale: tuple[Path, ...] = ()
    tree: Tree | None = None


class CommandSession:
    """Use within ``opened``."""

    def __init__(self, folder: Path, name: str, command: Command, toggles: Mapping[str, Toggle], job: Job) -> None:
        self._folder, self._name, self._command, self._toggles, self._job = folder, name, command, toggles, job
        self._parameters: dict[str, Parameter] = {**command.parameters, **job.parameters, PYTHON: sys.executable}
        self._inputs = Inputs(folder, command.inputs)
        self._trees: dict[Code, Tree] = {}
        self._caches: dict[Path, RunCaches] = {}
        self._environments: dict[Path, Environment] = {}

    @contextlib.contextmanager
    def opened(self) -> Iterator[CommandSession]:
        """Prepares, and puts everything back.

        Raises:
            RunProblem: the folder is in use, a ref is unknown or conflicts, a cache can not be set aside.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(locked(self._folder))
            aside = Aside(self._folder, self._command.caches.paths)
            aside.put_back()
            if codes := self._codes():
                self._trees = stack.enter_context(self._repository().trees(codes, self._inputs_there()))
                self._fill_bytecode()
            elif self._job.cache_state is not None:
                stack.enter_context(aside.set_aside())
            yield self

    def _repository(self) -> Repository:
        return Repository(self._folder, no_code(self._folder, self._command, self._parameters))

    def _inputs_there(self) -> list[str]:
        return input_patterns(self._command, self._parameters)

    def _codes(self) -> list[Code]:
        """The code of every target where one of them is a ref's; none where all run the folder as it is."""
        codes = [self._code(target) for target in self._job.targets]
        return list(dict.fromkeys(codes)) if any(code != Code() for code in codes) or self._by_ref() else []

    def _by_ref(self) -> bool:
        return any(target.ref is not None for target in self._job.targets)

    def _code(self, target: Target) -> Code:
        return Code(base=target.ref or HERE, merged=refs(self._toggles, target.config))

    def _fill_bytecode(self) -> None:
        """One run in each worktree that does not count: else its first one would compile what the others find."""
        seen: set[Path] = set()
        for target in self._job.targets:
            folder = self._place(target)
            if folder not in seen:
                seen.add(folder)
                self._prepare(folder, None)
                self._execute(target, "bytecode", counts=False)

    def _place(self, target: Target) -> Path:
        tree = self._trees.get(self._code(target))
        return self._folder if tree is None else tree.folder

    def _run_caches(self, folder: Path) -> RunCaches:
        if folder not in self._caches:
            primed = self._job.scratch / f"primed-{len(self._caches)}"
            self._caches[folder] = RunCaches(folder, self._command.caches.paths, primed)
        return self._caches[folder]

    def prime(self, target: Target) -> None:
        """Fills the target's caches by a run that does not count."""
        if not self._command.caches.paths:
            raise RunProblem(
                "the project names no caches, so there is nothing to warm: name them in [pipeline] as "
                'caches = { paths = [".cache"] }, or measure --cold'
            )
        folder = self._place(target)
        self._prepare(folder, None)
        seen = self._execute(target, "priming", counts=False)
        if seen.record.status != "finished":
            raise RunProblem(f"the run that was to prime the caches {'; '.join(seen.record.notes)}")
        self._run_caches(folder).keep(_key(target))

    def run(self, target: Target, label: str, lane: Lane | None = None) -> Ran:
        """Executes one run."""
        seen = self.seen(target, label, lane=lane)
        return Ran(record=seen.record, ended=_ended(seen.execution))

    def seen(
        self, target: Target, label: str, more_env: Mapping[str, str] | None = None, lane: Lane | None = None
    ) -> Seen:
        """Executes one run, and gives all that is known of it."""
        folder, state = self._place(target), self._job.cache_state
        if state == "warm" and not self._run_caches(folder).is_kept(_key(target)):
            self.prime(target)
        state_there = self._found_state(folder)
        self._prepare(folder, _key(target) if state == "warm" else None)
        return self._execute(target, label, state or state_there, more_env, lane=lane)

    def _found_state(self, folder: Path) -> str:
        return "unknown" if self._run_caches(folder).any_there() else "cold"

    def _prepare(self, folder: Path, primed: str | None) -> None:
        """Caches as they are wanted, then the reset; untimed."""
        caches = self._run_caches(folder)
        if primed is not None:
            caches.fill(primed)
        elif self._job.cache_state is not None:
            caches.empty()
        env = environment(self._command, {}, frozenset())
        for text in self._command.caches.reset:
            self._reset(text, folder, env)

    def _reset(self, text: str, folder: Path, env: Mapping[str, str]) -> None:
        command, seconds = argv(text, self._parameters), _RESET_SECONDS
        try:
            execution = execute(
                command, folder=folder, env=env, timeout_seconds=seconds, stop=self._job.stop, leaves=True
            )
        except RunProblem as problem:
            raise RunProblem(f"the reset {text!r} could not be run: {problem}") from problem
        if execution.ended == "stop":
            raise Interrupted
        if how := ended_words(execution, seconds):
            output = (execution.stderr.last_lines or execution.stdout.last_lines).strip().splitlines()
            raise RunProblem(f"the reset {text!r} {how}: {output[-1] if output else ''}")

    def _execute(
        self,
        target: Target,
        label: str,
        state: str = "unknown",
        more_env: Mapping[str, str] | None = None,
        counts: bool = True,
        lane: Lane | None = None,
    ) -> Seen:
        folder, key = self._place(target), uuid.uuid4().hex
        journal = self._job.scratch / f"{key}.jsonl"
        env = {
            **environment(self._command, self._toggles, target.config),
            JOURNAL: str(journal),
            CONFIG: stored_text(target.config),
            RUN: key,
            **(more_env or {}),
        }
        before = self._stamps(folder)
        workload = self._inputs.workload(self._own_parameters())
        base = {
            "key": key,
            "label": label,
            "pipeline": self._name,
            "config": sorted(target.config),
            "cache_state": state,
            "workload": dataclasses.asdict(workload),
            "environment": dataclasses.asdict(self._environment(folder, env)),
        }
        if counts:
            self._job.on_begin(RunRecord.from_json({**base, "status": "running"}))
        with self._spool() as spool:
            execution = self._executed(target, folder, env, spool, lane)
            return self._evaluated(base, execution, journal, folder, env, before, spool)

    def _executed(
        self, target: Target, folder: Path, env: Mapping[str, str], spool: BinaryIO | None, lane: Lane | None
    ) -> Execution:
        command = arguments(self._command, self._toggles, target.config, self._parameters)
        if lane is not None:
            lane.meet()
        return execute(
            self._at_home(command, folder), folder=folder, env=env, timeout_seconds=self._command.timeout_seconds,
            stop=self._job.stop, spool=spool, core=None if lane is None else lane.core,
            wake=None if lane is None else self._job.wake,
        )  # fmt: skip

    def _at_home(self, command: list[str], folder: Path) -> list[str]:
        """In a worktree a program that git does not hold (an environment's Python) is the project folder's own."""
        program = command[0]
        if os.sep in program and not os.path.isabs(program) and not (folder / program).exists():
            return [str(self._folder / program), *command[1:]]
        return command

    def _evaluated(
        self, base: dict[str, Any], execution: Execution, journal: Path, folder: Path, env: Mapping[str, str],
        before: dict[Path, Stamp], spool: BinaryIO | None,
    ) -> Seen:  # fmt: skip
        time = timed(self._command.time, journal, execution)
        journal.unlink(missing_ok=True)
        died = ended_words(execution, self._command.timeout_seconds)
        notes = [] if died is None else [f"{died}; {output_words(execution)}"]
        fingerprint: str | None = None
        unanswered: str | None = "the run did not end well"
        old: list[Path] = []
        if died is None:
            fingerprint, unanswered, old = self._answers(folder, env, before, spool)
            if fingerprint is None and time.record is not None:
                fingerprint = time.record.results_fingerprint
                unanswered = None if fingerprint else unanswered
            notes += [note for note in (time.problem, unanswered and f"answers not checked: {unanswered}") if note]
        record = assembled({**base, "results_fingerprint": fingerprint}, time, execution, notes)
        if died is None and time.problem and self._command.time is not None:
            record = record.replace(status="failed")
        if execution.ended == "stop":
            raise Interrupted(record)
        tree = next((tree for tree in self._trees.values() if tree.folder == folder), None)
        return Seen(record=record, execution=execution, time=time, unanswered=unanswered, stale=tuple(old), tree=tree)

    def _answers(
        self, folder: Path, env: Mapping[str, str], before: dict[Path, Stamp], spool: BinaryIO | None
    ) -> tuple[str | None, str | None, list[Path]]:
        """The fingerprint, or why there is none; and the answers' files that the run did not write."""
        answers = self._command.answers
        if answers is None:
            return None, "the project does not say where they are", []
        if answers.files:
            return self._of_files(folder, answers, before)
        if answers.stdout:
            assert spool is not None
            spool.seek(0)
            return output_fingerprint(spool, answers.digits), None, []
        return self._of_command(folder, env, answers)

    def _of_files(
        self, folder: Path, answers: Answers, before: dict[Path, Stamp]
    ) -> tuple[str | None, str | None, list[Path]]:
        after = self._stamps(folder)
        old = stale(before, after)
        if not after:
            folders = [file for file in answers.files if (folder / fill(file, self._parameters)).is_dir()]
            hint = f": {folders[0]} is a folder, {folders[0].rstrip('/')}/**/* would be its files" if folders else ""
            return None, f"no file matches {', '.join(answers.files)}{hint}", []
        if len(old) == len(after):
            return None, f"the run wrote none of the {len(after)} files that match {', '.join(answers.files)}", old
        return files_fingerprint(folder, sorted(after), answers.digits), None, old

    def _of_command(
        self, folder: Path, env: Mapping[str, str], answers: Answers
    ) -> tuple[str | None, str | None, list[Path]]:
        command = self._at_home(list(argv(answers.command or "", self._parameters)), folder)
        with tempfile.TemporaryFile(dir=self._job.scratch) as spool:
            execution = execute(
                command, folder=folder, env=env, timeout_seconds=self._command.timeout_seconds, stop=self._job.stop,
                spool=spool,
            )  # fmt: skip
            if died := ended_words(execution, self._command.timeout_seconds):
                return None, f"the answers' command {died}; {output_words(execution)}", []
            spool.seek(0)
            return output_fingerprint(spool, answers.digits), None, []

    @contextlib.contextmanager
    def _spool(self) -> Iterator[BinaryIO | None]:
        if self._command.answers is None or not self._command.answers.stdout:
            yield None
            return
        with tempfile.TemporaryFile(dir=self._job.scratch) as file:
            yield file

    def _stamps(self, folder: Path) -> dict[Path, Stamp]:
        return stamps(folder, answer_patterns(self._command, self._parameters))

    def _own_parameters(self) -> dict[str, Parameter]:
        return {name: value for name, value in self._parameters.items() if name != PYTHON}

    def _environment(self, folder: Path, env: Mapping[str, str]) -> Environment:
        if folder not in self._environments:
            command = argv(self._command.command, self._parameters)
            self._environments[folder] = program_environment(folder, command[0], env)
        return dataclasses.replace(self._environments[folder], load_at_start=_load())


def _key(target: Target) -> str:
    return f"{target.ref or ''}@{stored_text(target.config)}".replace("/", "%")


def _ended(execution: Execution) -> str:
    if execution.ended == "timeout":
        return "timeout"
    return "died" if execution.code else "finished"


def _load() -> float | None:
    try:
        return os.getloadavg()[0]
    except OSError:
        return None
