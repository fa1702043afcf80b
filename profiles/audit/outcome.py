"""Rules on what a log claims to have done: tasks, timeouts, errors, success."""

from __future__ import annotations

from collections.abc import Iterator

from profiles.audit.case import Case, Rule
from profiles.records import Finding
from profiles.runlog.build import shows_samples
from profiles.runlog.facts import TaskFacts

_NAMED_TASKS = 5


def every_task_timed_out(case: Case) -> Iterator[Finding]:
    """As many timeouts as tasks, and what the log's lines say of that."""
    log = case.log
    if not log or not log.announced or not log.claimed_timeouts:
        return
    claimed = log.claimed_timeouts.value
    if not claimed or claimed != log.announced.value:
        return
    reported = len(log.timed_out_lines)
    if not shows_samples(log):
        severity, follows = "warning", "the log shows no samples; this version counts every task as a timeout"
    elif not reported:
        severity = "error"
        follows = "not credible: no line reports a timeout; this version counts every task as one"
    else:
        tasks = sum(1 for task in log.tasks.values() if task.timed_out_samples)
        severity = "error" if tasks < claimed else "warning"
        follows = f"{reported:,} samples of {tasks:,} tasks are reported as timed out"
    yield Finding(
        rule="every_task_timed_out",
        severity=severity,
        line=log.claimed_timeouts.line,
        claimed=log.claimed_timeouts.text,
        follows=follows,
    )


def fewer_timeouts_than_reported(case: Case) -> Iterator[Finding]:
    """A final line with fewer timeouts than tasks whose every sample is reported as timed out."""
    log = case.log
    if not log or not log.claimed_timeouts:
        return
    lost = [task for task in log.tasks.values() if _all_timed_out(task)]
    if len(lost) > log.claimed_timeouts.value:
        yield Finding(
            rule="fewer_timeouts_than_reported",
            severity="error",
            line=log.claimed_timeouts.line,
            claimed=log.claimed_timeouts.text,
            follows=f"all samples of {_names(lost)} timed out",
        )


def good_with_timeouts_or_errors(case: Case) -> Iterator[Finding]:
    """A run that is praised although it reports timeouts or errors."""
    log = case.log
    if not log or not log.praise:
        return
    timeouts = log.claimed_timeouts.value if log.claimed_timeouts else len(log.timed_out_lines)
    errors = log.claimed_errors.value if log.claimed_errors else 0
    if timeouts or errors:
        yield Finding(
            rule="good_with_timeouts_or_errors",
            severity="warning",
            line=log.praise[0].line,
            claimed=log.praise[0].text,
            follows=f"the same log reports {timeouts:,.0f} timeouts and {errors:,.0f} errors",
        )


def success_without_result(case: Case) -> Iterator[Finding]:
    """Tasks counted as done or as a success though all samples timed out or nothing was validated."""
    log = case.log
    if not log:
        return
    empty = [task for task in log.tasks.values() if task.success is not False and _has_no_result(task)]
    if empty:
        claim = "counted as success" if any(task.success for task in empty) else "counted as done"
        yield Finding(
            rule="success_without_result",
            severity="warning",
            line=empty[0].validated_line or empty[0].success_line or empty[0].line,
            claimed=f"{len(empty):,} of {len(log.tasks):,} tasks {claim}: {_names(empty)}",
            follows="every sample timed out or no solver was validated",
        )
    nothing = [line for solvers, _, line in log.validations if not solvers]
    if nothing and not log.tasks:
        yield Finding(
            rule="success_without_result",
            severity="warning",
            line=nothing[0],
            claimed=f"{len(log.validations):,} tasks validated",
            follows=f"{len(nothing):,} of them validated 0 solvers",
        )


def _all_timed_out(task: TaskFacts) -> bool:
    return task.timed_out_samples > 0 and task.scored_samples == 0


def _has_no_result(task: TaskFacts) -> bool:
    return _all_timed_out(task) or task.validated == 0


def _names(tasks: list[TaskFacts]) -> str:
    shown = ", ".join(task.task_id for task in tasks[:_NAMED_TASKS])
    return shown + (f" and {len(tasks) - _NAMED_TASKS:,} more" if len(tasks) > _NAMED_TASKS else "")


def tasks_announced_and_seen(case: Case) -> Iterator[Finding]:
    """Another number of tasks than the log shows."""
    log = case.log
    if not log or not log.announced:
        return
    seen = len(log.tasks) or len(log.validations)
    if seen and seen != log.announced.value:
        yield Finding(
            rule="tasks_announced_and_seen",
            severity="error",
            line=log.announced.line,
            claimed=log.announced.text,
            follows=f"{seen:,} tasks are in the log",
        )


RULES: tuple[Rule, ...] = (
    *(every_task_timed_out, fewer_timeouts_than_reported, good_with_timeouts_or_errors),
    *(success_without_result, tasks_announced_and_seen),
)
