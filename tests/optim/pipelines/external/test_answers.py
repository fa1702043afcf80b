"""Answers as fingerprints: rounding, journal lines, which files were written."""

from __future__ import annotations

import contextlib
import glob
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from optim.pipelines.external.answers import matches, output_fingerprint, rounded, stale, stamps, stream_digest
from profiles.recorder import ECHO_PREFIX


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (b"0.1234567,1.0", b"0.1235,1"),
        (b'{"a": 1.23456e-7, "b": [-0.0000001]}', b'{"a": 1.235e-07, "b": [-1e-07]}'),
        (b"123456789 rows, 12345.6789 s", b"123456789 rows, 1.235e+04 s"),
        (b"version 1.2.3 of a1.5b", b"version 1.2.3 of a1.5b"),
        (b"-0.0", b"0"),
    ],
)
def test_numbers_with_a_point_are_rounded_and_nothing_else(text: bytes, short: bytes) -> None:
    assert rounded(text, 4) == short


@given(st.floats(min_value=1e-3, max_value=1e9), st.sampled_from([1, 3, 6]))
def test_rounding_forgives_what_lies_beyond_the_digits(value: float, digits: int) -> None:
    near = rounded(f"{value!r}".encode(), digits)
    assert float(near) == pytest.approx(value, rel=0.51 * 10 ** (1 - digits))


@given(st.binary(max_size=300))
def test_any_bytes_have_a_fingerprint_and_rounding_is_stable(data: bytes) -> None:
    for digits in (None, 3):
        assert stream_digest(io.BytesIO(data), digits) == stream_digest(io.BytesIO(data), digits)


def test_lines_of_a_journal_are_no_answers() -> None:
    plain = b"one\n\ntwo\n"
    lines = f"\n{ECHO_PREFIX} abc 1 1/1 00000000 {{}}\n".encode()
    for text in (lines + plain, b"one\n" + lines + b"\ntwo\n" + lines, b"one\n\n" + lines * 3 + b"two\n"):
        assert output_fingerprint(io.BytesIO(text), None) == output_fingerprint(io.BytesIO(plain), None)
    assert output_fingerprint(io.BytesIO(b"one\ntwo\n"), None) != output_fingerprint(io.BytesIO(plain), None)


def test_a_file_that_a_run_did_not_write_is_stale(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).write_text("1")
    before = stamps(tmp_path, ["*"])
    (tmp_path / "new").unlink()
    (tmp_path / "new").write_text("22")
    assert stale(before, stamps(tmp_path, ["*"])) == [tmp_path / "old"]


def test_quickwin_s_own_folder_matches_no_pattern(tmp_path: Path) -> None:
    (tmp_path / ".quickwin/trees").mkdir(parents=True)
    (tmp_path / ".quickwin/trees/a.csv").write_text("1")
    (tmp_path / ".hidden.csv").write_text("1")
    assert matches(tmp_path, ["**/*.csv"]) == [tmp_path / ".hidden.csv"]


_NAMES = st.sampled_from(["a", "b.csv", ".hidden", "out", "c.txt"])
_PARTS = st.sampled_from(["**", "*", "*.csv", "out", "a", ".*", "[ab]*", "?.txt"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    paths=st.lists(st.lists(_NAMES, min_size=1, max_size=3), max_size=6),
    parts=st.lists(_PARTS, min_size=1, max_size=3),
)
@example(paths=[["a"]], parts=["*", "**"])
def test_a_pattern_names_what_the_standard_librarys_glob_names(
    tmp_path: Path, paths: list[list[str]], parts: list[str]
) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    for path in paths:
        with contextlib.suppress(OSError):
            folder.joinpath(*path).parent.mkdir(parents=True, exist_ok=True)
            folder.joinpath(*path).touch()
    pattern = "/".join(parts)
    found = glob.iglob(pattern, root_dir=folder, recursive=True, include_hidden=True)
    # Some versions name a file as if it were a folder ("a/" for "a/**").
    wanted = {folder / one for one in found if not one.endswith("/")}
    assert matches(folder, [pattern]) == sorted(path for path in wanted if path.is_file())
