"""Rules on what a log's seconds add up to."""

from __future__ import annotations

from collections.abc import Iterator

from profiles.audit.case import Case, Rule
from profiles.records import Finding
from profiles.runlog.facts import Figure, Listed
from profiles.runlog.keys import WHOLE, Key, key

#: Rounding of printed seconds, and the share below which a rest is no news.
ROUNDING_SECONDS = 0.002
REST_SHARE = 0.01
_NAMED_KEYS = 4


def _keys(case: Case) -> list[tuple[Key, Figure]]:
    if case.log is None:
        return []
    count = case.log.task_count
    return [(key(name, count), figure) for name, figure in case.log.keys.items() if name != WHOLE]


def _several(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED_KEYS])
    return shown + (f" and {len(names) - _NAMED_KEYS} more" if len(names) > _NAMED_KEYS else "")


def last_task_as_total(case: Case) -> Iterator[Finding]:
    """Keys that hold the last task only, printed beside sums."""
    figures = [(timing_key, figure) for timing_key, figure in _keys(case) if timing_key.basis == "last_task"]
    if not figures or case.log is None:
        return
    tasks = f"of {case.log.task_count:,} tasks" if case.log.task_count else "of the run"
    keys = "1 key holds" if len(figures) == 1 else f"{len(figures)} keys hold"
    follows = f"{keys} the last task {tasks} only and can not be added to the wall-clock"
    yield Finding(
        rule="last_task_as_total",
        severity="warning",
        line=figures[0][1].line,
        claimed=_several([f"{timing_key.name} {figure.value:.3f} s" for timing_key, figure in figures]),
        follows=follows + _seen_validation(case),
    )


def _seen_validation(case: Case) -> str:
    """What the progress lines say of a phase whose key holds the last task."""
    log = case.log
    figure = log.keys.get("run_batt.phase3a_validate_batch") if log else None
    if log is None or figure is None or len(log.validations) < 2:
        return ""
    spent = sum(seconds for _, seconds, _ in log.validations)
    lines = f"{len(log.validations):,} lines of phase 3a"
    return f"; the {lines} add up to {spent:.3f} s where its key says {figure.value:.3f} s"


def concurrent_as_wall_clock(case: Case) -> Iterator[Finding]:
    """Seconds added up over threads or coroutines, printed beside wall-clock seconds."""
    figures = [(timing_key, figure) for timing_key, figure in _keys(case) if timing_key.concurrent and figure.value > 0]
    if figures:
        yield Finding(
            rule="concurrent_as_wall_clock",
            severity="note",
            line=figures[0][1].line,
            claimed=_several([f"{timing_key.name} {figure.value:.3f} s" for timing_key, figure in figures]),
            follows="these were added up over threads or coroutines that ran at the same time: no wall-clock seconds",
        )


def counts_as_seconds(case: Case) -> Iterator[Finding]:
    """Counts that the timing summary prints as seconds."""
    for timing_key, figure in _keys(case):
        if timing_key.basis == "count":
            yield Finding(
                rule="counts_as_seconds",
                severity="warning",
                line=figure.line,
                claimed=f"{timing_key.name} {figure.text or figure.value} among seconds",
                follows=f"a count of {figure.value:,.0f}, no time",
            )


def phases_beyond_whole(case: Case) -> Iterator[Finding]:
    """Phases that add up to more than the run, or a single key above it."""
    if case.wall is None or case.record.workers != 1:
        return
    sums = [phase for phase in case.record.phases if phase.basis == "sum"]
    covered = max(
        sum(timing.self_seconds for timing in sums), max((timing.total_seconds for timing in sums), default=0.0)
    )
    if covered > case.wall * 1.001 + ROUNDING_SECONDS:
        yield Finding(
            rule="phases_beyond_whole",
            severity="error",
            line=min((figure.line for timing_key, figure in _keys(case) if timing_key.basis == "sum"), default=None),
            claimed=f"phases of {covered:,.3f} s",
            follows=f"the whole run took {case.wall:,.3f} s: {covered - case.wall:,.3f} s too many",
        )
    for timing_key, figure in _keys(case):
        if (
            timing_key.basis == "last_task"
            and not timing_key.concurrent
            and figure.value > case.wall + ROUNDING_SECONDS
        ):
            yield Finding(
                rule="phases_beyond_whole",
                severity="error",
                line=figure.line,
                claimed=f"{timing_key.name} {figure.value:,.3f} s",
                follows=f"the whole run took {case.wall:,.3f} s",
            )


def parts_and_phase(case: Case) -> Iterator[Finding]:
    """Phases whose parts, with the phase's own seconds, do not add up to it; parts measured in the same way only."""
    known = {phase.path: phase for phase in case.record.phases}
    parts = {phase.path: [phase.self_seconds] for phase in case.record.phases}
    for phase in case.record.phases:
        around = [phase.path[:end] for end in range(len(phase.path) - 1, 0, -1) if phase.path[:end] in known]
        if same := [path for path in around if known[path].basis == phase.basis]:
            parts[same[0]].append(phase.total_seconds)
    lines = {timing_key.path: figure.line for timing_key, figure in _keys(case)}
    for path, seconds in parts.items():
        whole, within = known[path].total_seconds, sum(seconds)
        if abs(within - whole) > whole * 0.001 + ROUNDING_SECONDS + 0.0005 * len(seconds):
            yield Finding(
                rule="parts_and_phase",
                severity="error",
                line=lines.get(path),
                claimed=f"{'/'.join(path)} {whole:,.3f} s",
                follows=f"its own seconds and its {len(seconds) - 1} parts add up to {within:,.3f} s",
            )


def tasks_beyond_whole(case: Case) -> Iterator[Finding]:
    """Tasks that add up to more than a run that did one after the other."""
    spent = sum(task.seconds or 0.0 for task in case.record.tasks)
    if case.wall is None or case.record.workers != 1 or spent <= case.wall * 1.02 + 1.0:
        return
    yield Finding(
        rule="tasks_beyond_whole",
        severity="warning",
        claimed=f"{len(case.record.tasks):,} tasks of {spent:,.3f} s together",
        follows=f"the whole run took {case.wall:,.3f} s: they overlapped, or one of the figures is wrong",
    )


def phases_below_whole(case: Case) -> Iterator[Finding]:
    """What no trustworthy key covers: unaccounted."""
    if case.wall is None or case.log is None or not case.log.keys:
        return
    rest = case.wall - sum(phase.self_seconds for phase in case.record.phases if phase.basis == "sum")
    if rest > REST_SHARE * case.wall + ROUNDING_SECONDS:
        whole = case.log.wall_figure
        yield Finding(
            rule="phases_below_whole",
            severity="note",
            line=whole.line if whole else None,
            claimed=f"a run of {case.wall:,.3f} s and its timing keys",
            follows=f"{rest:,.3f} s ({rest / case.wall:.1%}) are covered by no key that is a sum: unaccounted",
        )


def residual_as_category(case: Case) -> Iterator[Finding]:
    """A line for what was left over, listed as if it had been timed: by its name, or by what it adds up to."""
    log = case.log
    for residual in (*log.residuals, *_left_over(case)) if log else ():
        listed = [figure.value for name, figure in log.keys.items() if name != WHOLE] if log else []
        listed += [other.seconds for other in log.listed if other is not residual] if log else []
        rest = (
            f": {case.wall:,.3f} s less the {len(listed)} lines listed leave {case.wall - sum(listed):,.3f} s"
            if (case.wall is not None and sum(listed) <= case.wall)
            else ""
        )
        yield Finding(
            rule="residual_as_category",
            severity="warning",
            line=residual.line,
            claimed=f"{residual.name}: {residual.seconds:,.3f} s"
            + (f" ({residual.share:.1%})" if residual.share else ""),
            follows="what no timer covered is unaccounted, not a category" + rest,
        )


def _left_over(case: Case) -> tuple[Listed, ...]:
    """The one line that names no key, where it is exactly what the keys leave of the whole."""
    log = case.log
    timed = [figure.value for name, figure in log.keys.items() if name != WHOLE] if log else []
    if log is None or case.wall is None or not timed or len(log.listed) != 1 or log.residuals:
        return ()
    distance = abs(case.wall - sum(timed) - log.listed[0].seconds)
    return tuple(log.listed) if distance <= ROUNDING_SECONDS else ()


def without_unit(case: Case) -> Iterator[Finding]:
    """Figures that do not say what they count."""
    log = case.log
    figures = [(name, figure) for name, figure in log.keys.items() if not figure.has_unit] if log else []
    if log and log.wall and not log.wall.has_unit:
        figures.append(("wall-clock", log.wall))
    if figures:
        yield Finding(
            rule="without_unit",
            severity="warning",
            line=figures[0][1].line,
            claimed=_several([f"{name} {figure.value:g}" for name, figure in figures]),
            follows="no unit stands beside them nor above; taken as seconds",
        )


def one_key_two_values(case: Case) -> Iterator[Finding]:
    """A key, or a figure of a cache, that the same log prints with two values."""
    for conflict in case.log.conflicts[:_NAMED_KEYS] if case.log else ():
        first, second = conflict.first, conflict.second
        yield Finding(
            rule="one_key_two_values",
            severity="error",
            line=second.line,
            claimed=f"{conflict.name} {second.value:,.10g}",
            follows=f"line {first.line:,} gives it as {first.value:,.10g}, which was taken",
        )


def wall_clocks_differ(case: Case) -> Iterator[Finding]:
    """Several statements of the wall-clock that are more than 1% apart."""
    log = case.log
    stated = [whole for whole in (log.keys.get(WHOLE), log.wall, log.final_seconds) if whole] if log else []
    for other in stated[1:]:
        if abs(other.value - stated[0].value) > 0.01 * max(other.value, stated[0].value) + ROUNDING_SECONDS:
            yield Finding(
                rule="wall_clocks_differ",
                severity="error",
                line=other.line,
                claimed=f"wall-clock {other.value:,.3f} s",
                follows=f"line {stated[0].line:,} says {stated[0].value:,.3f} s, which was taken",
            )


def arrivals_differ(case: Case) -> Iterator[Finding]:
    """A wall-clock that the moments of arrival contradict by more than 10%."""
    log = case.log
    if log is None or log.wall_figure is None or log.first_arrival is None or log.last_arrival is None:
        return
    span, figure = log.last_arrival - log.first_arrival, log.wall_figure
    if span > 1.1 * figure.value + 1.0:
        yield Finding(
            rule="arrivals_differ",
            severity="warning",
            line=figure.line,
            claimed=f"wall-clock {figure.value:,.3f} s",
            follows=f"its lines arrived over {span:,.3f} s",
        )


RULES: tuple[Rule, ...] = (
    *(last_task_as_total, concurrent_as_wall_clock, counts_as_seconds, phases_beyond_whole, phases_below_whole),
    *(parts_and_phase, tasks_beyond_whole),
    *(residual_as_category, without_unit, one_key_two_values, wall_clocks_differ, arrivals_differ),
)
