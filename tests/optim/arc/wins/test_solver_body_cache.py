"""Bodies kept on disk and in memory."""

from __future__ import annotations

from pathlib import Path

from optim.arc.settings import Settings
from tests.optim.bench import answers, overwrite, small

WIN = frozenset({"solver_body_cache"})


def lookups(settings: Settings) -> tuple[int, int]:
    caches = [one for record in answers(settings)[1] for one in record["caches"] if one["name"] == "solver_body"]
    return sum(one["hits"] for one in caches), sum(one["misses"] for one in caches)


def test_a_second_run_finds_every_body_on_disk(tmp_path: Path) -> None:
    hits, misses = lookups(small(tmp_path, wins=WIN))
    assert misses > 0
    assert lookups(small(tmp_path, wins=WIN)) == (hits + misses, 0)


def test_a_body_on_disk_that_is_more_than_calls_of_the_dsl_is_not_used(tmp_path: Path) -> None:
    settings = small(tmp_path, wins=WIN, tasks=2)
    expected, _ = answers(settings)
    _, misses = lookups(small(tmp_path / "fresh", wins=WIN, tasks=2))
    code = "__import__('os').system('touch /tmp/owned') or "
    overwrite(tmp_path / "caches/solver_bodies.sqlite", lambda body: f"{code}{body}[0]")
    assert lookups(settings)[1] == misses
    assert answers(settings)[0] == expected


def test_another_limit_does_not_see_the_bodies(tmp_path: Path) -> None:
    _, misses = lookups(small(tmp_path, wins=WIN))
    assert lookups(small(tmp_path, wins=WIN, limit_seconds=2.0))[1] == misses
