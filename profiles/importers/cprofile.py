"""cProfile's ``.prof`` files: what ``Profile.dump_stats`` and ``python -m cProfile -o`` write.

A function profile is no tree of phases: it says per function how often it was called and how long it took, and a
function called from many places is in it once. So it becomes a run marked as profiled, whose wall-clock is the
sum of all functions' own seconds, without phases, and beside it the profile with a frame for each function. Numbers
under a profiler are never evidence: it slows calls down, some far more than others.
"""

from __future__ import annotations

from typing import Any

from profiles.importers._marshal import MarshalProblem, MarshalReader
from profiles.importers._names import clean
from profiles.importers._stacks import FunctionTiming, flat_session
from profiles.importers.base import (
    LARGEST,
    LOSSES_NAMED,
    Importer,
    ImportProblem,
    Loss,
    Parsed,
    Source,
    content_key,
    count,
    seconds,
)
from profiles.records import RunRecord

NAME = "cprofile"
#: A dict, with or without a reference to it, whose first key is a tuple of three; and an empty one.
_BEGINNINGS = tuple(
    first + second for first in (b"{", b"\xfb") for second in (b")\x03", b"\xa9\x03", b"(\x03\0\0\0", b"\xa8\x03\0\0\0")
)
_LIKE_BEGINNINGS = (b"\xfb)", b"\xfb\xa9", b"\xfb(", b"\xfb\xa8")
_EMPTY = (b"{0", b"\xfb0")
_WHERE_BUILT_IN = "~"
#: What a profiler that samples writes for calls: it did not count them.
_UNKNOWN_CALLS = -1


def recognize(source: Source) -> float:
    if source.data.startswith(_BEGINNINGS) or source.data in _EMPTY:
        return 0.95
    return 0.5 if source.data.startswith(_LIKE_BEGINNINGS) else 0.0


def parse(source: Source) -> Parsed:
    """The profile in a ``.prof`` file; an entry that can not be true, and what follows damage, is a loss.

    Raises:
        ImportProblem: not one function could be read.
    """
    functions, losses, is_whole = _read(source.data)
    if not functions:
        why = losses[0].reason if losses else "it holds no functions"
        raise ImportProblem(f"this is no cProfile file that can be read: {why}")
    return profiled_run(NAME, source.name, functions, losses, is_whole=is_whole)


def read_functions(data: bytes) -> tuple[list[FunctionTiming], list[Loss]]:
    """The functions of a marshalled pstats dict in the order of the file, and what was left out."""
    functions, losses, _ = _read(data)
    return functions, losses


def _read(data: bytes) -> tuple[list[FunctionTiming], list[Loss], bool]:
    functions: list[FunctionTiming] = []
    losses: list[Loss] = []
    bad = 0
    try:
        for key, value in MarshalReader(data).pairs():
            timing = _timing(key, value)
            if timing is None:
                bad += 1
            else:
                functions.append(timing)
    except MarshalProblem as problem:
        losses.append(Loss(reason=f"the file {problem}; {len(functions):,} functions before that were read"))
    if bad:
        losses.append(Loss(reason=f"{bad:,} entries are no timing of a function and were left out"))
    return functions, losses, not losses


def _timing(key: Any, value: Any) -> FunctionTiming | None:
    """``(file, line, name): (primitive calls, calls, own seconds, total seconds, callers)``, else None."""
    if not (isinstance(key, tuple) and len(key) == 3 and isinstance(value, tuple) and len(value) in (4, 5)):
        return None
    file, line, name = key
    own, total = seconds(value[2]), seconds(value[3])
    if not (isinstance(file, str) and isinstance(name, str)) or count(line) is None:
        return None
    if own is None or total is None or not all(_UNKNOWN_CALLS <= _whole(number) <= LARGEST for number in value[:2]):
        return None
    primitive, calls = count(value[0]), count(value[1])
    return FunctionTiming(
        name=name,
        file="" if file == _WHERE_BUILT_IN else file,
        line=line,
        calls=calls,
        primitive_calls=primitive,
        self_seconds=own,
        total_seconds=total,
    )


def _whole(value: Any) -> float:
    """A whole number; anything else is below all that can be a count."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -LARGEST


def profiled_run(
    form: str,
    name: str,
    functions: list[FunctionTiming],
    losses: list[Loss],
    *,
    wall: float | None = None,
    is_whole: bool = True,
    notes: tuple[str, ...] = (),
) -> Parsed:
    """A profiled run with its function profile; ``wall`` where more is known than the functions' own seconds.

    Where the profile is not ``is_whole``, what is left of it adds up to no wall-clock: the run has none.

    Raises:
        ImportProblem: the seconds add up to more than any run can take.
    """
    total = seconds(sum(function.self_seconds for function in functions) if wall is None else wall)
    if total is None:
        raise ImportProblem("the profile's seconds add up to more than any run can take")
    figures = sorted(
        (
            function.file,
            function.line,
            function.name,
            -1 if function.calls is None else function.calls,
            function.self_seconds,
            function.total_seconds,
        )
        for function in functions
    )
    counted = [function.calls for function in functions if function.calls is not None]
    counts = {"functions": len(functions)} | ({"calls": min(sum(counted), 2**53)} if counted else {})
    of_what = "wall-clock is the sum of all functions' own seconds under the profiler"
    what_is_left = f"what could be read adds up to {total:.3f} s, which is no wall-clock"
    record = RunRecord(
        key=content_key("profile", figures),
        label=clean(name),
        source=f"imported:{form}",
        source_name=clean(name),
        wall_seconds=total if is_whole else None,
        profiled=True,
        counts=counts,
        notes=(f"a profiled run: {of_what if is_whole else what_is_left}", *notes),
    )
    session = flat_session(functions, duration=total, target=name)
    return Parsed(runs=(record,), losses=tuple(losses[: LOSSES_NAMED + 1]), profiles=(session,))


IMPORTER = Importer(
    name=NAME,
    title="cProfile .prof",
    description="What cProfile's dump_stats writes: functions with calls, own and total seconds.",
    recognize=recognize,
    parse=parse,
    binary=True,
)
