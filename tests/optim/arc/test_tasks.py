"""Tasks from the package or from a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optim.arc.tasks import (
    TaskProblem,
    default_plain,
    default_tasks,
    folder_tasks,
    package_file,
    plain_cells,
    read_task,
    smallest,
)
from tests.optim.own_data import write_tasks


def test_the_package_gives_the_400_training_tasks() -> None:
    tasks = default_tasks()
    assert len(tasks) == 400
    assert all(task.samples and 0 < task.demos < len(task.samples) for task in tasks)


def test_the_smallest_come_first_by_cells_then_id() -> None:
    sizes = {task.task_id: task.cells for task in default_tasks()}
    found = smallest(sizes, 100)
    assert len(set(found)) == 100
    assert [(sizes[one], one) for one in found] == sorted((cells, one) for one, cells in sizes.items())[:100]


def test_a_task_has_as_many_cells_before_it_is_read_as_after() -> None:
    plain = default_plain()
    assert {one: plain_cells(plain[one]) for one in plain} == {task.task_id: task.cells for task in default_tasks()}


def test_a_file_of_the_package_that_begins_otherwise_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = default_plain()
    file = tmp_path / "arc1.json"
    file.write_text(json.dumps({"eval": {}, "train": plain}, indent=1))
    monkeypatch.setattr("optim.arc.tasks.package_file", lambda *parts: file)
    assert default_plain() == plain


def test_a_broken_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write_tasks(tmp_path, 2)
    (tmp_path / "tasks/broken.json").write_text('{"train": [')
    (tmp_path / "tasks/ragged.json").write_text(
        json.dumps({"train": [{"input": [[1], [1, 2]], "output": [[1]]}], "test": []})
    )
    tasks, broken = folder_tasks(tmp_path / "tasks")
    assert [task.task_id for task in tasks] == ["t0", "t1"]
    assert len(broken) == 2 and "broken.json" in broken[0] and "rows must be of one length" in broken[1]


def test_a_folder_without_a_readable_task_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(TaskProblem, match=r"1 JSON files, none readable; a.json was skipped"):
        folder_tasks(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaskProblem, match="is no folder"):
        folder_tasks(tmp_path / "nothing")


@pytest.mark.parametrize("cell", [10, -1, 1.5, "1", None, True])
def test_a_cell_must_be_a_whole_number_from_0_to_9(cell: object) -> None:
    with pytest.raises(TaskProblem, match="0-9"):
        read_task("t", {"train": [{"input": [[cell]], "output": [[1]]}], "test": []})


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(TaskProblem, match="nothing_like_it"):
        package_file("nothing_like_it", "x")


def test_equal_contents_have_equal_digests_whatever_the_name() -> None:
    plain = {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]], "output": [[4]]}]}
    assert read_task("a", plain).digest == read_task("b", plain).digest
    assert read_task("a", plain).digest != read_task("a", {**plain, "test": plain["train"]}).digest
