"""Scores kept by what they depend on: the canonical body and the sample's contents, not the source and the task's name.

Scoring fills it before validation asks, and it is kept across runs; so scoring asks it too. A timeout is never kept.
"""

from __future__ import annotations

import json
import re

from optim.arc.diskcache import DiskCache
from optim.arc.parts import Bench, Candidate, Parts
from optim.arc.save import body_key
from optim.arc.tasks import Task
from optim.project.wins import Win

_UNKNOWN = -1
_KEY = re.compile(r"[0-9a-f]{32}")
#: Bodies whose hashes are held: those of all tasks come again and again, the others never.
_MOST_KEYS = 2_000


class ScoreMemory:
    """Scores of a task's samples by body; one entry on disk for each distinct task."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._disk = DiskCache(bench.cache_file("scores"), bench.scope)
        self._cache = bench.recorder.cache("validation")
        self._keys: dict[str, str] = {}
        self._digest, self._samples, self._changed = "", 0, False
        self._stored: dict[str, list[int]] = {}
        self._scores: dict[str, list[int]] = {}
        self._entries = 0

    def begin(self, task: Task) -> None:
        self._digest, self._samples, self._changed = task.digest, len(task.samples), False
        self._stored = _read(self._disk.get([self._digest]).get(self._digest, "{}"), self._samples)
        self._scores = {}
        if len(self._keys) > _MOST_KEYS:
            self._keys.clear()

    def known_score(self, body: str, sample: int) -> int | None:
        scores = self._scores.get(body) or self._recall(body)
        if scores is None or scores[sample] == _UNKNOWN:
            return None
        self._cache.hits += 1
        return scores[sample]

    def _recall(self, body: str) -> list[int] | None:
        """The scores from disk; bodies are hashed only where there are any."""
        scores = self._stored.get(self._key(body)) if self._stored else None
        if scores is not None:
            self._scores[body] = scores
        return scores

    def learn(self, body: str, sample: int, score: int) -> None:
        scores = self._scores.get(body)
        if scores is None:
            scores = self._scores[body] = [_UNKNOWN] * self._samples
        scores[sample] = score
        self._changed = True
        self._cache.misses += 1

    def validated(self, candidate: Candidate, samples: int) -> list[int] | None:
        body = candidate.body or ""
        scores = self._scores.get(body) or self._recall(body)
        if scores is None or _UNKNOWN in scores:
            self._cache.miss()
            return None
        self._cache.hit()
        return scores

    def remember(self, candidate: Candidate, scores: list[int]) -> None:
        pass

    def end(self) -> None:
        scores = self._stored | {self._key(body): score for body, score in self._scores.items()}
        self._entries += len(scores)
        self._cache.entries = self._entries
        if self._changed:
            with self._bench.recorder.phase("cache", "io"):
                self._disk.put({self._digest: json.dumps(scores)})

    def close(self) -> None:
        self._disk.close()

    def _key(self, body: str) -> str:
        key = self._keys.get(body)
        if key is None:
            key = self._keys[body] = body_key(body)
        return key


def _read(text: str, samples: int) -> dict[str, list[int]]:
    """The scores of an entry; what is not of their form is left out."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(plain, dict):
        return {}
    return {key: scores for key, scores in plain.items() if _KEY.fullmatch(key) and _are_scores(scores, samples)}


def _are_scores(scores: object, samples: int) -> bool:
    if not isinstance(scores, list) or len(scores) != samples:
        return False
    return all(type(score) is int and _UNKNOWN <= score <= 1000 for score in scores)


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.memory = ScoreMemory(bench)


WIN = Win(
    name="validation_cache",
    number=2,
    title="Validation cache improvement",
    addresses=(("validate",),),
    warm_addresses=(("score",),),
    persistent=True,
    label="Validation cache",
    colour="#B8860B",
)
