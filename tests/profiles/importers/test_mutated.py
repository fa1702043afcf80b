"""Logs cut, doubled, shuffled and damaged: never an exception, never a wrong sum silently."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.records import RunRecord
from tests.profiles.importers.files import FIXTURES, fixture, read

NAMES = sorted(path.name for path in FIXTURES.iterdir())
EVERY = pytest.mark.parametrize("name", NAMES)
SUMS = {"main.run_batt": 24.5, "check_batt": 18.25}
OCTOBER = fixture("run_batt_october.log")


def check(preview) -> None:
    """Nothing failed but in a sentence, and what adds up to more than the whole is an error that is shown."""
    for file in preview.files:
        assert file.refused is None or not file.refused.startswith("reading it failed"), file.refused
    for run in preview.records:
        assert RunRecord.from_json(run.to_json()) == run
        covered = sum(phase.self_seconds for phase in run.phases if phase.basis == "sum")
        if run.wall_seconds is not None and covered > run.wall_seconds * 1.001 + 0.002:
            assert any(finding.rule == "phases_beyond_whole" for finding in run.findings)


@EVERY
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_cut_file_is_read_or_refused(name, data):
    whole = fixture(name)
    begin, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    check(read((name, whole[begin:end])))


@EVERY
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), times=st.integers(1, 3))
def test_doubled_and_shuffled_lines_are_read_or_refused(name, seed, times):
    lines = fixture(name).splitlines(keepends=True) * times
    random.Random(seed).shuffle(lines)
    check(read((name, b"".join(lines))))


@EVERY
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(name, data):
    damaged = bytearray(fixture(name))
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    check(read((name, bytes(damaged))))


def test_a_cut_log_has_the_whole_logs_figures_or_none():
    """Cut at every byte of the figures: one that the cut went through is left out, never taken short."""
    for end in range(OCTOBER.index(b"3 tasks"), len(OCTOBER)):
        for run in read(("x", OCTOBER[:end])).records:
            assert run.wall_seconds in (None, SUMS["main.run_batt"])
            assert {phase.total_seconds for phase in run.phases if phase.path == ("check_batt",)} <= {18.25}
            assert run.counts.get("tasks.announced", 3) == run.counts.get("timeouts.claimed", 3) == 3
            for cache in run.caches:
                assert (cache.hits, cache.misses) in ((0, 96), (470, 10))
                assert cache.entries in (None, 96, 9)
                assert cache.claimed_saved_seconds in (None, 70.5)
                assert cache.claimed_hit_rate in (None, 0.0) or round(cache.claimed_hit_rate, 6) == 0.979


@settings(max_examples=30, deadline=None)
@given(times=st.integers(2, 5))
def test_a_log_pasted_several_times_is_one_run(times):
    preview = read(("x", OCTOBER * times))
    assert len(preview.runs) == 1
    assert any("copies of the same run" in loss.reason for loss in preview.files[0].losses)


def test_a_run_with_the_figures_of_another_and_other_tasks_is_not_called_a_copy():
    (file,) = read(("x", OCTOBER + OCTOBER.replace(b"007bbfb7", b"ffffffff"))).files
    assert "1 runs with the same figures as another but other progress lines" in file.losses[0].reason


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_log_leave_its_figures(junk):
    runs = read(("x", OCTOBER + b"\n\n" + junk)).records
    assert runs[0].wall_seconds == SUMS["main.run_batt"]
