"""What a run is asked to do: one typed object, ready for JSON, from which a worker knows everything."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from optim.arc.dsl import DslFiles, own_files
from optim.arc.wins import win_names
from profiles.configs import stored_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """A run's settings.

    ``limit_seconds`` are the CPU seconds that one call of a program may take, ten times what the slowest solver of the
    data needs; ``memory_bytes`` the address space of a worker, of which each call may take half beside what is there,
    many times what any solver of the data needs (a program that wants more scores nothing); ``cache_bytes`` about how
    much of it a win may take for values that it holds within a task, which changes no answer;
    ``min_score`` the percentage of the full score that makes a candidate eligible; ``keep`` how many the filter keeps.
    """

    wins: frozenset[str] = frozenset()
    tasks: int = 100
    task_ids: tuple[str, ...] = ()
    seed: int = 0
    candidates: int = 132
    min_score: int = 80
    keep: int = 32
    limit_seconds: float = 10.0
    memory_bytes: int = 512 * 1024**2
    cache_bytes: int = 128 * 1024**2
    workers: int = 1
    scheduler: str | None = None
    tasks_dir: str | None = None
    dsl: str | None = None
    solvers: str | None = None
    caches_dir: str = ".quickwin/caches"
    output_dir: str = ".quickwin/solvers"
    profile: bool = False
    record: bool = True

    def __post_init__(self) -> None:
        for name in ("tasks", "candidates", "keep", "workers", "memory_bytes", "cache_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.min_score <= 100:
            raise ValueError(f"min_score must be a percentage from 0 to 100, got {self.min_score}")
        if not 0.01 <= self.limit_seconds <= 3600:
            raise ValueError(f"limit_seconds must be between 0.01 and 3600 seconds, got {self.limit_seconds}")
        if unknown := sorted(self.wins.difference(win_names())):
            raise ValueError(f"no win is called {', '.join(unknown)}; known: {', '.join(win_names())}")

    @property
    def files(self) -> DslFiles:
        """The DSL and solver files.

        Raises:
            DslProblem: see ``own_files``.
        """
        return own_files(*(None if path is None else Path(path) for path in (self.dsl, self.solvers)))

    @property
    def config(self) -> str:
        return stored_text(self.wins)

    def to_json(self) -> str:
        plain = dataclasses.asdict(self)
        return json.dumps({**plain, "wins": sorted(self.wins)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        plain: Mapping[str, Any] = json.loads(text)
        return cls(**{**plain, "wins": frozenset(plain["wins"]), "task_ids": tuple(plain["task_ids"])})


def fingerprint(*parts: object) -> str:
    """A hash over JSON-ready parts: 16 hexadecimal digits of the SHA-256 of their JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
