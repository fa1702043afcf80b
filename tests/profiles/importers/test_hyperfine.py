"""hyperfine's JSON: each run of each command is a run."""

import json

import pytest

from tests.profiles.importers.files import form_of, read


def result(command, times, **more):
    return {"command": command, "mean": sum(times) / len(times), "times": times, "exit_codes": [0] * len(times), **more}


def export(*results):
    return json.dumps({"results": list(results)}, indent=2).encode()


def test_each_run_of_each_command_is_a_run():
    data = export(result("python etl.py", [1.5, 1.25]), result("python etl.py --fast", [0.5, 0.75, 0.25]))
    assert form_of(data) == "hyperfine"
    runs = read(("x.json", data)).records
    assert [run.wall_seconds for run in runs] == [1.5, 1.25, 0.5, 0.75, 0.25]
    assert [run.label for run in runs][1:3] == ["python etl.py #2", "python etl.py --fast #1"]
    assert len({run.key for run in runs}) == 5 and {run.config for run in runs} == {None}


@pytest.mark.parametrize(
    ("names", "configs"),
    [
        (("none", "fast_path"), [set(), {"fast_path"}]),
        (("baseline", "a,b", "a+c"), [set(), {"a", "b"}, {"a", "c"}]),
        (("ls", "pwd"), [None, None]),
        (("none", "python x.py"), [set(), None]),
    ],
)
def test_names_are_configs_where_one_of_them_is_none(names, configs):
    runs = read(("x.json", export(*(result(name, [1.0]) for name in names)))).records
    assert [None if run.config is None else set(run.config) for run in runs] == configs


def test_a_parameter_called_config_is_one():
    (run,) = read(("x.json", export(result("run --on a", [1.0], parameters={"config": "a"})))).records
    assert run.config == {"a"}


def test_another_exit_code_is_a_failed_run():
    runs = read(("x.json", export(result("x", [1.0, 2.0], exit_codes=[0, 137])))).records
    assert [run.status for run in runs] == ["finished", "failed"]


def test_commands_without_times_are_refused():
    preview = read(("x.json", json.dumps({"results": [{"command": "x", "mean": 1, "times": []}]}).encode()))
    assert "holds the seconds of no single run" in preview.files[0].refused


def test_a_command_without_times_beside_one_with_them_is_named():
    plain = {"results": [result("a", [1.5]), {"command": "b", "mean": 1.0}]}
    preview = read(("x.json", json.dumps(plain).encode()))
    assert [run.wall_seconds for run in preview.records] == [1.5]
    assert [loss.reason for loss in preview.files[0].losses] == ["the command 'b' has no seconds of single runs"]
