"""Lines fed many at once give what the same lines give one by one."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.runlog.reader import Reader
from tests.profiles.importers.files import SAMPLES, fixture, needs_samples

LOGS = [
    "run_batt_october.log",
    "run_batt_november.log",
    "run_batt_two_runs.log",
    "run_batt_timed_out.log",
    "run_batt_shell.log",
]


def facts(reader):
    logs, losses = reader.finish()
    return [dataclasses.asdict(log) for log in logs], losses


def one_by_one(data, arrivals=()):
    reader = Reader("x", "run_batt")
    for at, line in enumerate(data[:-1].split(b"\n")):
        reader.feed(at + 1, line.rstrip(b"\r"), float(arrivals[at]) if arrivals else None)
    return facts(reader)


def at_once(data, arrivals=(), lines=10_000):
    reader, rows = Reader("x", "run_batt"), data[:-1].split(b"\n")
    for start in range(0, len(rows), lines):
        piece = b"\n".join((*rows[start : start + lines], b""))
        reader.feed_piece(start + 1, piece, arrivals[start : start + lines])
    return facts(reader)


def moments(data):
    return [b"%d.5" % (at // 2) for at in range(data.count(b"\n"))]


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize("lines", [1, 2, 7, 10_000])
def test_many_lines_at_once_are_the_same_lines(name, lines):
    data = fixture(name).rstrip(b"\n") + b"\n"
    assert at_once(data, lines=lines) == one_by_one(data)
    assert at_once(data, moments(data), lines) == one_by_one(data, moments(data))
    noisy = data.replace(b"\n", b"\n\nsome other line with 1.234 s\n")
    assert at_once(noisy, lines=lines) == one_by_one(noisy)


@needs_samples
def test_a_real_log_at_once_is_the_same_log():
    data = (SAMPLES / "run_100_cold.log").read_bytes()
    assert at_once(data, moments(data)) == one_by_one(data, moments(data))


@settings(max_examples=75, deadline=None)
@given(data=st.data())
def test_damage_makes_no_difference(data):
    log = bytearray(fixture("run_batt_october.log") * 2)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(log) - 1))
        log[start : start + data.draw(st.integers(0, 60))] = data.draw(
            st.sampled_from(
                [b"", b"\n", b"\n\n", b"x", b"run_batt.py:1: ", b"\r", b"\x1b[1m", b" - 0 start --\n", b"|a|"]
            )
        )
    text = bytes(log).rstrip(b"\n") + b"\n"
    assert at_once(text, lines=data.draw(st.integers(1, 40))) == one_by_one(text)
