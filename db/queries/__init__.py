"""Reads. Each function is one short snapshot; the columns of its DataFrame stand in its docstring and its schema.

Text columns hold nan where something is unknown, ``Int64`` and ``boolean`` columns ``pd.NA``, moments are UTC.
All raise DatabaseProblem where the database can not be read.
"""

from db.problems import DatabaseProblem, UnknownRow
from db.queries.breakdowns import breakdowns, path_words, phase_shares
from db.queries.comparing import answers_beside, run_facts, task_outcomes
from db.queries.details import (
    caches,
    counts,
    environment,
    findings,
    imported,
    phases,
    profile,
    run,
    run_of_key,
    tags,
    task_phases,
    task_seconds,
    tasks,
)
from db.queries.documents import bodies, document, documents
from db.queries.evidence import (
    Measurement,
    Owned,
    State,
    attempts,
    attempts_by_measurement,
    block_places,
    blocks,
    blocks_by_measurement,
    current_decisions,
    decisions,
    ended_measurements,
    finished_measurements,
    kept_wins,
    measurement,
    measurements,
    measurements_of,
    owned_measurements,
    state,
    whole_blocks,
)
from db.queries.facts import last_answers, stated_fact_rows, stated_facts
from db.queries.filters import RunFilters
from db.queries.history import filter_values, groups, run_count, run_rows, runs, trend
from db.queries.tracking import tracking
from db.seals import ALTERED, not_as_written

__all__ = [
    "ALTERED",
    "DatabaseProblem",
    "Measurement",
    "Owned",
    "RunFilters",
    "State",
    "UnknownRow",
    "answers_beside",
    "attempts",
    "attempts_by_measurement",
    "block_places",
    "blocks",
    "blocks_by_measurement",
    "bodies",
    "breakdowns",
    "caches",
    "counts",
    "current_decisions",
    "decisions",
    "document",
    "documents",
    "ended_measurements",
    "environment",
    "filter_values",
    "findings",
    "finished_measurements",
    "groups",
    "imported",
    "kept_wins",
    "last_answers",
    "measurement",
    "measurements",
    "measurements_of",
    "not_as_written",
    "owned_measurements",
    "path_words",
    "phase_shares",
    "phases",
    "profile",
    "run",
    "run_count",
    "run_facts",
    "run_of_key",
    "run_rows",
    "runs",
    "state",
    "stated_fact_rows",
    "stated_facts",
    "tags",
    "task_outcomes",
    "task_phases",
    "task_seconds",
    "tasks",
    "tracking",
    "trend",
    "whole_blocks",
]
