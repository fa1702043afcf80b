"""The pipeline: per task generate, inline, score, filter, validate, save.

Scoring gives 0 to 1000 points a sample; a candidate is eligible from ``min_score`` percent of the full score on. Kept
are the best ones with distinct bodies; accepted those whose inlined solver scores the same when it is run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from optim.arc.baseline import BACKSTOPS, baseline_parts
from optim.arc.candidates import CandidateMix, Generator
from optim.arc.parts import Bench, Candidate
from optim.arc.programs import Program
from optim.arc.save import Accepted, SolverFolder
from optim.arc.score import FULL
from optim.arc.settings import fingerprint
from optim.arc.tasks import Task
from optim.arc.wins import install
from profiles.recorder import Phase

#: The count of calls that took between half of their limit and all of it: on another machine they may be over it.
CLOSE_CALLS = "calls.close"
#: The phases of a task, in order.
PHASES = ("generate", "inline", "score", "filter", "validate", "save")


@dataclass(frozen=True, slots=True)
class Kept:
    """A candidate that the filter kept, and its score over all samples."""

    candidate: Candidate
    score: int


class Pipeline:
    """Processes tasks one after the other with the parts that the settings ask for."""

    def __init__(self, bench: Bench, library: dict[str, Program], tasks: Sequence[Task], folder: SolverFolder) -> None:
        mix = CandidateMix.of(bench.settings.candidates)
        self._bench, self._folder = bench, folder
        self._generator = Generator(library, bench.dsl, mix, bench.settings.seed, [task.task_id for task in tasks])
        bench.shared = self._generator.shared
        self._parts = baseline_parts(bench)
        install(bench, self._parts)

    def run_task(self, task: Task, index: int, banned: Mapping[int, str] = MappingProxyType({})) -> list[Accepted]:
        """Processes one task and saves what it accepts, best first.

        ``banned`` are the candidates that cost a worker earlier: they score nothing, and count as what they did,
        ``timeout``, ``backstop`` or ``error``.
        """
        recorder = self._bench.recorder
        self._bench.guard.task(index)
        self._bench.forget()
        with recorder.task(task.task_id, index) as record:
            accepted = self._process(task, banned)
            if close := len(self._bench.guard.close_calls):
                recorder.count(CLOSE_CALLS, close)
            record.solved = any(program.score == FULL * len(task.samples) for program in accepted)
            recorder.count("accepted", len(accepted))
        return accepted

    def close(self) -> None:
        """The run is over: closes what the parts keep open."""
        self._parts.inliner.close()
        self._parts.memory.close()

    def _process(self, task: Task, banned: Mapping[int, str]) -> list[Accepted]:
        full = len(task.samples) * FULL
        with self._phase("generate"):
            sources = self._generator.candidates(task.task_id)
        with self._phase("inline"):
            candidates = self._inline(sources)
        with self._phase("score"):
            losses = self._score(task, candidates, banned)
        with self._phase("filter"):
            kept = self._filter(candidates, losses, full)
        with self._phase("validate"):
            accepted = self._validate(task, kept)
        with self._phase("save", "io"):
            self._folder.save(task.task_id, accepted, full)
        return accepted

    def _phase(self, name: str, category: str = "framework") -> Phase:
        self._bench.guard.phase(PHASES.index(name))
        return self._bench.recorder.phase(name, category)

    def _inline(self, sources: Sequence[str]) -> list[Candidate]:
        bodies = self._parts.inliner.bodies(sources)
        self._bench.recorder.count("candidates", len(sources))
        if refused := bodies.count(None):
            self._bench.recorder.count("inline.errors", refused)
        return [Candidate(index, *pair) for index, pair in enumerate(zip(sources, bodies, strict=True))]

    def _score(self, task: Task, candidates: Sequence[Candidate], banned: Mapping[int, str]) -> list[int | None]:
        """The points that each candidate lost over all samples; None for those that can not be kept."""
        recorder = self._bench.recorder
        with recorder.phase("cache", "io"):
            self._parts.memory.begin(task)
        self._parts.evaluator.begin(task)
        samples = self._parts.exit_rule.begin(task)
        for kind in banned.values():
            recorder.error("timeout" if kind == "backstop" else kind, "the candidate cost its worker")
            if kind == "backstop":
                recorder.count(BACKSTOPS)
        with self._bench.guard.ticking():
            losses = [
                None if candidate.body is None or candidate.index in banned else self._lost(candidate, samples)
                for candidate in candidates
            ]
        self._parts.evaluator.end()
        return losses

    def _lost(self, candidate: Candidate, samples: Sequence[int]) -> int | None:
        rule, memory, evaluator = self._parts.exit_rule, self._parts.memory, self._parts.evaluator
        body, lost, program = candidate.body or "", 0, _NOT_MADE
        for sample in samples:
            if rule.hopeless(body, lost):
                return None
            score = memory.known_score(body, sample)
            if score is None:
                if program is _NOT_MADE:
                    self._bench.guard.candidate(candidate.index)
                    program = evaluator.program(candidate)
                score = None if program is None else evaluator.score(program, sample)
                if score is None:
                    lost += FULL
                    continue
                memory.learn(body, sample, score)
            lost += FULL - score
        if rule.hopeless(body, lost):
            return None
        rule.finished(body, lost)
        return lost

    def _filter(self, candidates: Sequence[Candidate], losses: Sequence[int | None], full: int) -> list[Kept]:
        """The best eligible candidates with distinct bodies, by score, then in the order that they came."""
        least, seen, kept = full * self._bench.settings.min_score, set[str](), list[Kept]()
        for candidate, lost in zip(candidates, losses, strict=True):
            if lost is None or (full - lost) * 100 < least or candidate.body is None or candidate.body in seen:
                continue
            seen.add(candidate.body)
            kept.append(Kept(candidate, full - lost))
        return sorted(kept, key=lambda survivor: -survivor.score)[: self._bench.settings.keep]

    def _validate(self, task: Task, kept: Sequence[Kept]) -> list[Accepted]:
        memory = self._parts.memory
        scores = {
            survivor.candidate.index: memory.validated(survivor.candidate, len(task.samples)) for survivor in kept
        }
        unknown = [survivor.candidate for survivor in kept if scores[survivor.candidate.index] is None]
        bodies = [program.body or "" for program in unknown]
        for candidate, score in zip(unknown, self._parts.validator.validate(task, bodies), strict=True):
            memory.remember(candidate, score)
            scores[candidate.index] = score
        memory.end()
        accepted = [survivor for survivor in kept if sum(scores[survivor.candidate.index] or ()) == survivor.score]
        self._bench.recorder.count("rejected", len(kept) - len(accepted))
        return [Accepted(survivor.candidate.body or "", survivor.score) for survivor in accepted]


_NOT_MADE: Any = object()


def results_fingerprint(answers: dict[int, tuple[str, list[list[object]]]]) -> str:
    """The hash over every task's accepted solvers and scores; equal ones mean the same answers.

    ``answers`` are (task id, [[solver name, score], ...]) by the task's index; a failed task counts with no solver.
    """
    return fingerprint([answers[index] for index in sorted(answers)])
