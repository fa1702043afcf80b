"""The way of a preview from the process that reads to the one that asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.intake.results import RunPreview
from profiles.records import PhaseTiming, RunRecord, TaskRecord

amounts = st.integers(0, 2)
tasks = st.builds(
    TaskRecord,
    task_id=st.sampled_from(["a", "b"]),
    index=amounts,
    seconds=st.sampled_from([None, 0.0, 1.5]),
    solved=st.sampled_from([None, True, False]),
    status=st.sampled_from(["finished", "failed"]),
    errors=amounts,
    timeouts=amounts,
    reason=st.sampled_from([None, "killed"]),
    phases=st.sampled_from([(), (), (), (PhaseTiming(path=("score",), total_seconds=1.0, self_seconds=1.0, calls=1),)]),
    counts=st.dictionaries(st.sampled_from(["kept", "validated"]), amounts),
)


def preview(tasks: list[TaskRecord]) -> RunPreview:
    return RunPreview(
        record=RunRecord(key="k", label="made", source="imported:test", tasks=tuple(tasks)), files=("a.log",)
    )


def there_and_back(run: RunPreview) -> RunPreview:
    return RunPreview.unpacked(json.loads(json.dumps(run.packed())))


@given(st.lists(tasks, max_size=5))
def test_tasks_come_over_as_they_were(several: list[TaskRecord]) -> None:
    run = preview(several)
    assert there_and_back(run) == run
    assert [repr(task) for task in there_and_back(run).record.tasks] == [repr(task) for task in several]


def test_what_all_tasks_have_in_common_is_said_once() -> None:
    several = [TaskRecord(task_id=f"t{number}", index=number, seconds=None) for number in range(1000)]
    assert len(json.dumps(preview(several).packed())) < 20_000
    assert there_and_back(preview(several)) == preview(several)


def test_columns_that_do_not_fit_are_no_answer() -> None:
    packed = preview([TaskRecord(task_id=f"t{number}", index=number, seconds=None) for number in range(3)]).packed()
    names, places, *others = packed["tasks"]
    with pytest.raises(ValueError, match="a column of 2 values for 3 tasks"):
        RunPreview.unpacked(json.loads(json.dumps({**packed, "tasks": [names, places[:2], *others]})))
