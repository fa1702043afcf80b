"""Change points: found where a level changes, not in noise, and never too many."""

import numpy as np
import pandas as pd
import pytest

from optim.evidence.changes import MOST_CHANGES
from views.data.changes import MOST_RUNS, change_points, segments

RANDOM = np.random.default_rng(7)


def noisy(*levels: float, runs: int = 30, noise: float = 0.01) -> list[float]:
    return [float(level * np.exp(RANDOM.normal(0, noise))) for level in levels for _ in range(runs)]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 3.0])
def test_a_change_is_found_where_it_happened(factor: float) -> None:
    (place,) = change_points(noisy(10.0, 10.0 * factor))
    assert abs(place - 30) <= 1


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_noise_alone_is_no_change(noise: float) -> None:
    found = [change_points(noisy(10.0, runs=100, noise=noise)) for _ in range(10)]
    assert sum(map(bool, found)) <= 1


def test_one_slow_run_is_no_change() -> None:
    seconds = noisy(10.0, runs=40)
    seconds[20] = 30.0
    assert change_points(seconds) == []


@pytest.mark.parametrize("runs", [0, 1, 7])
def test_a_short_series_has_no_change(runs: int) -> None:
    assert change_points([1.0, 9.0] * runs if runs < 4 else [1.0] * runs) == []


def test_a_change_too_small_to_matter_is_not_shown() -> None:
    assert change_points(noisy(10.0, 10.1, runs=100, noise=0.0005)) == []


def test_only_the_largest_changes_are_shown() -> None:
    assert len(change_points(noisy(*[10.0, 20.0] * 10, runs=10))) == MOST_CHANGES


def test_stretches_follow_each_other_and_hold_all_runs() -> None:
    seconds = noisy(10.0, 5.0, runs=20)
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
            "wall_seconds": seconds,
            "run_id": range(40),
        }
    )
    found = segments(runs)
    assert found["runs"].tolist() == [20, 20]
    assert found["median_seconds"].round(0).tolist() == [10.0, 5.0]
    assert found["first_run"].tolist() == [0, 20]


def test_only_the_newest_runs_of_a_long_series_are_looked_at() -> None:
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=MOST_RUNS + 10, freq="h", tz="UTC"),
            "wall_seconds": 1.0,
            "run_id": range(MOST_RUNS + 10),
        }
    )
    assert segments(runs)["runs"].sum() == MOST_RUNS


@pytest.mark.parametrize(
    ("commits", "dirty", "whose"),
    [(("a", "b"), False, "code"), (("a", "a"), False, "machine"), (("a", "b"), True, "unknown")],
)
def test_a_change_is_the_codes_only_where_the_commit_changed(commits, dirty: bool, whose: str) -> None:
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
            "wall_seconds": noisy(10.0, 5.0, runs=20),
            "run_id": range(40),
            "machine": "m",
            "git_commit": [commits[0]] * 20 + [commits[1]] * 20,
            "git_dirty": dirty,
        }
    )
    assert segments(runs)["whose"].tolist() == ["", whose]


def test_runs_of_one_measurement_are_one_sitting() -> None:
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
            "wall_seconds": noisy(10.0, 5.0, runs=20),
            "run_id": range(40),
            "label": ["measurement 1 block 1 A"] * 20 + ["measurement 2 block 1 A"] * 20,
        }
    )
    assert len(segments(runs)) == 1


def test_settings_that_changed_are_the_codes_doing_and_runs_of_a_duet_are_left_out() -> None:
    """Where the commit is the same, or is not known, other settings at the change make it the code's."""
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
            "wall_seconds": noisy(10.0, 5.0, runs=20),
            "run_id": range(40),
            "machine": "m",
            "workers": [1] * 20 + [2] * 20,
            "workload": "w",
        }
    )
    assert segments(runs)["whose"].tolist() == ["", "code"]
    assert segments(runs.assign(workers=1))["whose"].tolist() == ["", "unknown"]
    assert segments(runs.assign(machine=["m"] * 20 + ["n"] * 20))["whose"].tolist() == ["", "machine"]


def test_a_measurement_with_a_name_of_its_own_is_one_sitting_too() -> None:
    labels = [f"before lunch block {at} A" for at in range(20)] + [f"after it block {at} A2" for at in range(20)]
    runs = pd.DataFrame(
        {
            "config": "none",
            "started_at": pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC"),
            "wall_seconds": noisy(10.0, 5.0, runs=20),
            "run_id": range(40),
            "label": labels,
        }
    )
    assert len(segments(runs)) == 1
