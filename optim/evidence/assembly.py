"""From plain rows (dicts, or DataFrames as the database gives them) to ``TrackerEvidence``; no database needed.

A measurement speaks for a win when its two arms differ by exactly that win. Written the other way round (``measure all
all-NAME``) it is turned, so that ``before`` is always the arm without the win.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from optim.evidence.pooling import pooled_rows
from optim.evidence.records import (
    BLOCKS,
    SAME_ANSWERS,
    Decided,
    Measured,
    ReferenceRun,
    Together,
    TrackerEvidence,
    WinEvidence,
)
from optim.evidence.spec import margin_of, parameters_of
from optim.evidence.statistics import Interval, verdict_of
from profiles.configs import Config, read_config, stored_text

Rows = Iterable[Mapping[str, Any]]
#: A measurement that is over, one way or another; what it finished of its blocks counts.
ENDED = ("finished", "stopped", "interrupted", "failed")
_TURNED = {
    "faster": "slower",
    "slower": "faster",
    "slightly faster": "slightly slower",
    "slightly slower": "slightly faster",
}


class _Runs(NamedTuple):
    """The runs that a measurement's verdict rests on, and what all of them have in common."""

    rows: list[dict[str, Any]]
    place: dict[str, Any]


_NO_RUNS = _Runs([], dict.fromkeys(("machine", "workload", "commit", "committed")))


def assemble(
    *,
    measurements: Any = (),
    blocks: Mapping[int, Any] | None = None,
    attempts: Mapping[int, Any] | None = None,
    decisions: Any = (),
    reference_runs: Any = (),
    results_file: str | None = None,
    plan_order: Sequence[str],
) -> TrackerEvidence:
    """The evidence in tables of plain values.

    ``measurements``: id, status, spec and verdict (dicts or JSON text, as the measuring writes them), updated_at.
    ``blocks``: per measurement id its rows with block, arm, config, wall_seconds, and where known machine, workload,
    git_commit, git_dirty. ``attempts``: per measurement id every run that it began. ``decisions``: the log, with id,
    win, decision, because, decided_at, measurement_id, forced, who, overruled. ``reference_runs``: id, label, status,
    wall_seconds, tasks, solvers, errors, timeouts, config, cache_state, started_at. ``plan_order``: the project's wins
    in their order.
    """
    of_blocks = {key: [row for row in _runs(table) if _ran(row)] for key, table in (blocks or {}).items()}
    ended = [_plain(row) for row in rows(measurements) if row.get("status") in ENDED]
    ended.sort(key=lambda row: int(row["id"]), reverse=True)
    finished = pooled_rows(ended, of_blocks, attempts or {})
    runs = _together_with(finished, of_blocks)
    log = [row for row in rows(decisions) if not row.get("overruled")]
    wins = _beside_kept([_win(win, finished, runs, log) for win in plan_order])
    attribution, numbers = _newest_attribution(finished)
    return TrackerEvidence(
        wins=wins,
        together=_together(plan_order, wins, finished, runs),
        attribution=attribution,
        attributed_by=numbers,
        reference=tuple(_reference(row) for row in rows(reference_runs)),
        results_file=results_file,
    )


def rows(table: Any) -> list[dict[str, Any]]:
    """A DataFrame's or a sequence's rows as dicts of plain values; what is missing (nan, NaT, NA) is None."""
    if hasattr(table, "to_dict"):
        plain = table.astype(object).where(table.notna(), None)
        return [dict(row) for row in plain.to_dict("records")]
    # nan alone differs from itself.
    return [{key: value if value == value else None for key, value in row.items()} for row in table]


def _runs(table: Any) -> list[dict[str, Any]]:
    """The runs of blocks; what the database gives as rows has no nan, and there are thousands of them."""
    return rows(table) if hasattr(table, "to_dict") else table


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A measurement with its spec and verdict as objects."""
    return {**row, "spec": _object(row["spec"]), "verdict": _object(row.get("verdict"))}


def _together_with(
    finished: Sequence[Mapping[str, Any]], blocks: Mapping[int, list[dict[str, Any]]]
) -> dict[int, _Runs]:
    """Under the number of each measurement its runs, and those of the ones that were judged with it."""
    together = {
        int(row["id"]): [run for number in row.get("pooled") or (row["id"],) for run in blocks.get(int(number), ())]
        for row in finished
    }
    return {number: _Runs(rows, _place(rows)) for number, rows in together.items()}


def _newest_attribution(finished: Rows) -> tuple[dict[str, Any] | None, tuple[int, ...]]:
    """What the newest attribution says with all of its question, and their numbers."""
    for row in finished:
        if attribution := _object(_object(row["verdict"]).get("attribution")):
            return attribution, tuple(row.get("pooled") or (int(row["id"]),))
    return None, ()


def _ran(row: Mapping[str, Any]) -> bool:
    return row.get("status") in (None, "finished")


def win_of(spec: Mapping[str, Any]) -> tuple[str, bool] | None:
    """The one win that a measurement's arms A and B differ by, and whether B is the arm without it; else None."""
    arms = {arm.get("name"): _config(arm.get("config")) for arm in spec.get("arms", ())}
    a, b = arms.get("A"), arms.get("B")
    if spec.get("kind", "pair") != "pair" or a is None or b is None or len(a ^ b) != 1:
        return None
    return next(iter(a ^ b)), len(a) > len(b)


def _config(text: Any) -> Config | None:
    return read_config(None if text is None else str(text))


def _win(win: str, finished: Rows, runs: Mapping[int, _Runs], log: Rows) -> WinEvidence:
    measured = []
    for row in finished:
        about = win_of(_object(row["spec"]))
        if about is not None and about[0] == win:
            measured.append(_measured(win, about[1], row, runs.get(int(row["id"]), _NO_RUNS)))
        measured += _attributed(win, row, runs.get(int(row["id"]), _NO_RUNS))
    decided = [decision for decision in log if decision["win"] == win]
    newest = max(decided, key=lambda decision: int(decision["id"]), default=None)
    return WinEvidence(win=win, measurements=tuple(measured), decided=_decided(newest) if newest else None)


def _beside_kept(wins: Sequence[WinEvidence]) -> tuple[WinEvidence, ...]:
    """Each with the config of the others that are kept."""
    kept = {win.win for win in wins if win.decision == "keep"}
    return tuple(replace(win, kept_beside=stored_text(kept - {win.win})) if kept else win for win in wins)


def _measured(win: str, turned: bool, row: Mapping[str, Any], runs: _Runs) -> Measured:
    spec, verdict = _object(row["spec"]), _object(row["verdict"])
    arms = {arm["name"]: str(arm["config"]) for arm in spec["arms"]}
    before, after = ("B", "A") if turned else ("A", "B")
    by_config = {
        arm: [run["wall_seconds"] for run in runs.rows if run["arm"] in ("A", "B") and run["config"] == config]
        for arm, config in arms.items()
    }
    seconds = {arm: _mean(by_config[arm]) for arm in ("A", "B")}
    word = str(verdict.get("verdict", "unresolved"))
    noise = verdict.get("noise") or {}
    return Measured(
        measurement_id=int(row["id"]),
        win=win,
        config_before=stored_text(_config(arms[before]) or ()),
        config_after=stored_text(_config(arms[after]) or ()),
        verdict=_TURNED.get(word, word) if turned else word,
        reason=" ".join([str(verdict.get("reason") or ""), *(verdict.get("notes") or ())]).strip(),
        **_interval(verdict, turned),
        noise_low=_number(noise.get("low")),
        noise_high=_number(noise.get("high")),
        before_seconds=seconds[before],
        after_seconds=seconds[after],
        blocks=_whole(verdict.get("blocks")) or 0,
        more_blocks=_whole(verdict.get("more_blocks")),
        tasks=_whole(parameters_of(spec).get("tasks")),
        cache_state=str(spec.get("cache_state") or "unknown"),
        measured_at=_moment(row.get("finished_at") or row.get("updated_at")),
        grade=str(spec.get("grade") or verdict.get("grade") or BLOCKS),
        pooled=tuple(row.get("pooled") or ()),
        lines={name: _interval(line, turned) for name, line in (verdict.get("lines") or {}).items()},
        code=spec.get("code"),
        **runs.place,
    )


def _attributed(win: str, row: Mapping[str, Any], runs: _Runs) -> list[Measured]:
    """What an attribution says of a win beside all others, as evidence for it; of version 1 it did not say it."""
    attribution = _object(_object(row["verdict"]).get("attribution"))
    everything = frozenset(attribution.get("wins", ()))
    return [
        _of_attribution(win, everything - {win}, everything, share, row, runs)
        for share in attribution.get("beside", ())
        if share["win"] == win and share["low"] is not None
    ]


def _of_attribution(
    name: str,
    before: Config,
    after: Config,
    estimate: Mapping[str, Any],
    row: Mapping[str, Any],
    runs: _Runs,
) -> Measured:
    """One of an attribution's speedups, from one config to another, as evidence."""
    spec, attribution = _object(row["spec"]), _object(_object(row["verdict"]).get("attribution"))
    span = "" if estimate["low"] is None else f", {estimate['low']:.3f}-{estimate['high']:.3f} for all at once"
    against = "all others" if before else "none"
    outlier = "".join(f" {remark['sentence']}" for remark in attribution.get("outliers", ()))
    return Measured(
        measurement_id=int(row["id"]),
        win=name,
        config_before=stored_text(before),
        config_after=stored_text(after),
        verdict=_word(estimate, margin_of(spec)),
        reason=f"Beside {against} {estimate['speedup']:.3f}x{span}.{outlier}",
        speedup=estimate["speedup"],
        low=estimate["low"],
        high=estimate["high"],
        blocks=_whole(attribution.get("blocks")) or 0,
        attributed=True,
        code=spec.get("code"),
        tasks=_whole(parameters_of(spec).get("tasks")),
        cache_state=str(spec.get("cache_state") or "unknown"),
        measured_at=_moment(row.get("finished_at") or row.get("updated_at")),
        pooled=tuple(row.get("pooled") or ()),
        **runs.place,
    )


def _word(estimate: Mapping[str, Any], margin: float) -> str:
    low, high = estimate["low"] or 0.0, estimate["high"] or math.inf
    return verdict_of(Interval(blocks=0, speedup=float(estimate["speedup"]), low=low, high=high), margin)


def _interval(verdict: Mapping[str, Any], turned: bool) -> dict[str, Any]:
    values = [_number(verdict.get(name)) for name in ("speedup", "low", "high")]
    speedup, low, high = (value if value is not None and value > 0 else None for value in values)
    if turned:
        speedup, low, high = (None if value is None else 1 / value for value in (speedup, high, low))
    return {"speedup": speedup, "low": low, "high": high}


def _place(runs: list[dict[str, Any]]) -> dict[str, Any]:
    places = {tuple(map(run.get, ("machine", "workload", "git_commit", "git_dirty"))) for run in runs}
    machine, workload, commit, dirty = map(_only, zip(*places, strict=True)) if places else [None] * 4
    committed = None if commit is None or dirty is None else not dirty
    return {"machine": machine, "workload": workload, "commit": commit, "committed": committed}


def _only(values: tuple[Any, ...]) -> Any:
    return values[0] if len(set(values)) == 1 else None


def _decided(row: Mapping[str, Any]) -> Decided:
    return Decided(
        decision_id=int(row["id"]),
        win=str(row["win"]),
        decision=str(row["decision"]),
        because=str(row.get("because") or ""),
        decided_at=_moment(row.get("decided_at")),
        measurement_id=_whole(row.get("measurement_id")),
        forced=bool(row.get("forced")),
        who=row.get("who"),
    )


def _reference(row: Mapping[str, Any]) -> ReferenceRun:
    return ReferenceRun(
        run_id=int(row["id"]),
        label=str(row.get("label") or ""),
        status=str(row.get("status") or "finished"),
        wall_seconds=_number(row.get("wall_seconds")),
        tasks=_whole(row.get("tasks")),
        solvers=_whole(row.get("solvers")),
        errors=_whole(row.get("errors")) or 0,
        timeouts=_whole(row.get("timeouts")) or 0,
        config=row.get("config"),
        cache_state=str(row.get("cache_state") or "unknown"),
        started_at=_moment(row.get("started_at")),
    )


def _together(
    order: Sequence[str],
    wins: Sequence[WinEvidence],
    finished: list[dict[str, Any]],
    runs: Mapping[int, _Runs],
) -> tuple[Together, ...]:
    decided = {evidence.win: evidence.decision for evidence in wins}
    left = [win for win in order if decided.get(win) != "revert"]
    kept = [win for win in order if decided.get(win) == "keep"]
    then = [*kept, *(win for win in left if win not in kept)]
    sets = [tuple(group[:end]) for group in (left, then, list(order)) for end in range(1, len(group) + 1)]
    known = {frozenset(names): names for names in sets}
    joints = (_joint(state, wins, finished, runs) for state in known.values())
    return tuple(joint for joint in joints if joint is not None)


def _joint(
    names: tuple[str, ...],
    wins: Sequence[WinEvidence],
    finished: list[dict[str, Any]],
    runs: Mapping[int, _Runs],
) -> Together | None:
    """What speaks for several wins together is chosen as for one of them; a product only where nothing was measured."""
    known = [
        measured for row in finished for measured in _measured_jointly(frozenset(names), row, runs[int(row["id"])])
    ]
    joint = WinEvidence(win=stored_text(names), measurements=tuple(known)).measured
    if joint is None:
        return _product(names, wins)
    if joint.speedup is None or joint.verdict not in SAME_ANSWERS:
        return None
    return Together(
        wins=names, speedup=joint.speedup, low=joint.low, high=joint.high, measured=True, source=joint.basis
    )


def _measured_jointly(wanted: Config, row: Mapping[str, Any], runs: _Runs) -> list[Measured]:
    """What a measurement says of exactly these wins against none."""
    spec, name = _object(row["spec"]), stored_text(wanted)
    if spec.get("kind") == "attribution":
        return [
            _of_attribution(name, Config(), wanted, gain, row, runs) for gain in _gains(row, wanted) if gain["speedup"]
        ]
    arms = {arm.get("name"): _config(arm.get("config")) for arm in spec.get("arms", ())}
    if {arms.get("A"), arms.get("B")} != {Config(), wanted}:
        return []
    return [_measured(name, arms.get("A") == wanted, row, runs)]


def _gains(row: Mapping[str, Any], wanted: Config) -> list[dict[str, Any]]:
    """What an attribution says of a config that it measured; older ones gave its seconds alone, without an interval."""
    attribution = _object(_object(row["verdict"]).get("attribution"))
    configs = [known for known in attribution.get("configs", ()) if known["measured"]]
    return [
        {"low": None, "high": None, "speedup": attribution["baseline_seconds"] / known["seconds"], **known}
        for known in configs
        if _config(known["config"]) == wanted
    ]


def _product(names: tuple[str, ...], wins: Sequence[WinEvidence]) -> Together | None:
    single = [next((win.alone or win.measured for win in wins if win.win == name), None) for name in names]
    known = [
        measured
        for measured in single
        if measured is not None and measured.speedup is not None and measured.verdict in SAME_ANSWERS
    ]
    if len(known) < len(names):
        return None
    product = math.prod(measured.speedup or 1.0 for measured in known)
    source = "product of " + ", ".join(measured.name for measured in known)
    if len(known) == 1:
        return Together(
            wins=names, speedup=product, low=known[0].low, high=known[0].high, measured=False, source=source
        )
    # Wins may do the same work twice: at worst the largest alone is left of the product.
    low = max(measured.low or measured.speedup or 1.0 for measured in known)
    high = math.prod(measured.high or measured.speedup or 1.0 for measured in known)
    return Together(wins=names, speedup=product, low=min(low, product), high=high, measured=False, source=source)


def _object(value: Any) -> dict[str, Any]:
    content = json.loads(value) if isinstance(value, str) else value
    return dict(content) if isinstance(content, Mapping) else {}


def _mean(seconds: Iterable[Any]) -> float | None:
    """The geometric mean; None without any positive value."""
    values = [float(value) for value in seconds if value is not None and float(value) > 0]
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if values else None


def _number(value: Any) -> float | None:
    return None if value is None or not math.isfinite(float(value)) else float(value)


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    plain = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return plain.astimezone(UTC) if plain.tzinfo else plain.replace(tzinfo=UTC)
