"""The journal of a bundle: what is whole in it is read, whatever happened to the rest."""

import json

from hypothesis import given
from hypothesis import strategies as st

from profiles.blocks import read_blocks
from tests.profiles.importers.files import form_of, read
from tests.profiles.importers.test_printed_journal import printed

SPEC = {"arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "none"}], "order_seed": 7}
HEADER = {"type": "header", "format": "quickwin-blocks", "version": 1, "key": "m1", "spec": SPEC}


def run(block, arm, attempt=1, key=None, **changes):
    place = {"block": block, "attempt": attempt, "arm": arm, "position": 1, "ended": "finished"}
    record = {"key": key or f"{block}{arm}{attempt}", "label": "x", "wall_seconds": 2.0}
    return {"type": "run", **place, "record": record, **changes}


def block(number, attempt=1):
    return {"type": "block", "block": number, "attempt": attempt}


LINES = [HEADER, run(1, "A"), run(1, "B"), run(1, "A", 2), run(1, "B", 2), block(1, 2), run(2, "A")]


def text(*lines):
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def test_a_block_is_the_try_that_counted_and_every_other_run_is_an_attempt():
    data = text(*LINES).encode()
    assert form_of(data) == "quickwin-blocks"
    preview = read(("j.jsonl", data))
    (measurement,) = preview.measurements
    assert {row["key"] for row in measurement["blocks"]} == {"1A2", "1B2"}
    assert [row["key"] for row in measurement["attempts"]] == ["1A1", "1B1", "1A2", "1B2", "2A1"]
    assert {one.key for one in preview.records} == {"1A1", "1B1", "1A2", "1B2", "2A1"}
    assert measurement["spec"]["order_seed"] == 7


def test_an_environment_that_is_as_before_is_written_out():
    first, second, third = (run(number, "A") for number in (1, 2, 3))
    first["record"]["environment"] = {"machine": "m", "packages": {"numpy": "2"}, "load_at_start": 0.5}
    second["record"]["environment"] = {"as_before": True, "load_at_start": 1.5}
    third["record"]["environment"] = {"as_before": True, "machine": "n"}
    one, two, three = (
        record.environment for record in read(("j", text(HEADER, first, second, third).encode())).records
    )
    assert (two.machine, two.packages, two.load_at_start) == ("m", {"numpy": "2"}, 1.5)
    assert (one.machine, three.machine, three.load_at_start) == ("m", "n", 1.5)


def test_printed_in_a_log_it_is_the_same_measurement():
    (measurement,) = read(("kernel.log", printed(*LINES).encode())).measurements
    assert len(measurement["blocks"]) == 2 and len(measurement["attempts"]) == 5


def test_two_measurements_in_one_file_are_two():
    other = {**HEADER, "key": "m2", "spec": {**SPEC, "order_seed": 8}}
    data = text(*LINES, other, run(1, "A", key="k1"), run(1, "B", key="k2"), block(1)).encode()
    assert [one["spec"]["order_seed"] for one in read(("j", data)).measurements] == [7, 8]


def test_a_run_that_can_not_be_true_is_named():
    bad = run(1, "A")
    bad["record"] = {**bad["record"], "wall_seconds": -1.0}
    preview = read(("j", text(HEADER, bad, run(1, "B")).encode()))
    assert len(preview.records) == 1 and "block 1" in preview.files[0].losses[0].reason


def test_a_newer_version_and_a_journal_without_runs_are_one_sentence():
    newer = read(("j", text({**HEADER, "version": 9}, run(1, "A")).encode())).files[0]
    assert newer.refused and "version 1" in newer.refused
    empty = read(("j", text(HEADER).encode())).files[0]
    assert empty.refused and "no whole run yet" in empty.refused


@given(st.integers(0, len(text(*LINES))), st.text(max_size=30))
def test_cut_anywhere_with_anything_behind_only_whole_lines_are_read(at, rest):
    whole = text(*LINES)
    journals = read_blocks((whole[:at] + "\n" + rest).splitlines())
    kept = whole[: whole[:at].rfind("\n") + 1].count('"record"')
    assert sum(len(one.runs) for one in journals) in (kept, kept + 1)
    for journal in journals:
        assert all({"block", "attempt", "arm", "record"} <= set(one) for one in journal.runs)
