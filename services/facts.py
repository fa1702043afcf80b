"""What a person says of a run that its log does not: pipeline, config, machine, caches, date, workload, role.

Written as text in both faces, read here once. A role is what the run is in the plan: the baseline of its machine, the
final run that is held against it, or just a run, which counts for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from profiles.configs import NONE, UnknownConfig, stored_text
from services.problems import USAGE, fail
from services.project import current_project
from services.run_marks import BASELINE, MARKS

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.records import RunRecord

ROLES = (*MARKS, "run")
#: What can be stated, and how it is asked for.
QUESTIONS = {
    "pipeline": "which program ran",
    "config": "the wins that were on",
    "machine": "where it ran",
    "cache_state": "caches, cold or warm",
    "started_at": "when it began (UTC)",
    "workload": "what it ran on",
    "role": "what it is in the plan",
}
_SPOKEN = {"cache_state": "caches", "started_at": "date"}
_NOTHING = ("", "unknown", "-")
_LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is stated, by name of ``QUESTIONS``: canonical text, or None where a statement is taken back."""

    values: Mapping[str, str | None] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The value of one fact; None where nothing is stated of it."""
        return self.values.get(name)

    def over(self, other: Facts) -> Facts:
        """These facts, and those of ``other`` that they do not name."""
        return Facts(values={**other.values, **self.values})


def spoken(name: str) -> str:
    """A fact's name for people."""
    return _SPOKEN.get(name, name)


def shown(name: str, value: str) -> str:
    """A fact's value as a person writes it."""
    return current_project().label(value) if name == "config" else value


def read_facts(texts: Mapping[str, str | None], engine: Engine | None = None) -> Facts:
    """The facts that a person wrote, by name of ``QUESTIONS``; None leaves a fact alone, empty or ``unknown`` takes
    what was stated of it back. A baseline has no win on, where nothing else is said.

    Args:
        engine: the database whose decisions say which wins are kept.

    Raises:
        Problem: one of them can not be; exit code 2.
    """
    given = {name: text.strip() for name, text in texts.items() if text is not None}
    values = {name: None if text.lower() in _NOTHING else _read(name, text, engine) for name, text in given.items()}
    if values.get("role") == BASELINE:
        values.setdefault("config", NONE)
    return Facts(values=values)


def _read(name: str, text: str, engine: Engine | None) -> str:
    if len(text) > _LONGEST:
        fail(f"{spoken(name)} is {len(text)} characters long; up to {_LONGEST} are kept", USAGE)
    if name == "config":
        return _config(text, engine)
    if name == "started_at":
        return _moment(text)
    choices = {"cache_state": ("cold", "warm"), "role": ROLES}.get(name)
    if choices and text.lower() not in choices:
        fail(f"{spoken(name)} must be one of {', '.join(choices)}, or unknown; got {text!r}", USAGE)
    return text.lower() if choices else text


def _config(text: str, engine: Engine | None) -> str:
    from db.queries import kept_wins

    kept = kept_wins(engine) if engine is not None and "kept" in text else frozenset[str]()
    try:
        return stored_text(current_project().config(text, kept))
    except UnknownConfig as problem:
        fail(str(problem), USAGE)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"a date is written 2026-11-23 or 2026-11-23 20:43 (UTC), got {text!r}", USAGE)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def read_role(text: str) -> dict[str, str]:
    """What ``--as`` says, as texts for ``read_facts``: a role, or ``win:NAME`` for a run with that one win on.

    Raises:
        Problem: it is none of these; exit code 2.
    """
    kind, _, win = text.partition(":")
    if text in ROLES:
        return {"role": text}
    names = current_project().names
    if kind != "win" or win not in names:
        wins = ", ".join(f"win:{name}" for name in names)
        fail(f"a run is {', '.join(ROLES)} or {wins}; {text!r} is none of these", USAGE)
    return {"config": win}


def missing(record: RunRecord) -> tuple[str, ...]:
    """The names of the facts that a record does not say, so that they have to be asked for."""
    known = {
        "config": record.config is not None,
        "machine": bool(record.environment and record.environment.machine),
        "cache_state": record.cache_state != "unknown",
        "started_at": record.started_at is not None,
        "workload": record.workload is not None,
        "pipeline": record.pipeline is not None,
    }
    return tuple(name for name in QUESTIONS if not known.get(name, False))


def proposed(engine: Engine, record: RunRecord) -> Facts:
    """The last answers, for what this record does not say; never a date, a config or a role, which are each run's own.

    A Kaggle log names its machine.
    """
    from db import queries

    last = queries.last_answers(engine)
    if record.source.startswith("imported:kaggle"):
        last["machine"] = last.get("machine") or "Kaggle"
    asked = [name for name in missing(record) if name in ("pipeline", "machine", "cache_state", "workload")]
    return Facts(values={name: last[name] for name in asked if name in last})


def stated_words(engine: Engine, run_id: int) -> list[str]:
    """What was stated of a run, a clause each, with who and when; what does not count says why."""
    from db import queries

    clauses = []
    for row in queries.stated_fact_rows(engine, [run_id]):
        who = f"{row['who']}, " if isinstance(row["who"], str) else ""
        idle = "" if row["counts"] or row["name"] == "role" else "; the log itself says it, so this does not count"
        value = shown(str(row["name"]), str(row["value"]))
        clauses.append(f"{spoken(str(row['name']))} {value} ({who}{row['stated_at']:%Y-%m-%d %H:%M}{idle})")
    return clauses
