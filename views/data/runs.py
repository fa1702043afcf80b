"""The history: one page of it, what there is to filter by, and series of comparable runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pandas as pd

from db import queries
from services.saved_views import delete_view, save_view, saved_views
from services.spine import spine
from views import configs, text
from views.charts.spine import spine_svg
from views.data.changes import FEWEST_SITTINGS
from views.data.connection import cached, engine, forget
from views.frames import by_themselves, rows

#: Rows of one page of the table; more pages are a click away.
PAGE_ROWS = 200
#: The newest runs that the trend shows.
TREND_RUNS = 2_000
#: What of an exported history is worth a column.
EXPORTED = 1_000_000

_SERIES = ["workload", "cache_state", "machine"]


@cached("runs", ttl=30, until_written=True)
def history(filters: Mapping[str, Any], sort: str, descending: bool, offset: int = 0) -> pd.DataFrame:
    """One page of runs; columns as ``db.queries.runs``."""
    return queries.runs(
        engine(),
        sort=sort,
        descending=descending,
        limit=PAGE_ROWS,
        offset=offset,
        **filters,
    )


@cached("runs", ttl=30, until_written=True)
def count(filters: Mapping[str, Any]) -> int:
    """How many runs the filters leave."""
    return queries.run_count(engine(), **filters)


@cached("runs", ttl=30, until_written=True)
def choices() -> dict[str, list[str]]:
    """What there is to filter by; as ``db.queries.filter_values``."""
    return queries.filter_values(engine())


@cached("runs", ttl=30, until_written=True)
def timed(filters: Mapping[str, Any]) -> pd.DataFrame:
    """The newest finished, unprofiled runs with a start and a time, oldest first; none that filled caches for another
    or had a partner.

    Columns: run_id, label, started_at, wall_seconds, config (empty where unknown), workload, workload_description,
    workload_tasks, cache_state, machine, cpu_model, git_commit, git_dirty.
    """
    asked = {**filters, "profiled": False, "status": "finished"}
    recent = by_themselves(queries.runs(engine(), sort="started_at", limit=TREND_RUNS, **asked))
    known = recent[recent["started_at"].notna() & (recent["wall_seconds"] > 0)].iloc[::-1]
    columns = ["label", "started_at", "wall_seconds", "config", "workload", "workload_description", "workload_tasks"]
    place = ["cache_state", "machine", "cpu_model", "git_commit", "git_dirty"]
    kept = known[["id", *columns, *place]].rename(columns={"id": "run_id"})
    return kept.assign(config=kept["config"].fillna("")).reset_index(drop=True)


@cached("runs", ttl=30, until_written=True)
def bars(run_ids: tuple[int, ...], height: int) -> dict[int, str]:
    """Per run its bar of 100% as SVG: the same phase in the same order and colour everywhere."""
    made = queries.breakdowns(engine(), run_ids)
    return {
        run_id: spine_svg(spine(made_of), width=230, height=height) for run_id, made_of in made.items() if made_of.parts
    }


@cached("runs", ttl=30, until_written=True)
def seconds_of(run_id: int) -> float | None:
    """A run's wall-clock; None where it is unknown, or there is no such run."""
    known = queries.runs(engine(), ids=[run_id], limit=1, deleted=None)["wall_seconds"].dropna().tolist()
    return float(known[0]) if known else None


@cached("runs", ttl=30, until_written=True)
def grouped(filters: Mapping[str, Any], by: str) -> pd.DataFrame:
    """The finished, unprofiled runs that the filters leave, in groups; the largest first.

    Args:
        by: ``config``, ``machine``, ``tag`` or ``day``. A run with several tags is in several groups.

    Returns:
        Columns: the group's name, runs, mean_seconds, spread (standard deviation / mean), fastest, slowest, last.
    """
    finished = queries.runs(engine(), limit=EXPORTED, **{**filters, "profiled": False, "status": "finished"})
    finished = finished[finished["wall_seconds"].notna()]
    if by == "tag":
        finished = finished.assign(tag=finished["tags"].str.split(", ")).explode("tag")
        finished["tag"] = finished["tag"].replace("", "no tag")
    if by == "day":
        finished = finished.assign(day=finished["started_at"].dt.strftime("%Y-%m-%d").fillna("unknown day"))
    seconds = finished.fillna({by: f"unknown {by}"}).groupby(by, sort=False)
    table = seconds.agg(
        runs=("wall_seconds", "size"),
        mean_seconds=("wall_seconds", "mean"),
        deviation=("wall_seconds", "std"),
        fastest=("wall_seconds", "min"),
        slowest=("wall_seconds", "max"),
        last=("started_at", "max"),
    )
    table["spread"] = table.pop("deviation") / table["mean_seconds"]
    order = "day" if by == "day" else "runs"
    return table.reset_index().sort_values(order, ascending=False, kind="stable").reset_index(drop=True)


@cached("views", ttl=10)
def saved() -> dict[str, dict[str, list[str]]]:
    """The kept views: what each one's address held, by name."""
    return saved_views(engine())


def keep_view(name: str, query: dict[str, list[str]]) -> str:
    """Keeps a view under a name. Raises Problem."""
    sentence = save_view(engine(), name, query)
    forget("views")
    return sentence


def forget_view(name: str) -> str:
    """Forgets a view. Raises Problem."""
    sentence = delete_view(engine(), name)
    forget("views")
    return sentence


@cached("runs", ttl=30, until_written=True)
def labels(run_ids: tuple[int, ...]) -> dict[int, str]:
    """The labels of runs by id."""
    rows = queries.runs(engine(), ids=run_ids, limit=len(run_ids), deleted=None)
    return dict(zip(rows["id"].tolist(), rows["label"].tolist(), strict=True))


@cached("runs", ttl=30, until_written=True)
def everything(filters: Mapping[str, Any], sort: str, descending: bool) -> pd.DataFrame:
    """All runs that the filters leave, for downloads."""
    return queries.runs(engine(), sort=sort, descending=descending, limit=EXPORTED, **filters)


def series(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Runs that may be compared with each other, by a name for people, the largest series first."""
    groups = sorted((part for _, part in runs.groupby(_SERIES, dropna=False, sort=False)), key=len, reverse=True)
    newest = rows(runs.loc[[part.index[-1] for part in groups]])
    by_name: dict[str, pd.DataFrame] = {}
    for part, row in zip(groups, newest, strict=True):
        name = _series_name(row)
        by_name[name if name not in by_name else f"{name} ({row['workload']:.8})"] = part
    return by_name


def _series_name(first: Mapping[str, Any]) -> str:
    work = first["workload_description"] if not text.missing(first["workload_description"]) else ""
    if not work:
        work = (
            "unknown work"
            if text.missing(first["workload_tasks"]) or not first["workload_tasks"]
            else text.count(int(first["workload_tasks"]), "task")
        )
    state = "cold or warm unknown" if first["cache_state"] == "unknown" else f"{first['cache_state']} caches"
    machine = "unknown machine" if text.missing(first["machine"]) else f"machine {str(first['machine'])[:8]}"
    return f"{text.one_line(work, 60)}, {state}, {machine}"


def today() -> date:
    """The day that it is, in UTC."""
    return datetime.now(UTC).date()


def since(date: date | None) -> datetime | None:
    """The beginning of a day in UTC, for the filter; None for none."""
    return None if date is None else datetime.combine(date, time.min, tzinfo=UTC)


def medians(part: pd.DataFrame) -> list[tuple[str, float, int]]:
    """Per config of a series its name, median seconds and number of runs, the slowest first."""
    grouped = part.groupby("config", sort=False)["wall_seconds"].agg(["median", "size"])
    ordered = grouped.sort_values("median", ascending=False)
    return [(str(config), float(row["median"]), int(row["size"])) for config, row in ordered.iterrows()]


def in_words(part: pd.DataFrame, segments: pd.DataFrame) -> str:
    """What a series of comparable runs says, as Markdown: its slowest and fastest config, and the newest change."""
    levels = medians(part)
    shown = levels if len(levels) <= 2 else [_baseline(levels), levels[-1]]
    sentences = [
        f"**{text.seconds(median)}** with {configs.named(config)} ({text.count(runs, 'run')})"
        for config, median, runs in shown
    ]
    return f"Median {' and '.join(sentences)}. {_newest_change(segments)}"


def _baseline(levels: list[tuple[str, float, int]]) -> tuple[str, float, int]:
    return next((level for level in levels if level[0] == "none"), levels[0])


def _unchanged(segments: pd.DataFrame) -> str:
    """That nothing changed, of those configs that have enough sittings to show it."""
    known = segments.groupby("config", sort=False)["sittings"].first()
    enough = int((known >= FEWEST_SITTINGS).sum())
    if not enough:
        return f"A change over time shows from {FEWEST_SITTINGS} sittings of a config on (a measurement is one)."
    if enough == len(known):
        return "No config changed its speed over these runs."
    whose = f"the {text.count(enough, 'config')} with {FEWEST_SITTINGS} sittings or more (a measurement is one)"
    return f"Of {whose} none changed its speed; the others have too few to show it."


def _newest_change(segments: pd.DataFrame) -> str:
    changed = segments[segments.duplicated("config", keep="first")]
    if changed.empty:
        return _unchanged(segments)
    place = int(segments["start"].where(segments.duplicated("config", keep="first")).argmax())
    before, now = rows(segments.iloc[place - 1 : place + 1])
    share = now["median_seconds"] / before["median_seconds"] - 1
    times = f"{text.seconds(before['median_seconds'])} to {text.seconds(now['median_seconds'])}"
    config, size, start = configs.named(now["config"]), text.percent(abs(share)), f"{now['start']:%Y-%m-%d}"
    if now["whose"] == "machine":
        word = "less" if share < 0 else "more"
        return (
            f"Runs of {config} took {size} {word} time from run {now['first_run']} on ({start}): {times}, "
            "with the same code: the machine's doing."
        )
    word = "faster" if share < 0 else "slower"
    how = "the code changed there" if now["whose"] == "code" else "by the code or by the machine, nobody knows"
    return f"{config} became {size} {word} at run {now['first_run']} ({start}): {times}; {how}."
