"""pytest-benchmark's JSON: each round is a run."""

import json

from tests.profiles.importers.files import form_of, read

MACHINE = {"node": "box", "system": "Linux", "python_version": "3.12.1", "cpu": {"brand_raw": "EPYC", "count": 4}}


def export(*benchmarks):
    plain = {
        "machine_info": MACHINE,
        "commit_info": {"id": "abc"},
        "datetime": "2026-10-21T03:14:19",
        "benchmarks": benchmarks,
    }
    return json.dumps(plain).encode()


def benchmark(name, data, **more):
    return {"fullname": f"test_a.py::{name}", "name": name, "stats": {"mean": 1.0, "data": data}, **more}


def test_each_round_is_a_run_with_its_machine():
    data = export(benchmark("test_x", [0.5, 0.25]))
    assert form_of(data) == "pytest-benchmark"
    runs = read(("x.json", data)).records
    assert [run.wall_seconds for run in runs] == [0.5, 0.25]
    assert (runs[0].environment.cpu_count, runs[0].environment.git_commit) == (4, "abc")


def test_a_parameter_called_config_is_the_config():
    data = export(
        benchmark("test_x[a]", [0.5], params={"config": "a"}),
        benchmark("test_x[none]", [0.5], params={"config": "none"}),
    )
    assert [run.config for run in read(("x.json", data)).records] == [{"a"}, frozenset()]


def test_a_benchmark_saved_without_its_rounds_is_a_loss():
    preview = read(("x.json", export(benchmark("test_x", [0.5]), benchmark("test_y", []))))
    assert len(preview.records) == 1 and "without rounds" in preview.files[0].losses[0].reason
