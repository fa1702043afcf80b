"""Takes runs and measurements to another database: copied and compared there, then hidden here.

Each run and each measurement is one transaction in the other database, and what is there already is not copied again:
whoever is interrupted starts anew. Here all of it is hidden in one transaction, after everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, insert, select, update

from db.engine import reading, writing
from db.loading import children, load_record
from db.models import (
    MOVED,
    AttemptRow,
    BlockRun,
    Document,
    MeasurementRow,
    Profile,
    Run,
    RunEnvironment,
    StatedFact,
    Tag,
)
from db.problems import UnknownRow
from db.seals import changing_measurement, seal_measurement
from db.store.bulk import insert_rows

#: All that belongs to runs or to measurements and goes along.
TAKEN = (RunEnvironment, *children(), Tag, StatedFact, Profile, BlockRun, AttemptRow)
#: What people put on a run, and its profile; of a run that is there already they are joined.
_MARKS = (Tag, StatedFact, Profile)


class NotTheSame(Exception):
    """The other database holds a run of the same key that tells something else."""


class Moved(NamedTuple):
    """What became of a run or a measurement: its id in the other database, and whether it is new there."""

    id: int
    is_new: bool


def copy_run(source: Engine, target: Engine, run_id: int) -> Moved:
    """Copies a run with all that it owns; what was written is read again and compared before it counts.

    A run that is in the target already gets the tags, statements, note and profile that it lacks there, and comes back
    if it was deleted there.

    Raises:
        UnknownRow: there is no such run.
        NotTheSame: the target's run of that key holds something else.
        DatabaseProblem: what is read is not what was written.
    """
    with reading(source) as here, writing(target) as there:
        run = here.execute(select(*Run.__table__.columns).where(Run.id == run_id)).mappings().first()
        if run is None:
            raise UnknownRow(f"there is no run {run_id}")
        load_record(here, run_id)  # refuses what is damaged
        _copy_digest(here, there, run["file_digest"])
        known = there.execute(select(Run.id, Run.checksum, Run.note).where(Run.key == run["key"])).first()
        if known is None:
            return Moved(_copy(here, there, dict(run)), True)
        if known.checksum != run["checksum"]:
            raise NotTheSame(f"run {known.id}")
        _join(here, there, run_id, known.id)
        there.execute(update(Run).where(Run.id == known.id).values(note=known.note or run["note"], deleted_at=None))
        return Moved(known.id, False)


def _copy(here: Connection, there: Connection, run: Mapping[str, Any]) -> int:
    values = {name: value for name, value in run.items() if name != "id"} | {"deleted_at": None, "owner": None}
    number = there.scalars(insert(Run).returning(Run.id), [values]).one()
    for table, rows in _content(here, run["id"]).items():
        if table in _plain_tables():
            insert_rows(there, table, [(number, *row) for row in rows])
        elif rows:
            names = [column.name for column in table.columns if column.name != "run_id"]
            there.execute(insert(table), [{"run_id": number, **dict(zip(names, row, strict=True))} for row in rows])
    if _content(there, number) != _content(here, run["id"]) or load_record(there, number) is None:
        raise NotTheSame(f"the copy of run {run['id']}")
    return number


def _plain_tables() -> set[Table]:
    return {_table(child) for child in children()}


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _content(connection: Connection, run_id: int) -> dict[Table, list[tuple[Any, ...]]]:
    """All rows that a run owns, in order, without its id."""
    content = {}
    for model in (RunEnvironment, *children(), *_MARKS):
        table = _table(model)
        columns = [column for column in table.columns if column.name != "run_id"]
        keys = list(table.primary_key.columns)[1:]
        rows = connection.execute(select(*columns).where(table.c.run_id == run_id).order_by(*keys))
        content[table] = sorted(map(tuple, rows), key=repr) if model in _MARKS else [tuple(row) for row in rows]
    return content


def _join(here: Connection, there: Connection, run_id: int, known: int) -> None:
    """Adds the marks that a run lacks in the other database."""
    own, other = _content(here, run_id), _content(there, known)
    for model in _MARKS:
        table = _table(model)
        names = [column.name for column in table.columns if column.name != "run_id"]
        whole = len(table.primary_key.columns) == 1
        keys = {row[0] for row in other[table]}
        lacking = [row for row in own[table] if (not other[table] if whole else row[0] not in keys)]
        if lacking:
            there.execute(insert(table), [{"run_id": known, **dict(zip(names, row, strict=True))} for row in lacking])


def _copy_digest(here: Connection, there: Connection, digest: str | None) -> None:
    """What tells an imported file from a new one goes along."""
    chosen = (Document.kind == "import", Document.name == digest)
    row = here.execute(select(*Document.__table__.columns).where(*chosen)).mappings().first()
    if row is not None and there.scalar(select(Document.id).where(*chosen)) is None:
        there.execute(insert(Document), [{name: value for name, value in row.items() if name != "id"}])


def whole_measurements(engine: Engine, run_ids: Iterable[int]) -> tuple[list[int], list[int]]:
    """The measurements that hold one of the runs: those all of whose runs are among them, and the others."""
    ids = {int(identity) for identity in run_ids}
    with reading(engine) as connection:
        runs: dict[int, set[int]] = {}
        for model in (BlockRun, AttemptRow):
            statement = select(model.measurement_id, model.run_id).where(model.run_id.is_not(None))
            for measurement_id, run_id in connection.execute(statement):
                runs.setdefault(measurement_id, set()).add(int(run_id or 0))
        moved = set(connection.scalars(select(MeasurementRow.id).where(MeasurementRow.status == MOVED)))
    touched = sorted(run for run, own in runs.items() if own & ids and run not in moved)
    return [touched_id for touched_id in touched if runs[touched_id] <= ids], [
        touched_id for touched_id in touched if not runs[touched_id] <= ids
    ]


def copy_measurement(source: Engine, target: Engine, measurement_id: int, ids: Mapping[int, int]) -> Moved:
    """Copies a measurement with its blocks and attempts; one that is there already stays.

    Args:
        ids: of each of its runs, the id in the target.
    """
    with reading(source) as here, writing(target) as there:
        original = here.execute(select(*MeasurementRow.__table__.columns).where(MeasurementRow.id == measurement_id))
        row = original.mappings().one()
        spec = _with_ids(dict(row["spec"]), ids)
        same = there.execute(
            select(MeasurementRow.id, MeasurementRow.spec).where(MeasurementRow.created_at == row["created_at"])
        )
        known = next((copy.id for copy in same if copy.spec == spec), None)
        if known is not None:
            return Moved(known, False)
        values = {**row, "spec": spec, "owner": None}
        del values["id"]
        number = there.scalars(insert(MeasurementRow).returning(MeasurementRow.id), [values]).one()
        for model in (BlockRun, AttemptRow):
            table = _table(model)
            rows = here.execute(select(*table.columns).where(table.c.measurement_id == measurement_id)).mappings()
            new = [
                {**attempt, "measurement_id": number, "run_id": attempt["run_id"] and ids[attempt["run_id"]]}
                for attempt in rows
            ]
            if new:
                there.execute(insert(table), new)
        seal_measurement(there, number)
        return Moved(number, True)


def _with_ids(spec: dict[str, Any], ids: Mapping[int, int]) -> dict[str, Any]:
    """The spec with the runs that it names under their other ids."""
    if "runs" not in spec:
        return spec
    return {**spec, "runs": {side: [ids.get(run, run) for run in runs] for side, runs in spec["runs"].items()}}


def hide_moved(engine: Engine, run_ids: Iterable[int], measurement_ids: Iterable[int], to: str) -> None:
    """Hides runs and measurements that are elsewhere now; undeleting the runs brings both back."""
    now = datetime.now(UTC)
    with writing(engine) as connection:
        for measurement_id in measurement_ids:
            chosen = MeasurementRow.id == measurement_id
            row = connection.execute(select(MeasurementRow.spec, MeasurementRow.status).where(chosen)).one()
            spec = {**row.spec, MOVED: {"status": row.status, "to": to}}
            with changing_measurement(connection, measurement_id):
                connection.execute(update(MeasurementRow).where(chosen).values(spec=spec, status=MOVED, updated_at=now))
        hidden = update(Run).where(Run.id.in_(list(run_ids)), Run.deleted_at.is_(None))
        connection.execute(hidden.values(deleted_at=now))
