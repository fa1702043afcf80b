"""The tables. A run owns its phases, tasks, caches, counts, findings and profile; they go when it is purged.

Moments are UTC; seconds are doubles. What a history list shows of a run stands in ``runs`` itself, computed on write,
so that no list touches the rows of tasks or phases. ``task_phases`` is the one big table: integers and seconds only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from db.declared import Declared, mapped_column

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapped


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware datetime, kept and given back in UTC, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(Declared):
    """All tables; ``Base.metadata`` is what the migrations must lead to."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        str: Text(),
        int: Integer(),
        float: Double(),
        bool: Boolean(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
    }


#: The status of a measurement whose runs are in another database now; what it was stands in its spec under that word.
MOVED = "moved"
#: Statuses of a measurement that a process is at work on, or was when it died.
UNDER_WAY = ("planned", "running", "stopping")


def _of_run() -> Mapped[int]:
    return mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)


def _big() -> Any:
    return mapped_column(BigInteger)


class Run(Base):
    """One run with its rollups (``task_count`` to ``finding_count``), which are computed on write.

    ``config`` is the set ``wins`` as one text (``profiles.configs``); both NULL where unknown. ``pipeline`` is the name
    of the program that ran, NULL where unknown. ``owner`` says which process
    records the run (see ``profiles.processes``). ``checksum``, ``seal`` and ``phase_seal`` (``db.seals``) are NULL as
    long as the run is running.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    label: Mapped[str]
    source: Mapped[str]
    pipeline: Mapped[str | None]
    source_name: Mapped[str | None]
    status: Mapped[str]
    config: Mapped[str | None]
    wins: Mapped[list[str] | None]
    cache_state: Mapped[str]
    workload: Mapped[str | None]
    workload_tasks: Mapped[int | None] = _big()
    workload_candidates: Mapped[int | None] = _big()
    workload_description: Mapped[str | None]
    results_fingerprint: Mapped[str | None]
    machine: Mapped[str | None]
    started_at: Mapped[datetime | None]
    wall_seconds: Mapped[float | None]
    cpu_seconds: Mapped[float | None]
    workers: Mapped[int]
    profiled: Mapped[bool]
    pid: Mapped[int | None] = _big()
    owner: Mapped[str | None]
    notes: Mapped[list[str]]
    note: Mapped[str]
    file_digest: Mapped[str | None]
    stored_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    checksum: Mapped[str | None]
    seal: Mapped[str | None]
    phase_seal: Mapped[str | None]
    task_count: Mapped[int]
    solved: Mapped[int]
    failed: Mapped[int]
    errors: Mapped[int] = _big()
    timeouts: Mapped[int] = _big()
    dsl_seconds: Mapped[float | None]
    framework_seconds: Mapped[float | None]
    io_seconds: Mapped[float | None]
    unaccounted_seconds: Mapped[float | None]
    overhead_share: Mapped[float | None]
    finding_count: Mapped[int]

    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_runs_comparable", "workload", "config", "cache_state", "machine", "started_at"),
        Index("ix_runs_started_at", "started_at", "id"),
        Index("ix_runs_label", "label"),
        Index("ix_runs_status", "status"),
        Index("ix_runs_file_digest", "file_digest"),
        {"sqlite_autoincrement": True},
    )


class RunEnvironment(Base):
    """Where a run took place; no row where unknown. ``machine`` stands in ``runs``."""

    __tablename__ = "environments"

    run_id: Mapped[int] = _of_run()
    cpu_model: Mapped[str | None]
    cpu_count: Mapped[int | None]
    memory_bytes: Mapped[int | None] = _big()
    platform: Mapped[str | None]
    python: Mapped[str | None]
    packages: Mapped[dict[str, Any]]
    git_commit: Mapped[str | None]
    git_dirty: Mapped[bool | None]
    load_at_start: Mapped[float | None]


class Phase(Base):
    """The rollup of one phase of a run, and the number by which ``task_phases`` names it.

    ``path`` is a JSON array of names. ``part``: ``run`` (the run's own phases), ``sum`` (added up from the tasks of a
    run that has none of its own), ``task`` (occurs in tasks only, and is not shown among the run's phases).
    """

    __tablename__ = "phases"

    run_id: Mapped[int] = _of_run()
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str]
    category: Mapped[str]
    basis: Mapped[str]
    part: Mapped[str]
    total_seconds: Mapped[float]
    self_seconds: Mapped[float]
    calls: Mapped[int] = _big()

    __table_args__ = ({"sqlite_with_rowid": False},)


class Task(Base):
    """One task of a run. ``position`` counts tasks in the order of the record, or of their commits."""

    __tablename__ = "tasks"

    run_id: Mapped[int] = _of_run()
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    task_id: Mapped[str]
    index: Mapped[int] = _big()
    seconds: Mapped[float | None]
    solved: Mapped[bool | None]
    status: Mapped[str]
    errors: Mapped[int] = _big()
    timeouts: Mapped[int] = _big()
    reason: Mapped[str | None]
    counts: Mapped[str | None]

    __table_args__ = ({"sqlite_with_rowid": False},)


class TaskPhase(Base):
    """One phase of one task: ``task`` is the task's position, ``phase`` the number in ``phases``."""

    __tablename__ = "task_phases"

    run_id: Mapped[int] = _of_run()
    task: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    phase: Mapped[int]
    total_seconds: Mapped[float]
    self_seconds: Mapped[float]
    calls: Mapped[int] = _big()

    __table_args__ = ({"sqlite_with_rowid": False},)


class Cache(Base):
    """What one cache did in a run."""

    __tablename__ = "caches"

    run_id: Mapped[int] = _of_run()
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    hits: Mapped[int] = _big()
    misses: Mapped[int] = _big()
    entries: Mapped[int | None] = _big()
    miss_seconds: Mapped[float | None]
    hit_seconds: Mapped[float | None]
    claimed_hit_rate: Mapped[float | None]
    claimed_saved_seconds: Mapped[float | None]


class Count(Base):
    """One count of a run."""

    __tablename__ = "counts"

    run_id: Mapped[int] = _of_run()
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = _big()


class RunFinding(Base):
    """One finding of the claim audit."""

    __tablename__ = "findings"

    run_id: Mapped[int] = _of_run()
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule: Mapped[str]
    severity: Mapped[str]
    claimed: Mapped[str]
    follows: Mapped[str]
    line: Mapped[int | None] = _big()


class ProjectRow(Base):
    """The project whose database this is: one row, written when the database is first used."""

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Tag(Base):
    """A word that a person put on a run."""

    __tablename__ = "tags"

    run_id: Mapped[int] = _of_run()
    tag: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_tags_tag", "tag"),)


class StatedFact(Base):
    """What a person says of a run that its log may not hold: the newest statement for each name.

    ``counts``: what was read says nothing about it, so that the columns of ``runs`` hold the statement's value.
    """

    __tablename__ = "stated_facts"

    run_id: Mapped[int] = _of_run()
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    counts: Mapped[bool]
    who: Mapped[str | None]
    stated_at: Mapped[datetime]

    __table_args__ = (Index("ix_stated_facts_name", "name", "stated_at"),)


class Profile(Base):
    """A run's pyinstrument session: its JSON, compressed by zlib."""

    __tablename__ = "profiles"

    run_id: Mapped[int] = _of_run()
    body: Mapped[bytes] = mapped_column(LargeBinary)


class MeasurementRow(Base):
    """Arms measured against each other in blocks; ``spec`` and ``verdict`` as the evidence code writes them."""

    __tablename__ = "measurements"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cache_state: Mapped[str]
    spec: Mapped[dict[str, Any]]
    status: Mapped[str]
    verdict: Mapped[dict[str, Any] | None]
    pid: Mapped[int | None] = _big()
    owner: Mapped[str | None]
    seal: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_measurements_kind", "kind", "status"),
        Index("ix_measurements_status", "status"),
        {"sqlite_autoincrement": True},
    )


class BlockRun(Base):
    """The run of one arm in one block. ``position`` is its place in the block's random order."""

    __tablename__ = "blocks"

    measurement_id: Mapped[int] = mapped_column(
        ForeignKey("measurements.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    arm: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))

    __table_args__ = (Index("ix_blocks_run_id", "run_id"),)


class AttemptRow(Base):
    """One run that a measurement began: which block, which try of it, which arm, and what it came to.

    ``status`` is ``finished``, ``died`` or ``timeout``; what other programs took meanwhile is in ``busy_cores``;
    ``backstops`` are the calls that the wall-clock ended.
    """

    __tablename__ = "attempts"

    measurement_id: Mapped[int] = mapped_column(
        ForeignKey("measurements.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    arm: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    status: Mapped[str]
    reason: Mapped[str | None]
    wall_seconds: Mapped[float | None]
    cpu_seconds: Mapped[float | None]
    peak_bytes: Mapped[int | None] = _big()
    busy_cores: Mapped[float | None]
    errors: Mapped[int] = _big()
    timeouts: Mapped[int] = _big()
    failed: Mapped[int] = _big()
    backstops: Mapped[int | None] = _big()

    __table_args__ = (Index("ix_attempts_run_id", "run_id"),)


class DecisionRow(Base):
    """What a person decided about a win. Appended, never edited.

    ``overruled``: somebody else had decided since ``seen_decision_id``; kept in the log, without effect.
    """

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    win: Mapped[str]
    decision: Mapped[str]
    because: Mapped[str]
    measurement_id: Mapped[int | None] = mapped_column(ForeignKey("measurements.id"))
    seen_decision_id: Mapped[int | None]
    forced: Mapped[bool]
    who: Mapped[str | None]
    decided_at: Mapped[datetime]
    overruled: Mapped[bool]

    __table_args__ = (Index("ix_decisions_win", "win", "overruled", "id"), {"sqlite_autoincrement": True})


class TrackingRow(Base):
    """What a person wrote into the tracker: a field of a place in it. Appended, never edited; the newest counts.

    ``value`` None takes what was written back; ``origin`` is the file that it came from, None where it was typed here.
    """

    __tablename__ = "tracking"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    name: Mapped[str]
    value: Mapped[str | None]
    origin: Mapped[str | None]
    who: Mapped[str | None]
    made_at: Mapped[datetime]

    __table_args__ = (Index("ix_tracking_place", "place", "name", "id"), {"sqlite_autoincrement": True})


class Document(Base):
    """A text kept as it came (``kind`` ``tracker``), or the digest of an imported file (``kind`` ``import``)."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    digest: Mapped[str | None]
    body: Mapped[str | None]
    stored_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("kind", "name"), Index("ix_documents_digest", "digest"))
