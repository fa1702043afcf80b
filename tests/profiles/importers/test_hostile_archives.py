"""Hostile files on their whole way, through the preview: each costs at most its limit and ends in a sentence."""

import gzip
import io
import json
import marshal
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from profiles.intake.limits import MB, Limits
from profiles.intake.preview import preview
from profiles.intake.results import FilePreview, Preview
from tests.profiles.importers.test_hostile import DEEP, HEADING, LEVELS, RUN, SEEDS

TIGHT = Limits(cpu_seconds=5, wall_seconds=30, memory_bytes=384 * MB, unpacked_bytes=16 * MB, output_bytes=8 * MB)
CSV = SEEDS["csv"]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def files_of(seen: Preview, name: str) -> list[FilePreview]:
    name = name.removesuffix(".gz")
    return [file for file in seen.files if file.name == name or file.name.startswith((name + "/", name + " ("))]


def sentences(seen: Preview, name: str) -> str:
    files = files_of(seen, name)
    assert files, [file.name for file in seen.files]
    return " | ".join([file.refused or "" for file in files] + [loss.reason for file in files for loss in file.losses])


def bomb(size: int) -> bytes:
    """A gzip stream that unpacks to ``size`` zero bytes."""
    packer = zlib.compressobj(9, wbits=-15)
    piece = packer.compress(b"\0" * MB) + packer.flush(zlib.Z_FULL_FLUSH)  # after which the next one is the same
    head, tail = b"\x1f\x8b\x08" + bytes(7), struct.pack("<II", zlib.crc32(bytes(size)), size)
    return head + piece * (size // MB) + packer.flush() + tail


def with_sizes(archive: bytes, size: int) -> bytes:
    """The archive with all that it says of unpacked sizes replaced."""
    data = bytearray(archive)
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.find(mark)
        while start >= 0:
            data[start + at : start + at + 4] = struct.pack("<I", size)
            start = data.find(mark, start + 4)
    return bytes(data)


def overlapping(copies: int) -> bytes:
    """An archive whose entries share their packed data, as in David Fifield's "A better zip bomb", 2019."""
    data = zipped(("a", b"\0" * (8 * MB)))
    start, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    entry = data[start:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, copies, copies, len(entry) * copies, start, 0)
    return data[:start] + entry * copies + tail


def nested(levels: int) -> bytes:
    data = CSV
    for _ in range(levels):
        data = zipped(("inner.zip", data))
    return data


@pytest.fixture(scope="module")
def archives() -> Preview:
    """All hostile archives in one preview, with a good file behind them."""
    large = bomb(400 * MB)
    return preview(
        [
            ("bomb.gz", large),
            ("bomb.zip", zipped(("zeros", b"\0" * (24 * MB)))),
            ("bombs.zip", zipped(("bomb.gz", large), ("times.csv", CSV))),
            ("overlapping.zip", overlapping(500)),
            ("nested.zip", nested(12)),
            ("small-lie.zip", with_sizes(zipped(("zeros", b"\0" * (24 * MB))), 10)),
            ("large-lie.zip", with_sizes(zipped(("times.csv", CSV)), 2**32 - 2)),
            ("cut.zip", zipped(("times.csv", CSV))[:-30]),
            ("cut.gz", gzip.compress(CSV * 2000)[:-40]),
            ("names.zip", zipped(("../../etc/passwd", CSV), ("/abs\x1b[2J\u202e.csv", CSV + b"b,score,1\n"))),
            ("many.zip", zipped(*((f"{number}.csv", b"x") for number in range(1500)), method=zipfile.ZIP_STORED)),
            (
                "encrypted.zip",
                zipped(("times.csv", CSV)).replace(
                    b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
                ),
            ),
            ("empty.zip", zipped()),
            ("packed.zip", zipped(("times.csv", CSV), method=zipfile.ZIP_LZMA)),
            ("trailing.gz", gzip.compress(CSV) + b"x" * 1000),
            ("good.csv", CSV + b"good,score,7\n"),
        ],
        TIGHT,
    )


def test_a_good_file_beside_hostile_ones_is_read(archives: Preview) -> None:
    (good,) = files_of(archives, "good.csv")
    assert good.refused is None and len(good.runs) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bomb.gz", "unpacks to more than 16 MB"),
        ("bomb.zip", "unpacks to more than 16 MB"),
        ("bombs.zip", "unpacks to more than 16 MB"),
        ("overlapping.zip", "unpacks to more than 16 MB|damaged"),
        ("nested.zip", "lies deeper"),
        ("small-lie.zip", "damaged|more than 16 MB"),
        ("cut.zip", "cut or damaged"),
        ("cut.gz", "its end is missing"),
        ("many.zip", "holds 1,500 files"),
        ("encrypted.zip", "encrypted"),
        ("empty.zip", "holds no file"),
        ("packed.zip", "packed in another way"),
        ("trailing.gz", "after the end"),
    ],
)
def test_a_hostile_archive_ends_in_a_sentence(archives: Preview, name: str, says: str) -> None:
    assert any(part in sentences(archives, name) for part in says.split("|")), sentences(archives, name)


def test_names_in_archives_are_only_names(archives: Preview) -> None:
    files = files_of(archives, "names.zip")
    assert len(files) == 2 and all(file.runs for file in files)
    assert all(file.name.isprintable() and "\u202e" not in file.name for file in files)
    assert not Path("etc/passwd").exists()


def test_a_size_that_is_too_large_to_be_true_reserves_nothing(archives: Preview) -> None:
    assert files_of(archives, "large-lie.zip")
    assert archives.peak_bytes is not None and archives.peak_bytes < TIGHT.memory_bytes


@pytest.fixture(scope="module")
def contents() -> Preview:
    """All hostile contents in one preview."""
    stacks = [[f"f{number}\0a.py\0{number}" for number in range(50_000)], 1.0]
    session = {"start_time": 1, "duration": 2, "sample_count": 1, "frame_records": [stacks]}
    export = json.dumps({"format": "quickwin-run", "version": 1, "run": {**RUN.to_json(), "key": "huge"}})
    return preview(
        [
            ("deep.json", DEEP),
            ("deep.export.json", SEEDS["quickwin-run"][:-1] + b', "x": ' + DEEP + b"}"),
            ("number.json", export.replace("9.25", "9" * 10_000).encode()),
            ("inf.json", export.replace("9.25", "1e999").encode()),
            ("session.json", json.dumps(session).encode()),
            ("claims.prof", b"\xfb\xa8" + struct.pack("<i", 2**31 - 1) + b"\0" * 100),
            ("code.prof", b"\xfb\xa9\x03" + marshal.dumps(compile("1", "x", "exec"))),
            ("line.log", b"run_batt.py:1: -- " + b"x" * 3_000_000 + b"\n" + SEEDS["run_batt"]),
            ("table.txt", HEADING.encode() + b"   1    0.1    0.1    0.1    0.1 " + b":1(" * 1_000_000),
            ("binary", bytes(range(256)) * 4_000),
            ("zeros", b"\0" * 1_000_000),
            ("cells.csv", b"task,phase,seconds\n" + b"=cmd|' /C calc'!A0,=1+1,1\n<script>alert(1)</script>,[x](y),2\n"),
            ("utf16.csv", SEEDS["csv"].decode().replace("a1", "\u202ea1").encode("utf-16")),
            ("", b""),
            ("\x1b[2J../../x\n\u202e.csv", CSV + b"c,score,4\n"),
        ],
        TIGHT,
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("deep.json", "what would work"),
        ("deep.export.json", "nested too deep"),
        ("number.json", "can not be read"),
        ("inf.json", "wall_seconds was left out"),
        ("session.json", "too deep to be shown"),
        ("claims.prof", "claims 2,147,483,647"),
        ("code.prof", "type 'c'"),
        ("binary", "what would work"),
        ("zeros", "what would work"),
    ],
)
def test_hostile_content_ends_in_a_sentence(contents: Preview, name: str, says: str) -> None:
    assert says in sentences(contents, name)


@pytest.mark.parametrize("name", ["line.log", "cells.csv", "utf16.csv"])
def test_hostile_content_that_holds_a_run_gives_it(contents: Preview, name: str) -> None:
    (file,) = files_of(contents, name)
    assert file.refused is None and len(file.runs) == 1, file


def test_what_a_preview_says_can_be_shown_on_one_line(contents: Preview, archives: Preview) -> None:
    for file in (*contents.files, *archives.files):
        said = [file.name, file.refused or "", *(loss.reason for loss in file.losses)]
        assert all(text.isprintable() and len(text) <= 1_000 for text in said), said


def test_deep_json_costs_little() -> None:
    began = time.monotonic()
    deep = b'{"a":' * (LEVELS * 10) + b"1" + b"}" * (LEVELS * 10)
    seen = preview([("deep.json", deep), ("lines.jsonl", (b"[" * 50_000 + b"\n") * 40)], TIGHT)
    assert all(file.refused for file in seen.files)
    assert time.monotonic() - began < TIGHT.cpu_seconds


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_is_read() -> None:
    hungry = b'{"format": "quickwin-run", "version": 1, "run": [' + b"[]," * 6_000_000 + b"[]]}"
    seen = preview([("hungry.json", hungry), ("good.csv", CSV)], TIGHT)
    by_name = {file.name: file for file in seen.files}
    assert "MB" in str(by_name["hungry.json"].refused)
    assert by_name["good.csv"].runs


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    rows = b"".join(b"t%d,p%d,0.5\n" % (number, number % 1000) for number in range(200_000))
    limits = Limits(cpu_seconds=0.4, wall_seconds=30)
    seen = preview([("long.csv", b"task,phase,seconds\n" + rows), ("good.csv", CSV)], limits)
    by_name = {file.name: file for file in seen.files}
    assert " s " in str(by_name["long.csv"].refused)
    assert by_name["good.csv"].runs
