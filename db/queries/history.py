"""Many runs: the history, its filters, trends. Reads ``runs`` and ``phases`` only, never the rows of tasks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING, Any, Unpack

from sqlalchemy import Connection, Engine, func, select

from db.engine import reading
from db.frames import FLAG, ID, MOMENT, NUMBER, SECONDS, TEXT, WHOLE, frame
from db.models import Profile, Run, RunEnvironment, StatedFact, Tag
from db.parts import parts
from db.queries.breakdowns import path_words
from db.queries.filters import RunFilters, conditions
from db.seals import finder, missing_columns, without_figures

if TYPE_CHECKING:
    import pandas as pd

#: Column of the history: (column of ``runs``, dtype).
_RUNS: dict[str, tuple[Any, str]] = {
    "id": (Run.id, ID),
    "key": (Run.key, TEXT),
    "label": (Run.label, TEXT),
    "source": (Run.source, TEXT),
    "pipeline": (Run.pipeline, TEXT),
    "source_name": (Run.source_name, TEXT),
    "status": (Run.status, TEXT),
    "config": (Run.config, TEXT),
    "cache_state": (Run.cache_state, TEXT),
    "profiled": (Run.profiled, FLAG),
    "started_at": (Run.started_at, MOMENT),
    "wall_seconds": (Run.wall_seconds, SECONDS),
    "cpu_seconds": (Run.cpu_seconds, SECONDS),
    "workers": (Run.workers, ID),
    "tasks": (Run.task_count, ID),
    "solved": (Run.solved, ID),
    "failed": (Run.failed, ID),
    "errors": (Run.errors, ID),
    "timeouts": (Run.timeouts, ID),
    "dsl_seconds": (Run.dsl_seconds, SECONDS),
    "framework_seconds": (Run.framework_seconds, SECONDS),
    "io_seconds": (Run.io_seconds, SECONDS),
    "unaccounted_seconds": (Run.unaccounted_seconds, SECONDS),
    "overhead_share": (Run.overhead_share, NUMBER),
    "workload": (Run.workload, TEXT),
    "workload_tasks": (Run.workload_tasks, WHOLE),
    "workload_candidates": (Run.workload_candidates, WHOLE),
    "workload_description": (Run.workload_description, TEXT),
    "results_fingerprint": (Run.results_fingerprint, TEXT),
    "machine": (Run.machine, TEXT),
    "findings": (Run.finding_count, ID),
    "note": (Run.note, TEXT),
    "stored_at": (Run.stored_at, MOMENT),
    "deleted_at": (Run.deleted_at, MOMENT),
}
#: What is looked up for the page's runs only.
_EXTRAS = {"tags": TEXT, "stated": TEXT, "cpu_model": TEXT, "git_commit": TEXT, "git_dirty": FLAG, "has_profile": FLAG}
_SELECTED = [*(column for column, _ in _RUNS.values()), *missing_columns(column for column, _ in _RUNS.values())]
_is_altered = finder(_SELECTED)
_SORTABLE = tuple(_RUNS)
_COLUMNS = {name: dtype for name, (_, dtype) in _RUNS.items()} | _EXTRAS


def run_rows(
    engine: Engine,
    *,
    sort: str = "started_at",
    descending: bool = True,
    limit: int = 100,
    offset: int = 0,
    only_tags: bool = False,
    **filters: Unpack[RunFilters],
) -> list[dict[str, Any]]:
    """As ``runs``, but plain rows by name, None where something is unknown: for whom a table is too slow to import.

    Of the last six columns, each of which costs a lookup, ``only_tags`` gives the tags.
    A run that is not what the store wrote (``db.seals``) has the status ``altered`` and no figures.
    """
    if sort not in _RUNS:
        raise ValueError(f"runs can not be sorted by {sort!r}; known: {', '.join(_SORTABLE)}")
    column = _RUNS[sort][0]
    order = column.desc().nulls_last() if descending else column.asc().nulls_last()
    statement = select(*_SELECTED).where(*conditions(filters))
    statement = statement.order_by(order, Run.id.desc() if descending else Run.id).limit(limit).offset(offset)
    with reading(engine) as connection:
        shown = [_shown(row) for row in connection.execute(statement).all()]
        ids = [row["id"] for row in shown]
        if only_tags:
            tagged = _tagged(connection, ids)
            return [row | {"tags": ", ".join(tagged.get(row["id"], ()))} for row in shown]
        extras: dict[int, tuple[Any, ...]] = {}
        for part in parts(ids):
            extras |= _extras(connection, part)
    return [row | dict(zip(_EXTRAS, extras[row["id"]], strict=True)) for row in shown]


def _shown(row: Sequence[Any]) -> dict[str, Any]:
    """A row's columns; of a run that was altered behind our back without figures, and with the status ``altered``."""
    values = dict(zip(_RUNS, row, strict=False))
    return without_figures(values) if _is_altered(row) else values


def runs(
    engine: Engine,
    *,
    sort: str = "started_at",
    descending: bool = True,
    limit: int = 100,
    offset: int = 0,
    **filters: Unpack[RunFilters],
) -> pd.DataFrame:
    """One page of the history, newest first; filters as in RunFilters, ``sort`` any column but the last six.

    Columns: id, key, label, source, pipeline, source_name, status, config, cache_state, profiled, started_at,
    wall_seconds, cpu_seconds, workers, tasks, solved, failed, errors, timeouts, dsl_seconds, framework_seconds,
    io_seconds, unaccounted_seconds, overhead_share (0-1), workload, workload_tasks, workload_candidates,
    workload_description, results_fingerprint, machine, findings (how many), note, stored_at, deleted_at, tags (joined
    by ", "), stated (names of the facts that a person said and no log, joined by ", "), cpu_model, git_commit,
    git_dirty, has_profile.

    Raises:
        ValueError: there is no column to sort by of that name.
    """
    rows = run_rows(engine, sort=sort, descending=descending, limit=limit, offset=offset, **filters)
    return frame([tuple(row.values()) for row in rows], _COLUMNS)


def _tagged(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of runs in their order; nothing for those that have none."""
    tagged: dict[int, list[str]] = {}
    for part in parts(ids):
        chosen = select(Tag.run_id, Tag.tag).where(Tag.run_id.in_(part)).order_by(Tag.tag)
        for run_id, tag in connection.execute(chosen).all():
            tagged.setdefault(run_id, []).append(tag)
    return tagged


def _extras(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    tagged = _tagged(connection, ids)
    columns = (RunEnvironment.cpu_model, RunEnvironment.git_commit, RunEnvironment.git_dirty)
    places_found = connection.execute(select(RunEnvironment.run_id, *columns).where(RunEnvironment.run_id.in_(ids)))
    places = {row[0]: tuple(row[1:]) for row in places_found}
    profiled = set(connection.scalars(select(Profile.run_id).where(Profile.run_id.in_(ids))))
    unknown = (None, None, None)
    stated: dict[int, list[str]] = {}
    chosen = (StatedFact.run_id.in_(ids), StatedFact.counts.is_(True))
    for run_id, name in connection.execute(select(StatedFact.run_id, StatedFact.name).where(*chosen)):
        stated.setdefault(run_id, []).append(name)
    marks = {each: (", ".join(tagged.get(each, ())), ", ".join(sorted(stated.get(each, ())))) for each in ids}
    return {each: (*marks[each], *places.get(each, unknown), each in profiled) for each in ids}


def run_count(engine: Engine, **filters: Unpack[RunFilters]) -> int:
    """How many runs the filters leave."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(Run).where(*conditions(filters))) or 0


_TREND = ("id", "label", "started_at", "wall_seconds", "cpu_seconds", "overhead_share", "results_fingerprint")


def trend(
    engine: Engine,
    *,
    workload: str | None,
    config: str | None,
    cache_state: str,
    machine: str | None,
    limit: int = 2000,
) -> pd.DataFrame:
    """Comparable finished runs over time, the oldest first; the newest ``limit`` of them. None means unknown.

    Deleted and profiled runs are left out. Columns: id, label, started_at, wall_seconds, cpu_seconds, overhead_share,
    results_fingerprint.
    """
    same = (Run.workload == workload, Run.config == config, Run.cache_state == cache_state, Run.machine == machine)
    known = (Run.started_at.is_not(None), Run.wall_seconds.is_not(None), *conditions(_COUNTED))
    columns = [_RUNS[name][0] for name in _TREND]
    selected = [*columns, *missing_columns(columns)]
    statement, altered = select(*selected).where(*same, *known), finder(selected)
    with reading(engine) as connection:
        newest = statement.order_by(Run.started_at.desc(), Run.id.desc()).limit(limit)
        newest_rows = [row[: len(_TREND)] for row in connection.execute(newest) if not altered(row)]
    return frame(newest_rows[::-1], {name: _RUNS[name][1] for name in _TREND})


_COUNTED = RunFilters(status="finished", profiled=False)

_GROUPS = {
    "pipeline": TEXT,
    "workload": TEXT,
    "workload_description": TEXT,
    "config": TEXT,
    "cache_state": TEXT,
    "machine": TEXT,
    "runs": ID,
    "fastest_seconds": SECONDS,
    "mean_seconds": SECONDS,
    "newest_id": ID,
    "newest_at": MOMENT,
}


#: What the runs of a group have in common, and what of each of them is told together.
_IN_COMMON = (Run.pipeline, Run.workload, Run.config, Run.cache_state, Run.machine)
_GROUPED = [*_IN_COMMON, Run.workload_description, Run.wall_seconds, Run.id, Run.started_at]
_GROUPED += missing_columns(_GROUPED)
_is_altered_in_group = finder(_GROUPED)


def groups(engine: Engine, *, limit: int = 500, **filters: Unpack[RunFilters]) -> pd.DataFrame:
    """Groups of runs that are comparable with each other, the largest first: finished, not profiled, with a time.

    A run that is not what the store wrote (``db.seals``) is in none.

    Columns: pipeline, workload, workload_description, config, cache_state, machine, runs (how many), fastest_seconds,
    mean_seconds, newest_id, newest_at.
    """
    statement = select(*_GROUPED).where(Run.wall_seconds.is_not(None), *conditions({**_COUNTED, **filters}))
    places: dict[tuple[Any, ...], list[Any]] = {}
    with reading(engine) as connection:
        for row in connection.execute(statement):
            if not _is_altered_in_group(row):
                places.setdefault(tuple(row[: len(_IN_COMMON)]), []).append(row)
    rows = sorted((_group(place, runs) for place, runs in places.items()), key=_largest_first)
    return frame([tuple(row.values()) for row in rows[:limit]], _GROUPS)


def _group(place: tuple[Any, ...], runs: Sequence[Any]) -> dict[str, Any]:
    pipeline, workload, *others = place
    seconds = [run.wall_seconds for run in runs]
    described = [run.workload_description for run in runs if run.workload_description is not None]
    started = [run.started_at for run in runs if run.started_at is not None]
    values = (pipeline, workload, max(described, default=None), *others, len(runs), min(seconds))
    newest = (max(run.id for run in runs), max(started, default=None))
    return dict(zip(_GROUPS, (*values, fsum(seconds) / len(seconds), *newest), strict=True))


def _largest_first(group: dict[str, Any]) -> tuple[int, int]:
    return -group["runs"], -group["newest_id"]


_CHOICES = {
    "label": Run.label,
    "config": Run.config,
    "source": Run.source,
    "pipeline": Run.pipeline,
    "machine": Run.machine,
    "workload": Run.workload,
    "status": Run.status,
    "cache_state": Run.cache_state,
}


def filter_values(engine: Engine, *, limit: int = 200) -> dict[str, list[str]]:
    """What there is to filter by: the values that occur in runs that are not deleted, the most frequent first.

    For label, config, source, pipeline, machine, workload, status, cache_state and tag, ``limit`` of each at most.
    """
    with reading(engine) as connection:
        values = {name: _frequent(connection, column, limit) for name, column in _CHOICES.items()}
        values["tag"] = _frequent(connection, Tag.tag, limit)
    return values


def _frequent(connection: Connection, column: Any, limit: int) -> list[str]:
    shown = Run.deleted_at.is_(None)
    statement = select(column).where(column.is_not(None))
    statement = statement.join(Run, Run.id == Tag.run_id).where(shown) if column is Tag.tag else statement.where(shown)
    return list(connection.scalars(statement.group_by(column).order_by(func.count().desc(), column).limit(limit)))


def shown_path(path: str) -> str:
    """A stored path as it is shown: its names joined by "/", a "/" within a name as U+2215."""
    return path_words(json.loads(path))
