"""Runs or configs beside each other: what is read, and what ``services.comparing`` says about it, as frames."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from db import queries
from profiles.configs import read_config
from services import comparing, differences, ranking
from services.comparing import Comparison
from services.differences import PhaseChange, PhaseRow
from services.ranking import Ranking
from services.run_facts import RunFacts, Side, read, side
from views import configs, palette
from views.data import phases
from views.data.breakdowns import baseline_and_now
from views.data.connection import cached, engine
from views.frames import by_themselves

#: The newest runs of a config that are looked at.
MOST_RUNS = 100
#: Runs of each side whose tasks go into the picture.
_TASK_RUNS = 20
#: A step that is less than this share of the longer run is no bar.
_INVISIBLE = 1e-4
_SETTINGS = ("config", "cache_state", "workers", "workload_description", "workload", "results_fingerprint", "machine",
             "status", "profiled", "source")  # fmt: skip


def runs(run_ids: Sequence[int]) -> list[RunFacts]:
    """Runs by their ids, deleted ones too; those that are not there are left out."""
    return read(engine(), run_ids)


def single(run: RunFacts) -> Side:
    """A run as a side by itself."""
    return side(run)


@cached("runs", ttl=30, until_written=True)
def places() -> pd.DataFrame:
    """Groups of comparable runs; columns as ``db.queries.groups``."""
    grouped = queries.groups(engine())
    return grouped[
        grouped[["workload", "config", "machine"]].notna().all(axis=1) & (grouped["cache_state"] != "unknown")
    ]


@cached("runs", ttl=30, until_written=True)
def of_config(config: str, workload: str, cache_state: str, machine: str) -> pd.DataFrame:
    """The newest finished, unprofiled runs of a config in one place; columns as ``db.queries.runs``."""
    return queries.runs(
        engine(),
        config=config,
        workload=workload,
        cache_state=cache_state,
        machine=machine,
        status="finished",
        profiled=False,
        limit=MOST_RUNS,
    )


def of_configs(before: str, after: str, workload: str, cache_state: str, machine: str) -> tuple[Side, Side]:
    """Both sides of a comparison of configs: the runs of the newest measurement of both, or else all their runs."""
    measured = comparing.measured(engine(), before, after, workload, cache_state)
    if measured is None:
        sides = [of_config(config, workload, cache_state, machine)["id"].tolist() for config in (before, after)]
    else:
        blocks = measured[1]
        sides = [blocks.loc[blocks["arm"] == arm, "run_id"].tolist() for arm in ("A", "B")]
    one, two = (Side(name=name, runs=tuple(runs(ids))) for name, ids in zip((before, after), sides, strict=True))
    return one, two


@cached("runs", ttl=30, until_written=True)
def suggested() -> tuple[int, int] | None:
    """Two runs to begin with: what the account calls the baseline and now; where it has none, the newest run and the
    newest comparable run of another config.

    The one with fewer wins comes first: people ask what the wins bring, in whatever order the runs were made.
    """
    baseline, now = baseline_and_now()
    if baseline is not None and now is not None:
        return baseline, now
    recent = by_themselves(queries.runs(engine(), status="finished", profiled=False, limit=200, sort="id"))
    known = recent[recent["config"].notna() & recent["wall_seconds"].notna()]
    for newest in known.head(20).to_dict("records"):
        same = known[["workload", "cache_state", "machine"]].eq(
            [newest[name] for name in ("workload", "cache_state", "machine")]
        )
        others = known[same.all(axis=1) & (known["config"] != newest["config"])]
        if len(others):
            pair = [(newest["config"], int(newest["id"])), (others["config"].iloc[0], int(others["id"].iloc[0]))]
            before, after = sorted(pair, key=lambda side: (_size(side[0]), side[1]))
            return before[1], after[1]
    return None


def _size(config: str) -> int:
    """How many wins are on in a config, whatever they are called."""
    return len(read_config(config) or ())


def compared(before: Side, after: Side) -> Comparison:
    """What may be said about two sides."""
    return comparing.compare(engine(), before, after)


def measured(before: Side, after: Side) -> tuple[int, str] | None:
    """The newest measurement of both configs in their place and its verdict; None without one."""
    judged = comparing.judged(engine(), before, after)
    return None if judged is None else (judged[0], judged[1].verdict)


def numbers(written: str) -> list[int]:
    """The run numbers in a text such as ``3, 4``, each once, in the order given; what is no number is passed over."""
    return list(dict.fromkeys(int(digits) for digits in re.findall(r"\d{1,9}", written)))


def ranked(runs_to_rank: Sequence[RunFacts]) -> Ranking:
    """Several runs by their seconds, each held against the first."""
    return ranking.ranked(engine(), runs_to_rank)


def beside(ranking: Ranking) -> pd.DataFrame:
    """The runs, each held against the first: run, label, config, seconds, times, cpu_seconds, peak_mb, verdict, reason.

    ``times`` is before / after, nan where a ratio would mean nothing. The first itself is left out.
    """
    by_run = {row.run.id: row.comparison for row in ranking.rows}
    rows = []
    for run in ranking.runs:
        comparison = by_run[run.id]
        if comparison is not None:
            outcome = run.outcome
            peak = None if outcome.peak_bytes is None else outcome.peak_bytes / 1e6
            figures = (run.wall_seconds, comparison.speedup, outcome.cpu_seconds, peak)
            verdict_words = (
                palette.verdict(comparison.verdict).label,
                " ".join(comparison.obstacles) or comparison.reason,
            )
            rows.append((run.id, run.label, configs.typed(run.config), *figures, *verdict_words))
    columns = ["run", "label", "config", "seconds", "times", "cpu_seconds", "peak_mb", "verdict", "reason"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:7], "float64"))


def heat(ranking: Ranking, *, percent: bool, only_differing: bool) -> pd.DataFrame:
    """Phases x runs: self seconds, or percent of each run; the index holds the paths, the columns the runs' names."""
    rows = differences.phase_table(ranking.runs, only_differing=only_differing)
    wholes = [run.made.whole_seconds or 1.0 for run in ranking.runs]
    values = [_heat_row(row, wholes if percent else None) for row in rows]
    columns = [run.name for run in ranking.runs]
    return pd.DataFrame(values, columns=columns, index=[row.path for row in rows], dtype="float64")


def _heat_row(row: PhaseRow, wholes: Sequence[float] | None) -> list[float]:
    if wholes is None:
        return list(row.seconds)
    return [amount / whole * 100 for amount, whole in zip(row.seconds, wholes, strict=True)]


def phase_changes(before: Side, after: Side) -> tuple[PhaseChange, ...] | None:
    """Phase by phase; None where the sides' seconds are not of one kind."""
    return differences.phase_changes(before, after)


def waterfall(changes: Sequence[PhaseChange]) -> pd.DataFrame:
    """The steps as ``charts.compare.waterfall`` wants them: label, before_seconds, after_seconds; the sums stay.

    What nobody could see is part of the last step.
    """
    steps = differences.folded(changes)
    least = _INVISIBLE * max(sum(step.before_seconds for step in steps), sum(step.after_seconds for step in steps))
    seen = [step for step in steps if abs(step.change) > least] or steps
    hidden = [step for step in steps if step not in seen]
    rows = [(step.path, step.before_seconds, step.after_seconds) for step in seen]
    if rows:
        label, before, after = rows[-1]
        more = (sum(step.before_seconds for step in hidden), sum(step.after_seconds for step in hidden))
        rows[-1] = (label, before + more[0], after + more[1])
    return pd.DataFrame(rows, columns=["label", "before_seconds", "after_seconds"])


def nodes(steps: Sequence[PhaseChange]) -> pd.DataFrame:
    """The steps as a tree, as ``charts.compare.icicle`` wants it: width by the larger of both sides."""
    amounts = {
        "before_seconds": {step.path: step.before_seconds for step in steps},
        "after_seconds": {step.path: step.after_seconds for step in steps},
        "total_seconds": {step.path: max(step.before_seconds, step.after_seconds) for step in steps},
    }
    trees = {name: _tree(steps, spent) for name, spent in amounts.items()}
    merged = trees["before_seconds"][["id", "parent", "label"]].copy()
    for name, tree in trees.items():
        merged[name] = tree["total_seconds"]
    known = {f"{phases.ROOT}/{step.path}": step.resolved for step in steps}
    return merged.assign(resolved=[_any_below(node, known) for node in merged["id"]])


def _tree(steps: Sequence[PhaseChange], spent: dict[str, float]) -> pd.DataFrame:
    own = {step.path: {"category": step.category, "self_seconds": spent[step.path], "calls": 0} for step in steps}
    return phases.tree(own)


def _any_below(node: str, known: dict[str, bool]) -> bool:
    """A phase is resolved where its own seconds are, or those of a phase in it."""
    return any(resolved for path, resolved in known.items() if path == node or path.startswith(f"{node}/"))


@cached("runs", ttl=30, until_written=True)
def _tasks(run_ids: tuple[int, ...]) -> pd.DataFrame:
    return queries.tasks(engine(), run_ids, limit=20_000)


def tasks(before: Side, after: Side) -> pd.DataFrame:
    """Each task's seconds on both sides, as ``common_tasks``."""
    return common_tasks(_tasks(before.ids[:_TASK_RUNS]), _tasks(after.ids[:_TASK_RUNS]))


def common_tasks(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Mean seconds of each task that both sides timed: columns task_id, before_seconds, after_seconds."""
    one, two = (frame.groupby("task_id", sort=False)["seconds"].mean().dropna() for frame in (before, after))
    both = pd.concat({"before_seconds": one, "after_seconds": two}, axis=1, join="inner")
    return both.rename_axis("task_id").reset_index()


def settings(before: Side, after: Side) -> pd.DataFrame:
    """What differs between the sides' settings and environments, as ``differing``."""
    return differing(*(_facts(side) for side in (before, after)))


@cached("runs", ttl=30, until_written=True)
def _rows(run_ids: tuple[int, ...]) -> pd.DataFrame:
    return queries.runs(engine(), ids=run_ids, deleted=None, limit=max(len(run_ids), 1))


def _facts(side: Side) -> dict[str, set[str]]:
    rows = _rows(side.ids)
    values_of = {name: {str(value) for value in rows[name].dropna()} for name in _SETTINGS}
    known = queries.environment(engine(), side.ids)
    for name, values in known[known["name"] != "load_at_start"].groupby("name")["value"]:
        values_of[str(name)] = set(values)
    return values_of


def differing(before: dict[str, set[str]], after: dict[str, set[str]]) -> pd.DataFrame:
    """What differs between two sets of facts: columns what, before, after (text)."""
    names = dict.fromkeys([*before, *after])
    rows = [
        (name, _written(before.get(name)), _written(after.get(name)))
        for name in names
        if before.get(name, set()) != after.get(name, set())
    ]
    return pd.DataFrame(rows, columns=["what", "before", "after"]).astype("str")


def _written(values: set[str] | None) -> str:
    if not values:
        return "unknown"
    shown = sorted(values)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
