"""Measurements that were made elsewhere: another Quickwin's export, or the journal of a bundle. Judged here."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from db import queries, store
from optim.evidence.records import BLOCKS, ELSEWHERE

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.evidence.outcomes import Outcome

Rows = set[tuple[int, str, int, int]]


def store_elsewhere(engine: Engine, measurements: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keeps measurements whose runs are stored, each judged here; gives their ids, known ones too.

    A measurement is known by the seed of its order: a copy that holds more blocks completes it, and the file and the
    log of the same measurement are one. One whose spec makes no sense is left out.

    Args:
        measurements: each a ``spec``, ``blocks`` (rows with block, arm, position and the key of a run) and, where they
            are known, ``attempts`` (likewise, with attempt and how it ended).
    """
    from optim.evidence.spec import SpecError

    kept = []
    for measurement in measurements:
        with contextlib.suppress(SpecError):
            number = _store(engine, measurement)
            kept += [] if number is None else [number]
    return list(dict.fromkeys(kept))


def sentences(engine: Engine, ids: Sequence[int]) -> list[str]:
    """What each of them says, for both faces."""
    from services.project import current_project

    told = []
    for number in ids:
        measurement = queries.measurement(engine, number)
        sides = [current_project().label(arm["config"]) for arm in measurement.spec["arms"][:2]]
        verdict = measurement.verdict or {}
        told.append(
            f"measurement {number}: {' against '.join(sides)} ({measurement.spec.get('grade') or BLOCKS}): "
            f"{verdict.get('reason') or measurement.status}"
        )
    return told


def _store(engine: Engine, measurement: Mapping[str, Any]) -> int | None:
    from optim.evidence.spec import Spec

    Spec.from_json(measurement["spec"])  # a spec that can not be is refused before anything is kept
    attempts = measurement.get("attempts", ())
    ids = _ids(engine, {row["key"] for row in (*measurement["blocks"], *attempts)})
    rows = {
        (row["block"], row["arm"], row["position"], ids[row["key"]])
        for row in measurement["blocks"]
        if row["key"] in ids
    }
    began = [(row, ids[row["key"]]) for row in attempts if row["key"] in ids]
    if not rows and not began:
        return None
    known = _known(engine, measurement["spec"], rows)
    if known is not None and not _is_more(engine, known, rows, began):
        return known
    grade = measurement["spec"].get("grade") or ELSEWHERE
    number = known or store.begin_measurement(engine, {**measurement["spec"], "grade": grade})
    store.add_blocks(engine, number, sorted(rows))
    for attempt, run_id in began:
        store.add_attempt(engine, number, _attempt(engine, attempt, run_id))
    return number if _judged(engine, number, grade) else None


def _ids(engine: Engine, keys: set[str]) -> dict[str, int]:
    runs = {key: queries.run_of_key(engine, key) for key in keys}
    return {key: run.id for key, run in runs.items() if run is not None}


def _known(engine: Engine, spec: Mapping[str, Any], rows: Rows) -> int | None:
    """The measurement that this is a copy of."""
    runs = {run_id for *_, run_id in rows}
    candidates = {number for run_id in runs for number in queries.measurements_of(engine, run_id)}
    seed = spec.get("order_seed")
    if not candidates and seed is not None:
        candidates = {int(number) for number in queries.measurements(engine, limit=1000)["id"]}
    for number in sorted(candidates):
        theirs = queries.measurement(engine, number).spec
        if (seed is not None and theirs.get("order_seed") == seed) or rows == _rows(engine, number):
            return number
    return None


def _rows(engine: Engine, number: int) -> Rows:
    frame = queries.blocks(engine, number)[["block", "arm", "position", "run_id"]]
    return {(int(block), str(arm), int(at), int(run)) for block, arm, at, run in frame.itertuples(index=False)}


def _is_more(engine: Engine, number: int, rows: Rows, began: Sequence[Any]) -> bool:
    """Whether the copy completes what is kept. What was measured here is whole, and stays as it is."""
    if queries.measurement(engine, number).spec.get("grade") != ELSEWHERE:
        return False
    return bool(rows - _rows(engine, number)) or len(began) > len(queries.attempts(engine, number))


def _attempt(engine: Engine, attempt: Mapping[str, Any], run_id: int) -> dict[str, Any]:
    from optim.evidence.reliability import attempt_row

    place = {name: attempt[name] for name in ("block", "attempt", "arm", "position")}
    return attempt_row(**place, outcome=_outcome(engine, attempt, run_id))


def _outcome(engine: Engine, attempt: Mapping[str, Any], run_id: int) -> Outcome:
    from optim.evidence.outcomes import Outcome

    record = queries.run(engine, run_id)
    outcome, ended = Outcome.from_run(record, run_id), str(attempt.get("ended", "finished"))
    if ended not in ("died", "timeout"):
        return outcome
    return replace(outcome, status=ended, reason=next(iter(record.notes), f"the run {ended}"))


def _judged(engine: Engine, number: int, grade: str) -> bool:
    """Judges what is kept of a measurement, and keeps the verdict; False where its spec does not fit its blocks."""
    from optim.evidence.judging import judge_measurement
    from optim.evidence.reliability import attempts_from_rows
    from optim.evidence.spec import Spec
    from optim.evidence.verdicts import blocks_from_rows

    spec = Spec.from_json(queries.measurement(engine, number).spec)
    frame = queries.blocks(engine, number)
    rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    tried = attempts_from_rows(queries.attempts(engine, number))
    try:
        verdict = judge_measurement(spec, blocks_from_rows(rows), tried)
    except (ValueError, StopIteration, LookupError):
        # The spec came from outside: what it names may not fit its blocks.
        store.update_measurement(engine, number, status="failed")
        return False
    store.update_measurement(engine, number, status="finished", verdict={**verdict.to_json(), "grade": grade})
    return True
