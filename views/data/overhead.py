"""What a run's time is made of, as shares that add up to 100%, and what faster phases would bring; pure functions."""

from __future__ import annotations

import pandas as pd

from optim.project.plan import Plan
from profiles.breakdown import SMALL_SHARE
from views import text
from views.frames import rows

#: The category of what no phase covers.
UNACCOUNTED = "unaccounted"
#: What a pipeline is for.
WORK = ("dsl", "work")
#: A part below this share of its run is not named, nor are more than so many.
MOST_NAMED = 7
COLUMNS = ["bar", "phase", "category", "seconds", "share"]


def shares(bar: str, parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of one run as shares of all of it.

    Args:
        bar: what to call the run.
        parts: phase, category, seconds (self seconds, and what is unaccounted).

    Returns:
        bar, phase, category, seconds, share (0-1, adding up to 1), by category and size.
    """
    order = {"dsl": 0, "work": 0, "timed": 0, "framework": 1, "io": 2, UNACCOUNTED: 3}
    table = parts[parts["seconds"] > 0].copy()
    table["bar"], table["share"] = bar, table["seconds"] / table["seconds"].sum()
    table["order"] = table["category"].map(order).fillna(3)
    return table.sort_values(["order", "seconds"], ascending=[True, False])[COLUMNS].reset_index(drop=True)


def claimed(bar: str, plan: Plan) -> pd.DataFrame:
    """The tracker's own split of its baseline: what it calls overhead, and the rest; as ``shares`` gives it."""
    base = plan.baseline
    if base is None or base.overhead_percent is None:
        return pd.DataFrame([], columns=COLUMNS)
    over = base.overhead_percent / 100
    split = [
        [bar, "timed phases", "timed", base.seconds * (1 - over), 1 - over],
        [bar, '"framework overhead", not timed', UNACCOUNTED, base.seconds * over, over],
    ]
    return pd.DataFrame(split, columns=COLUMNS)


def overhead(parts: pd.DataFrame) -> float:
    """The share of a run that is not work, in 0-1."""
    return float(parts.loc[~parts["category"].isin(WORK), "share"].sum())


def listing(parts: pd.DataFrame) -> str:
    """The parts that are not work with their seconds and shares, the largest first, as Markdown; the small ones as one.

    ``inline 2.51 s (25%), save 0.40 s (4%) and 3 smaller parts 0.20 s``.
    """
    rest = parts[~parts["category"].isin(WORK)].sort_values("seconds", ascending=False)
    large = rest[rest["share"] >= SMALL_SHARE].head(MOST_NAMED)
    parts_said = [
        f"{text.escape(str(row['phase']).removesuffix(' (itself)'))} {text.seconds(row['seconds'])} "
        f"({text.percent(row['share'])})"
        for row in rows(large)
    ]
    small = rest.drop(large.index)
    if len(small):
        parts_said.append(f"{text.count(len(small), 'smaller part')} {text.seconds(float(small['seconds'].sum()))}")
    return text.listed(parts_said) if parts_said else "nothing"


def by_size(parts: pd.DataFrame) -> list[str]:
    """The names of a run's parts, those that are not its work first, the largest first."""
    ordered = parts.assign(work=parts["category"].isin(WORK)).sort_values(["work", "seconds"], ascending=[True, False])
    return [str(name).removesuffix(" (itself)") for name in ordered["phase"]]


def headline(plan: Plan, before: pd.DataFrame, after: pd.DataFrame | None) -> str:
    """The answer in words, as Markdown: what the overhead is made of, before and now."""
    total = float(before["seconds"].sum())
    share = f"**{text.percent(overhead(before))} of the baseline measured here is overhead**, of"
    if not set(WORK) & set(before["category"]):
        share = "**This run does not say how much of it was the work itself.** It took"
    first = f"{share} {text.seconds(total)}: {listing(before)}."
    if after is None or after.empty:
        return first
    now = float(after["seconds"].sum())
    part = f", {text.percent(overhead(after))} of it overhead" if set(WORK) & set(after["category"]) else ""
    return f"{first} Now the run takes {text.seconds(now)}{part}: {listing(after)}."


def spread(tasks: pd.DataFrame) -> str:
    """How uneven the tasks are, in a sentence; ``tasks`` has ``seconds``."""
    known = tasks["seconds"].dropna().sort_values(ascending=False)
    if known.empty or known.sum() <= 0:
        return "No task's time is known."
    few = max(1, round(len(known) / 10))
    share = float(known.head(few).sum() / known.sum())
    return (
        f"{text.percent(share)} of the time goes to the slowest {few} of {text.count(len(known), 'task')}; "
        f"the median task takes {text.seconds(float(known.median()))}."
    )


def named(phases: pd.DataFrame, run_id: int) -> pd.DataFrame:
    """One run's rows of ``db.queries.phase_shares`` as the parts that ``shares`` takes.

    A phase that has children keeps its own seconds under its name and ``(itself)``.
    """
    own = phases[phases["run_id"] == run_id]
    paths = own["path"].tolist()
    parents = {path for path in paths if any(other.startswith(path + "/") for other in paths)}
    return pd.DataFrame(
        {
            "phase": [f"{path} (itself)" if path in parents else path for path in paths],
            "category": own["category"].tolist(),
            "seconds": own["self_seconds"].tolist(),
        }
    )
