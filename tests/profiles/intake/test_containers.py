"""Archives: read in memory, by content, never beyond the limit."""

import bz2
import gzip
import io
import struct
import tracemalloc
import zipfile

import pytest

from profiles.intake.containers import is_archive, unpack
from profiles.intake.limits import Limits
from tests.profiles.importers.files import fixture, read, run_of

LOG = fixture("run_batt_october.log")
SMALL = Limits(unpacked_bytes=1 << 20)


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def unpacked(data, limits=SMALL):
    return list(unpack("a.zip", data, limits))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LOG),
        zipped(("x/run.log", LOG)),
        gzip.compress(zipped(("run.log", LOG))),
        zipped(("a.gz", gzip.compress(LOG))),
    ],
    ids=["gz", "zip", "zip in gz", "gz in zip"],
)
def test_a_log_in_an_archive_is_the_same_run(data):
    assert is_archive(data)
    assert read(("any name", data)).records[0].key == run_of("run_batt_october.log").key


def test_files_of_one_run_in_one_archive_become_one_run():
    preview = read(("a.zip", zipped(("run.log", LOG), ("stats.jsonl", fixture("timing_stats.jsonl")))))
    assert preview.runs[0].files == ("a.zip/run.log", "a.zip/stats.jsonl")
    assert len(preview.runs) == 1


def test_a_bomb_costs_at_most_the_limit():
    bomb = gzip.compress(b"\0" * (100 << 20), 9)
    tracemalloc.start()
    (member,) = unpacked(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(member.data) <= 1 << 20 and peak < 8 << 20
    assert "unpacks to more than 1 MB" in member.losses[0].reason


def test_members_share_one_limit():
    members = unpacked(zipped(*((f"{n}.log", b"x" * 400_000) for n in range(9))))
    assert sum(len(member.data or b"") for member in members) <= 1 << 20


def test_sizes_that_lie_are_not_believed():
    data = bytearray(zipped(("run.log", b"x" * 3_000_000)))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert all(len(member.data or b"") <= 1 << 20 for member in unpacked(bytes(data)))


def test_archives_are_read_to_a_depth():
    data = LOG
    for level in range(5):
        data = zipped((f"{level}.zip", data))
    (member,) = unpacked(data)
    assert member.data is None
    assert "read 3 deep" in member.losses[0].reason


def test_an_archive_that_holds_itself_again_and_again_ends():
    data = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x"))))
    assert unpacked(data)[0].data is None


@pytest.mark.parametrize("end", [20, 200, -30, -1])
def test_a_cut_archive_gives_what_it_can_and_says_so(end):
    for data in (gzip.compress(LOG * 20), zipped(("run.log", LOG))):
        members = unpacked(data[:end])
        assert members and all(member.losses for member in members)


def test_a_damaged_member_does_not_cost_the_others():
    data = bytearray(zipped(("a.log", LOG), ("b.log", LOG), method=zipfile.ZIP_STORED))
    data[data.index(b"run_batt")] ^= 0xFF
    first, second = unpacked(bytes(data))
    assert "damaged inside the archive" in first.losses[0].reason
    assert second.data == LOG and not second.losses


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\x1b[2J\u202e.log"])
def test_names_in_an_archive_are_only_names(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (member,) = unpacked(zipped((name, LOG)))
    assert member.data == LOG and member.name.isprintable()
    assert not list(tmp_path.iterdir())


def test_too_many_members_are_counted_not_read():
    members = list(unpack("a.zip", zipped(*((f"{n}", b"x") for n in range(30))), Limits(members=10)))
    assert len(members) == 11
    assert "30 files, of which the first 10 were read" in members[-1].losses[0].reason


def test_other_packings_are_refused():
    (member,) = unpacked(zipped(("a", LOG), method=zipfile.ZIP_BZIP2))
    assert "only files stored or deflated" in member.losses[0].reason
    assert not is_archive(bz2.compress(LOG))


def test_an_empty_archive_is_refused():
    assert read(("a.zip", zipped())).files[0].refused == "the zip archive holds no file"
