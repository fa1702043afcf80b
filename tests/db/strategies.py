"""Any run record that a database can hold exactly."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from profiles.records import (
    BASES,
    CACHE_STATES,
    CATEGORIES,
    SEVERITIES,
    STATUSES,
    CacheStats,
    Environment,
    Finding,
    PhaseTiming,
    RunRecord,
    TaskRecord,
    Workload,
)
from tests.worked_example import FOURTH

_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_name = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
_amount = st.floats(0, 1e9, allow_nan=False)
_maybe = st.none() | _amount
_whole = st.integers(0, 2**62)
#: The sum over tasks must fit as well.
_calls = st.integers(0, 2**50)
_counts = st.dictionaries(_name, st.integers(-(2**62), 2**62), max_size=3)
_phases = st.lists(
    st.builds(
        PhaseTiming,
        path=st.lists(_name, min_size=1, max_size=3).map(tuple),
        category=st.sampled_from(CATEGORIES),
        total_seconds=_amount,
        self_seconds=_amount,
        calls=_calls,
        basis=st.sampled_from(BASES),
    ),
    max_size=4,
).map(tuple)
_tasks = st.lists(
    st.builds(
        TaskRecord,
        task_id=_text,
        index=st.integers(0, 9),
        seconds=_maybe,
        solved=st.none() | st.booleans(),
        status=st.sampled_from(STATUSES),
        errors=st.integers(0, 2**40),
        timeouts=st.integers(0, 2**40),
        reason=st.none() | _text,
        phases=_phases,
        counts=_counts,
    ),
    max_size=3,
).map(tuple)
#: Any run record that a database can hold exactly.
records = st.builds(
    RunRecord,
    key=st.uuids().map(str),
    label=_text,
    source=_text,
    source_name=st.none() | _text,
    status=st.sampled_from(STATUSES),
    config=st.none() | st.frozensets(_name | st.just(FOURTH), max_size=3),
    cache_state=st.sampled_from(CACHE_STATES),
    workload=st.none()
    | st.builds(Workload, fingerprint=_text, tasks=_whole, candidates=st.none() | _whole, description=_text),
    results_fingerprint=st.none() | _text,
    started_at=st.none() | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
    wall_seconds=_maybe,
    cpu_seconds=_maybe,
    workers=st.integers(1, 64),
    profiled=st.booleans(),
    phases=_phases,
    caches=st.lists(
        st.builds(
            CacheStats,
            name=_text,
            hits=_whole,
            misses=_whole,
            entries=st.none() | _whole,
            miss_seconds=_maybe,
            hit_seconds=_maybe,
            claimed_hit_rate=st.none() | st.floats(allow_nan=False),
            claimed_saved_seconds=st.none() | st.floats(allow_nan=False),
        ),
        max_size=2,
    ).map(tuple),
    tasks=_tasks,
    counts=_counts,
    environment=st.none()
    | st.builds(
        Environment,
        machine=_text,
        cpu_model=st.none() | _text,
        cpu_count=st.none() | st.integers(1, 512),
        memory_bytes=st.none() | _whole,
        packages=st.dictionaries(_name, _text, max_size=3),
        git_dirty=st.none() | st.booleans(),
        load_at_start=st.none() | _amount,
    ),
    findings=st.lists(
        st.builds(
            Finding,
            rule=_text,
            severity=st.sampled_from(SEVERITIES),
            claimed=_text,
            follows=_text,
            line=st.none() | _whole,
        ),
        max_size=2,
    ).map(tuple),
    notes=st.lists(_text, max_size=2).map(tuple),
    pid=st.none() | st.integers(0, 2**31),
)
