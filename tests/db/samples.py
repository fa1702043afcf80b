"""Records to store, with something in every field."""

from __future__ import annotations

from datetime import UTC, datetime

from profiles.records import (
    CacheStats,
    Environment,
    Finding,
    PhaseTiming,
    RunRecord,
    TaskRecord,
    Workload,
    merge_phases,
)
from tests.worked_example import FOURTH, THIRD

STARTED = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
PATHS = (
    ("generate",),
    ("score",),
    ("score", "dsl"),
    ("save",),
)


def phases(seconds: float = 1.0) -> tuple[PhaseTiming, ...]:
    """Four phases; the self seconds are 3.5 times ``seconds``, 1 of them dsl, 0.5 io."""
    own = {("generate",): 1.0, ("score",): 1.0, ("score", "dsl"): 1.0, ("save",): 0.5}
    return tuple(
        PhaseTiming(
            path=path,
            category="dsl" if path[-1] == "dsl" else "io" if path == ("save",) else "framework",
            total_seconds=seconds * (2.0 if path == ("score",) else own[path]),
            self_seconds=seconds * own[path],
            calls=3,
        )
        for path in PATHS
    )


def task(index: int = 0, **changes: object) -> TaskRecord:
    """The task number ``index``, which took as many seconds plus one."""
    values = {
        "task_id": f"task{index:04}",
        "index": index,
        "seconds": index + 1.0,
        "solved": index % 2 == 0,
        "phases": phases(0.01),
        "counts": {"candidates": 132},
    }
    return TaskRecord(**{**values, **changes})  # type: ignore[arg-type]


def record(key: str = "one", task_count: int = 3, **changes: object) -> RunRecord:
    """A finished run with something in every field."""
    done = tuple(task(index) for index in range(task_count))
    values = {
        "key": key,
        "label": "all on",
        "source_name": "kernel.log",
        "config": frozenset({FOURTH, THIRD}),
        "cache_state": "cold",
        "workload": Workload(fingerprint="work", tasks=task_count, candidates=396, description="three tasks"),
        "results_fingerprint": "same",
        "started_at": STARTED,
        "wall_seconds": 4.0,
        "cpu_seconds": 3.9,
        "phases": phases(),
        "tasks": done,
        "caches": (
            CacheStats(name="inlining", hits=16_000, misses=0, entries=12, miss_seconds=0.002, hit_seconds=1e-6),
            CacheStats(name="validation", hits=480, misses=2_720, claimed_hit_rate=0.18, claimed_saved_seconds=2400.0),
        ),
        "counts": {"candidates": 396, "score.errors": 7},
        "environment": Environment(machine="here", cpu_model="a CPU", packages={"numpy": "2"}, git_dirty=True),
        "findings": (Finding(rule="saved", severity="warning", claimed="2400 s", follows="at most 4 s", line=12),),
        "notes": ("a cut line was left out",),
        "pid": 77,
    }
    return RunRecord(**{**values, **changes})  # type: ignore[arg-type]


def merged(*tasks: TaskRecord) -> tuple[PhaseTiming, ...]:
    """The phases of tasks added up."""
    return merge_phases(phase for one in tasks for phase in one.phases)
