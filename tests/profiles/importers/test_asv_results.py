"""asv's results: each sample, or each figure where samples were not kept, is a run."""

import json

from tests.profiles.importers.files import form_of, read

COLUMNS = ["result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b", "samples"]


def results(**rows):
    plain = {
        "commit_hash": "abc",
        "date": 1760702400000,
        "python": "3.12",
        "params": {"machine": "box", "num_cpu": "4", "cpu": "EPYC"},
        "result_columns": COLUMNS,
        "results": rows,
        "version": 2,
    }
    return json.dumps(plain).encode()


def test_samples_are_runs_and_a_figure_without_them_is_one():
    rows = {
        "b.Suite.time_a": [[0.5], [], "v", 1, 1.0, [0.4], [0.6], [[0.5, 0.25]]],
        "b.time_b": [[1.0, 2.0, None], [["1", "2", "3"]], "v", 1, 1.0],
        "b.track_c": [[7.0], [], "v"],
    }
    data = results(**rows)
    assert form_of(data) == "asv"
    preview = read(("x.json", data))
    assert [(run.label, run.wall_seconds) for run in preview.records] == [
        ("b.Suite.time_a #1", 0.5),
        ("b.Suite.time_a #2", 0.25),
        ("b.time_b(1) #1", 1.0),
        ("b.time_b(2) #1", 2.0),
    ]
    assert preview.records[0].environment.machine == "box" and preview.records[0].started_at.year == 2025
    assert [loss.reason for loss in preview.files[0].losses] == [
        "1 benchmark of memory or counts, which are no time",
        "1 trial without seconds that can be true",
    ]


def test_older_files_hold_the_figure_itself():
    assert [run.wall_seconds for run in read(("x.json", results(time_a=0.5))).records] == [0.5]
