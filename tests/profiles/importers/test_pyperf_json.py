"""pyperf's JSON: each process is a run."""

import json

from tests.profiles.importers.files import form_of, read

PROCESS = {"metadata": {"date": "2026-10-21 03:14:19.670631"}, "values": [0.2, 0.4], "warmups": [[1, 0.9]]}
CALIBRATION = {"metadata": {"date": "2026-10-21 03:14:18"}, "warmups": [[1, 0.5], [2, 0.5]]}


def suite(*benchmarks, **metadata):
    return json.dumps({"version": "1.0", "metadata": metadata, "benchmarks": list(benchmarks)}).encode()


def test_a_process_is_a_run_of_the_mean_of_its_values():
    data = suite(
        {"runs": [CALIBRATION, PROCESS, PROCESS]}, name="telco", hostname="box", python_version="3.12.1 (64-bit)"
    )
    assert form_of(data) == "pyperf"
    runs = read(("x.json", data)).records
    assert [round(run.wall_seconds, 9) for run in runs] == [0.3, 0.3]
    assert runs[0].label == "telco #1" and runs[0].started_at.year == 2026
    assert (runs[0].environment.machine, runs[0].environment.python) == ("box", "3.12.1")


def test_a_benchmark_that_measures_bytes_is_a_loss():
    data = suite(
        {"metadata": {"name": "m", "unit": "byte"}, "runs": [PROCESS]}, {"metadata": {"name": "t"}, "runs": [PROCESS]}
    )
    preview = read(("x.json", data))
    assert [run.label for run in preview.records] == ["t #1"]
    assert "other than seconds" in preview.files[0].losses[0].reason
