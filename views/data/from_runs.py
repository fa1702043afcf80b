"""What runs need to become evidence, and which configs they are of."""

from __future__ import annotations

from db import queries
from services.from_runs import missing_of
from views.data.connection import cached, engine


@cached("runs", ttl=5)
def missing(run_ids: tuple[int, ...]) -> dict[int, tuple[str, ...]]:
    """What has to be said of runs first, by run."""
    return missing_of(engine(), run_ids)


@cached("runs", ttl=5)
def by_config(run_ids: tuple[int, ...]) -> dict[str, list[int]]:
    """The finished runs of each config, the one with the fewest wins first."""
    frame = queries.runs(engine(), ids=run_ids, sort="id", descending=False, limit=len(run_ids) or 1, deleted=None)
    known = frame[frame["config"].notna() & (frame["status"] == "finished") & ~frame["profiled"].fillna(False)]
    groups = {
        str(config): [int(number) for number in part["id"]] for config, part in known.groupby("config", sort=False)
    }
    return dict(sorted(groups.items(), key=lambda item: (item[0] != "none", item[0].count(","), item[0])))


@cached("runs", ttl=5)
def last_answers() -> dict[str, str]:
    """What was said last, by fact: proposed again."""
    return queries.last_answers(engine())
