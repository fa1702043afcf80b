"""``compare``: runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from services.finding import find_run
from services.places import open_database
from services.problems import NO, fail

if TYPE_CHECKING:
    from rich.console import Console

    from services.comparing import Comparison
    from services.differences import PhaseChange, PhaseRow
    from services.ranking import Ranking
    from services.run_facts import RunFacts


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN ...")
@click.option("--percent", is_flag=True, help="Phases as shares of their run instead of seconds.")
@click.option("--all", "everything", is_flag=True, help="All phases, not only those that differ.")
@json_option
def COMMAND(runs: tuple[str, ...], percent: bool, everything: bool, as_json: bool) -> None:
    """Compare 2 to 12 runs, each with the first: are they comparable, are the answers the same, and where does the
    difference come from? RUN is an id, a label, or 'last'.

    \b
    quickwin compare 12 15
    quickwin compare baseline last --json
    quickwin compare 12 15 18 21 --percent

    One pair of runs is no evidence that one is faster: quickwin measure gives that.

    Exit codes: 0 all are comparable with the first and right, 1 one is not comparable, or wrong, 2 usage, 3 could
    not.
    """
    from services.ranking import rank

    engine = open_database()
    ranking = rank(engine, [find_run(engine, text) for text in runs])
    if as_json:
        print_json(_plain(ranking))
    else:
        _print(ranking, percent, everything)
    refused = [row.comparison for row in ranking.rows if row.comparison is not None and not row.stands]
    if refused:
        fail("; ".join(comparison.reason.rstrip(".") for comparison in refused), NO)


def _comparisons(ranking: Ranking) -> list[Comparison]:
    """The comparisons with the first run, in the order in which the runs were named."""
    by_run = {row.run.id: row.comparison for row in ranking.rows}
    return [comparison for run in ranking.runs if (comparison := by_run[run.id]) is not None]


# As JSON


def _plain(ranking: Ranking) -> dict[str, Any]:
    """All of it; of two runs what is asked of a pair stands on top, too."""
    comparisons = _comparisons(ranking)
    pair = _pair(comparisons[0]) if len(comparisons) == 1 else {}
    return {
        **pair,
        "runs": [_plain_run(run) for run in ranking.runs],
        "comparisons": [_pair(comparison) for comparison in comparisons],
        "ranking": [row.run.id for row in ranking.rows],
        "best": None if ranking.best is None else ranking.best.id,
        "summary": list(ranking.summary),
        "against": list(ranking.against),
        "notes": list(ranking.notes),
    }


def _plain_run(run: RunFacts) -> dict[str, Any]:
    outcome = run.outcome
    return {
        "id": run.id,
        "label": run.label,
        "config": run.config,
        "wall_seconds": run.wall_seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "peak_bytes": outcome.peak_bytes,
        "stated": list(run.stated),
        "phases": {"/".join(path): amount for path, amount in run.made.by_path().items()},
    }


def _pair(comparison: Comparison) -> dict[str, Any]:
    from services.comparing import NOT_COMPARABLE
    from services.differences import phase_changes

    prints = [side.runs[0].outcome.results_fingerprint for side in (comparison.before, comparison.after)]
    changes = phase_changes(comparison.before, comparison.after) or ()
    return {
        "before": comparison.before.ids[0],
        "after": comparison.after.ids[0],
        "verdict": comparison.verdict,
        "reason": comparison.reason,
        "comparable": comparison.verdict != NOT_COMPARABLE,
        "reasons": list(comparison.obstacles),
        "differences": list(comparison.differences),
        "same_answers": None if None in prints else prints[0] == prints[1],
        "before_seconds": comparison.before.seconds,
        "after_seconds": comparison.after.seconds,
        "speedup": comparison.speedup,
        "phases": [_plain_step(step) for step in sorted(changes, key=lambda step: -abs(step.change))],
    }


def _plain_step(step: PhaseChange) -> dict[str, Any]:
    return {
        "phase": step.path,
        "before": step.before_seconds,
        "after": step.after_seconds,
        "difference": step.change,
        "resolved": step.resolved,
        "low": step.low,
        "high": step.high,
    }


# As text


def _print(ranking: Ranking, percent: bool, everything: bool) -> None:
    from rich.console import Console

    console = Console()
    console.print(_ranks(ranking))
    console.print()
    comparisons = _comparisons(ranking)
    if len(comparisons) == 1:
        _print_pair(console, comparisons[0])
    else:
        _lines(console, (*ranking.summary, *ranking.against, *ranking.notes))
    if not ranking.phases:
        return
    console.print()
    rows = [row for row in ranking.phases if everything or _differs(row, ranking)]
    console.print(_phases(ranking.runs, rows, percent) if rows else "No phase differs by more than 1% of a run.")


def _lines(console: Console, sentences: Sequence[str]) -> None:
    from rich.text import Text

    for line in sentences:
        console.print(Text(line))


def _print_pair(console: Console, comparison: Comparison) -> None:
    from services.differences import difference_words, phase_changes, unit_words

    _lines(console, [f"{comparison.verdict}: {reason}" for reason in comparison.obstacles or (comparison.reason,)])
    if comparison.speedup:
        saved = (1 - 1 / comparison.speedup) * 100
        console.print(
            f"speedup {comparison.speedup:.3f}x, saving {saved:.1f}% - of one pair of runs, which is no evidence"
        )
    _lines(console, comparison.differences)
    changes = phase_changes(comparison.before, comparison.after)
    _lines(
        console,
        [
            difference_words(
                changes, unit_words(comparison.after.runs[0]), (*comparison.before.runs, *comparison.after.runs)
            )
        ],
    )


def _ranks(ranking: Ranking) -> Any:
    """The runs by their seconds, with a bar each and their ratio to the first that was named, where one may be said."""
    from rich.table import Table
    from rich.text import Text

    from services.wording import memory, seconds, shortened, times

    longest = max((run.wall_seconds or 0.0 for run in ranking.runs), default=0.0) or 1.0
    table = Table("run", box=None, pad_edge=False)
    for name in ("label", ""):
        table.add_column(name, no_wrap=True)
    for name in ("seconds", f"x run {ranking.reference.id}", "CPU", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in ranking.rows:
        bar = "█" * round(10 * (row.run.wall_seconds or 0.0) / longest)
        ratio = "1.00x" if row.comparison is None else times(row.comparison.speedup)
        verdict = "the first" if row.comparison is None else row.comparison.verdict
        outcome = row.run.outcome
        figures = (seconds(row.run.wall_seconds), ratio, seconds(outcome.cpu_seconds), memory(outcome.peak_bytes))
        table.add_row(str(row.run.id), Text(shortened(row.run.label, 20)), bar, *figures, verdict)
    return table


def _differs(row: PhaseRow, ranking: Ranking) -> bool:
    from profiles.breakdown import SMALL_SHARE

    return row.spread >= SMALL_SHARE * max(run.made.whole_seconds for run in ranking.runs)


def _phases(runs: Sequence[RunFacts], rows: Sequence[PhaseRow], percent: bool) -> Any:
    """Phases x runs: self seconds, or shares of each run; of two runs also their difference."""
    from rich.table import Table
    from rich.text import Text

    from services.wording import percent as share
    from services.wording import seconds, shortened, signed

    table = Table("phase (share)" if percent else "phase (self seconds)", box=None, pad_edge=False)
    for name in [f"run {run.id}" for run in runs] + (["difference"] if len(runs) == 2 else []):
        table.add_column(name, justify="right", no_wrap=True)
    wholes = [run.made.whole_seconds or 1.0 for run in runs]
    for row in rows:
        shares = [amount / whole for amount, whole in zip(row.seconds, wholes, strict=True)]
        cells = [share(part, 1) for part in shares] if percent else [seconds(amount) for amount in row.seconds]
        if len(runs) == 2:
            points = f"{(shares[1] - shares[0]) * 100:+.1f} points"
            cells.append(points if percent else signed(row.seconds[1] - row.seconds[0], max(wholes)))
        table.add_row(Text(shortened(row.path, 36)), *cells)
    return table
