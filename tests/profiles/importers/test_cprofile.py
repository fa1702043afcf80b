"""cProfile files: read by a reader of our own, in all versions of the format, and never believed."""

import cProfile
import marshal
import pstats
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.importers import Source
from profiles.importers._marshal import MarshalProblem, MarshalReader
from profiles.importers.base import ImportProblem
from profiles.importers.cprofile import IMPORTER, read_functions

STATS = {
    ("/a/b.py", 10, "outer"): (1, 1, 0.5, 2.0, {}),
    ("/a/b.py", 20, "inn\u00e9r"): (7, 12, 1.25, 1.5, {("/a/b.py", 10, "outer"): (7, 12, 1.25, 1.5)}),
    ("~", 0, "<built-in method builtins.len>"): (300, 300, 0.25, 0.25, {("/a/b.py", 20, "inn\u00e9r"): 300}),
}


def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def source(data: bytes) -> Source:
    return Source(name="run.prof", data=data)


def read_all(data: bytes) -> list[object]:
    return list(MarshalReader(data).pairs())


@pytest.mark.parametrize("version", range(5))
def test_every_version_of_the_format_gives_the_same_functions(version: int) -> None:
    functions, losses = read_functions(marshal.dumps(STATS, version))
    assert losses == []
    assert [(one.name, one.calls, one.primitive_calls, one.self_seconds, one.total_seconds) for one in functions] == [
        ("outer", 1, 1, 0.5, 2.0),
        ("inn\u00e9r", 12, 7, 1.25, 1.5),
        ("<built-in method builtins.len>", 300, 300, 0.25, 0.25),
    ]


def test_a_real_profile_reads_as_pstats_reads_it(tmp_path: Path) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(fibonacci, 12)
    profiler.dump_stats(tmp_path / "fib.prof")
    stats = pstats.Stats(str(tmp_path / "fib.prof"))
    data = (tmp_path / "fib.prof").read_bytes()
    assert IMPORTER.recognize(source(data)) > 0.9
    (run,) = IMPORTER.parse(source(data)).runs
    assert run.wall_seconds == pytest.approx(stats.total_tt)  # type: ignore[attr-defined]
    assert run.counts["calls"] == stats.total_calls  # type: ignore[attr-defined]


def test_a_profile_becomes_a_profiled_run_without_phases_and_a_frame_per_function() -> None:
    parsed = IMPORTER.parse(source(marshal.dumps(STATS)))
    (run,), (profile,) = parsed.runs, parsed.profiles
    assert run.profiled and run.phases == () and run.wall_seconds == 2.0
    assert sum(seconds for _, seconds in profile["frame_records"]) == 2.0
    assert profile["functions"][0]["name"] == "inn\u00e9r"
    assert profile["functions"][0]["total_seconds"] == 1.5


def test_the_same_figures_have_the_same_key_whatever_the_version_and_the_name() -> None:
    one = IMPORTER.parse(Source(name="a", data=marshal.dumps(STATS, 0))).runs[0]
    two = IMPORTER.parse(Source(name="b", data=marshal.dumps(STATS, 4))).runs[0]
    assert one.key == two.key


def test_a_file_cut_at_any_byte_is_read_up_to_there_or_refused_in_a_sentence() -> None:
    data = marshal.dumps(STATS)
    for end in range(len(data)):
        functions, losses = read_functions(data[:end])
        assert len(functions) < 3 or end >= len(data) - 1
        assert len(losses) == 1 and losses[0].reason.startswith("the file ")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{(" + struct.pack("<i", 2**31 - 1), "claims 2,147,483,647"),
        (b"{(" + struct.pack("<i", -1), "claims -1"),
        (b"{s" + struct.pack("<i", 2**30) + b"abc", "claims 1,073,741,824"),
        (b"{l" + struct.pack("<i", 2**30), "claims 2,147,483,648"),
        (b"{l" + struct.pack("<i", 500) + b"\xff\x7f" * 500, "7,500 bits"),
        (b"{c" + b"\0" * 40, "type 'c'"),
        (b"{" + b")\x01" * 50, "nested deeper"),
        (b"\xfb\xa9\x01r\x01\x00\x00\x00", "holds itself"),
        (b"\xfbr\x00\x00\x00\x00", "holds itself"),
        (b"{r\x05\x00\x00\x00", "refers to value 5 of 0"),
        (b"{f\x03abc", "as a number"),
        (b"", "where 0 bytes are left"),
        (b"[\x01\x00\x00\x00N", "something else than a dict"),
    ],
)
def test_a_lying_file_is_refused_with_what_it_claims(data: bytes, says: str) -> None:
    with pytest.raises(MarshalProblem, match=says):
        read_all(data)


def test_values_that_share_each_other_cost_no_more_than_their_bytes() -> None:
    doubled = b"".join(b"\xa9\x02" + b"r" + struct.pack("<i", n) + b"r" + struct.pack("<i", n) for n in range(1, 3000))
    data = b"\xfb" + b"\xa9\x00" + doubled + b"0"
    functions, losses = read_functions(data)
    assert functions == [] and len(losses) == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, "1", None, 10**400])
def test_an_entry_with_an_impossible_figure_is_left_out_and_counted(bad: object) -> None:
    functions, losses = read_functions(marshal.dumps({("a", 1, "f"): (1, 1, bad, 1.0, {}), **STATS}))
    assert losses and "outer" not in [one.name for one in functions if one.self_seconds == bad]


def test_a_file_without_functions_is_refused() -> None:
    with pytest.raises(ImportProblem, match="holds no functions"):
        IMPORTER.parse(source(marshal.dumps({})))


@pytest.mark.parametrize("text", [b"{0} is text", b"{(a, b)}", b"{}", b'{"a": 1}', b"", b"{", b"{) x"])
def test_text_that_begins_alike_is_not_taken_for_a_profile(text: bytes) -> None:
    assert IMPORTER.recognize(source(text)) == 0.0


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tail: bytes) -> None:
    read_functions(b"\xfb" + tail)


@given(st.integers(0, 400), st.integers(0, 255))
def test_any_damaged_byte_is_read_or_refused(at: int, value: int) -> None:
    data = bytearray(marshal.dumps(STATS))
    data[at % len(data)] = value
    read_functions(bytes(data))
