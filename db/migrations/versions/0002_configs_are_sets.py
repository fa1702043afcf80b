"""Configs become sets of names, runs know their pipeline, a database remembers its project.

Version 1 stored a config as a word whose meaning depended on the program: ``all`` were the five wins that there were.
Runs get the text of their exact ``wins``; a measurement's arms that of their runs, arms without runs that of the five.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FIVE = ("solver_body_cache", "validation_cache", "early_exit", "dsl_cache", "batch_validation")
#: What wrote the files of these formats, which only the worked example's system and the built-in pipeline did.
_PIPELINES = {
    "measured": "arc",
    "imported:quickwin-log": "arc",
    **dict.fromkeys(
        [
            "imported:run_batt",
            *("imported:kaggle-log", "imported:kaggle-web", "imported:notebook"),
            *("imported:inlining-telemetry", "imported:timing-stats"),
        ],
        "run_batt",
    ),
}
_BEST = re.compile(r"(Best config: |Not told apart from it: )all(?=[,.])")

_runs = sa.table(
    "runs",
    *(sa.column(name) for name in ("id", "config", "source", "checksum", "pipeline")),
    sa.column("wins", sa.JSON(none_as_null=True)),
)
_measurements = sa.table(
    "measurements",
    sa.column("id"),
    sa.column("spec", sa.JSON(none_as_null=True)),
    sa.column("verdict", sa.JSON(none_as_null=True)),
)
_blocks = sa.table("blocks", *(sa.column(name) for name in ("measurement_id", "block", "arm", "run_id")))


def upgrade() -> None:
    """Adds the column and the table, then rewrites every place that names a config."""
    op.add_column("runs", sa.Column("pipeline", sa.Text(), nullable=True))
    op.create_table(
        "projects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    connection = op.get_bind()
    # All that there is, is of the worked example.
    if connection.execute(sa.select(_runs.c.id).limit(1)).first() is not None:
        projects = sa.table("projects", sa.column("id"), sa.column("name"))
        connection.execute(sa.insert(projects).values(id=uuid.uuid4().hex, name="arc"))
    _keep_checksums(connection)
    for source, pipeline in _PIPELINES.items():
        connection.execute(sa.update(_runs).where(_runs.c.source == source).values(pipeline=pipeline))
    _rewrite_runs(connection)
    for row in connection.execute(sa.select(_measurements)).all():
        _rewrite_measurement(connection, row)


def _keep_checksums(connection: sa.Connection) -> None:
    """A checksum of version 1 was taken over the config's word as well: it is kept in front of it."""
    kept = sa.literal("1:").concat(sa.func.coalesce(_runs.c.config, "")).concat(":").concat(_runs.c.checksum)
    connection.execute(sa.update(_runs).where(_runs.c.checksum.is_not(None)).values(checksum=kept))


def _rewrite_runs(connection: sa.Connection) -> None:
    """Each distinct pair of word and set once: a history has few of them and many runs."""
    texts: dict[tuple[str | None, str], list[int]] = {}
    for row in connection.execute(sa.select(_runs.c.id, _runs.c.config, _runs.c.wins)):
        text = _stored(row.wins) if row.wins is not None else None
        if text is not None and text != row.config:
            texts.setdefault((row.config, text), []).append(row.id)
    for (_, text), ids in texts.items():
        for start in range(0, len(ids), 500):
            some = _runs.c.id.in_(ids[start : start + 500])
            connection.execute(sa.update(_runs).where(some).values(config=text))


def _rewrite_measurement(connection: sa.Connection, row: Any) -> None:
    spec, verdict = dict(row.spec or {}), row.verdict
    ran = _configs_that_ran(connection, row.id)
    renamed = {}
    arms = []
    for arm in spec.get("arms", ()):
        word, name = str(arm.get("config", "")), str(arm.get("name", ""))
        text = ran.get(name) or _text_of(word)
        # The arms of an attribution go by their configs.
        renamed[name] = text if name == word and spec.get("kind") == "attribution" else name
        arms.append({**arm, "name": renamed[name], "config": text})
    for old, new in renamed.items():
        if old != new:
            same = (_blocks.c.measurement_id == row.id, _blocks.c.arm == old)
            connection.execute(sa.update(_blocks).where(*same).values(arm=new))
    values = {"spec": {**spec, "arms": arms} if arms else spec, "verdict": _verdict(verdict, len(_all_wins(arms)))}
    connection.execute(sa.update(_measurements).where(_measurements.c.id == row.id).values(**values))


def _configs_that_ran(connection: sa.Connection, measurement_id: int) -> dict[str, str]:
    """Per arm the config of its newest run."""
    found = sa.select(_blocks.c.arm, _runs.c.wins).join(_runs, _runs.c.id == _blocks.c.run_id)
    rows = connection.execute(found.where(_blocks.c.measurement_id == measurement_id).order_by(_blocks.c.run_id))
    return {row.arm: _stored(row.wins) for row in rows if row.wins is not None}


def _verdict(verdict: Mapping[str, Any] | None, wins: int) -> dict[str, Any] | None:
    if verdict is None:
        return None
    changed = dict(verdict)
    if isinstance(changed.get("reason"), str):
        changed["reason"] = _BEST.sub(rf"\g<1>all {wins} wins", changed["reason"])
    if isinstance(changed.get("attribution"), Mapping):
        changed["attribution"] = _attribution(changed["attribution"])
    return changed


def _attribution(found: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(found)
    if "configs" in found:
        changed["configs"] = [_named(one) for one in found["configs"]]
    if isinstance(found.get("best"), Mapping):
        changed["best"] = _named(found["best"])
    if "as_good" in found:
        changed["as_good"] = [_text_of(str(one)) for one in found["as_good"]]
    return changed


def _named(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "config": _text_of(str(one.get("config", "")))}


def _text_of(word: str) -> str:
    """The stored text of a config that version 1 wrote as ``word``."""
    return _stored(_FIVE if word == "all" else [] if word in ("", "none") else word.split(","))


def _stored(wins: Iterable[str]) -> str:
    return ",".join(sorted(name.replace(",", ";") for name in wins)) or "none"


def _all_wins(arms: Iterable[Mapping[str, Any]]) -> set[str]:
    return {win for arm in arms for win in arm["config"].split(",")} - {"none"}
