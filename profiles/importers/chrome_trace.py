"""Chrome's trace JSON: what viztracer, PyTorch's profiler, Perfetto and Quickwin's own export write.

Format: "Trace Event Format" of the Chromium project. Read are complete events (``X``) and pairs (``B`` and ``E``),
whose moments are microseconds; they nest by time within a thread. Counters, flows, marks and asynchronous events hold
no time of a function: how many there were is a loss. A trace that Quickwin exported is its run again: phases and tasks.
Any other is a profiled run, its wall-clock from the first event to the last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.importers._names import clean
from profiles.importers._profiles import stack_run
from profiles.importers._stacks import Frame, StackTree
from profiles.importers.base import (
    LARGEST,
    Importer,
    ImportProblem,
    Loss,
    Parsed,
    Source,
    count,
    counted,
    read_json,
    seconds,
)
from profiles.records import CATEGORIES, STATUSES, PhaseTiming, RunRecord, TaskRecord, merge_phases

NAME = "chrome-trace"
_MICROSECONDS = 1e-6
_RUN_ROW, _TASK_ROW = 1, 2
_QUICKWIN = "the order within a task, and gaps between tasks, are not recorded"

Thread = tuple[str, str]


def recognize(source: Source) -> float:
    head = source.head.lstrip()
    if head[:1] == "{" and b'"traceEvents"' in source.utf8:
        return 0.95
    return 0.9 if head[:1] == "[" and '"ph"' in head[:4096] and '"ts"' in source.head else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """A stretch of a thread, in microseconds of the trace's clock."""

    name: str
    begin: float
    end: float
    category: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Trace:
    """Spans by process and thread, names of threads, and what was not read."""

    spans: dict[Thread, list[_Span]] = field(default_factory=dict)
    names: dict[Thread, str] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    open_spans: dict[Thread, list[tuple[str, float]]] = field(default_factory=dict)

    def lose(self, reason: str) -> None:
        self.losses[reason] = self.losses.get(reason, 0) + 1

    def take(self, event: Any) -> None:
        if not isinstance(event, dict):
            self.lose("an event is no JSON object")
            return
        kind, thread = event.get("ph"), (str(event.get("pid", 0))[:40], str(event.get("tid", 0))[:40])
        if kind == "X":
            self._complete(event, thread)
        elif kind in ("B", "E"):
            self._pair(event, thread, kind)
        elif kind == "M":
            self._name(event, thread)
        else:
            self.lose("an event is a counter, mark, flow or asynchronous, which holds no time of a function")

    def _complete(self, event: dict[str, Any], thread: Thread) -> None:
        begin, spent = _moment(event.get("ts")), seconds(event.get("dur"))
        if begin is None or spent is None:
            self.lose("an event has no moment or no length that can be true")
            return
        args = event.get("args")
        span = _Span(
            name=_text(event.get("name")),
            begin=begin,
            end=begin + spent,
            category=_text(event.get("cat")),
            args=args if isinstance(args, dict) else {},
        )
        self.spans.setdefault(thread, []).append(span)

    def _pair(self, event: dict[str, Any], thread: Thread, kind: str) -> None:
        at, waiting = _moment(event.get("ts")), self.open_spans.setdefault(thread, [])
        if at is None:
            self.lose("an event has no moment or no length that can be true")
        elif kind == "B":
            waiting.append((_text(event.get("name")), at))
        elif waiting and at >= waiting[-1][1]:
            name, begin = waiting.pop()
            self.spans.setdefault(thread, []).append(_Span(name=name, begin=begin, end=at))
        else:
            self.lose("an event ends what never began, or before it began")

    def _name(self, event: dict[str, Any], thread: Thread) -> None:
        args = event.get("args")
        name = _text(args.get("name")) if isinstance(args, dict) else ""
        if event.get("name") == "thread_name" and name:
            self.names[thread] = name

    def named_losses(self) -> list[Loss]:
        unclosed = sum(len(waiting) for waiting in self.open_spans.values())
        if unclosed:
            self.losses["an event begins and never ends"] = unclosed
        return [Loss(reason=f"{reason} ({counted(times, 'time')})") for reason, times in self.losses.items()]


def parse(source: Source) -> Parsed:
    """The trace's run.

    Raises:
        ImportProblem: no JSON, or no event with a time.
    """
    plain, cut = _read(source)
    events = plain.get("traceEvents") if isinstance(plain, dict) else plain
    if not isinstance(events, list):
        raise ImportProblem("a Chrome trace has a list of traceEvents, and this has none")
    trace = _Trace()
    for event in events:
        trace.take(event)
    losses = [*cut, *trace.named_losses()]
    if not trace.spans:
        lost = losses[0].reason if losses else "it holds no event"
        raise ImportProblem(f"nothing of the trace could be read: {lost}")
    other = plain.get("otherData") if isinstance(plain, dict) else None
    if isinstance(other, dict) and _QUICKWIN in _text(other.get("note")):
        return _own_run(source.name, other, trace, losses)
    return _profile(source.name, trace, losses, is_whole=not cut)


def _read(source: Source) -> tuple[Any, list[Loss]]:
    """The JSON; the events of an array that was cut, which the format allows to be unclosed."""
    try:
        return read_json(source.text), []
    except ImportProblem:
        text, at, events = source.text, source.text.find("[") + 1, list[Any]()
        decode = json.JSONDecoder().raw_decode
        while at and (start := text.find("{", at)) >= 0:
            try:
                event, at = decode(text, start)
            except (ValueError, RecursionError):
                break
            events.append(event)
        if not events:
            raise
        closed = not text[at:].strip(" \r\n\t,")
        return events, [] if closed else [
            Loss(reason=f"the trace is cut; {len(events):,} events before that were read")
        ]


def _moment(value: object) -> float | None:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return float(number) if number is not None and abs(number) <= LARGEST else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _profile(name: str, trace: _Trace, losses: list[Loss], *, is_whole: bool) -> Parsed:
    tree, infos = StackTree(), dict[str, int]()
    for thread, spans in trace.spans.items():
        root = 0
        if len(trace.spans) > 1:
            title = trace.names.get(thread) or f"process {thread[0]}, thread {thread[1]}"
            root = tree.child(0, infos.setdefault(Frame(name=title).info, len(infos)))
        _nest(spans, tree, infos, root)
    every = [span for spans in trace.spans.values() for span in spans]
    wall = (max(span.end for span in every) - min(span.begin for span in every)) * _MICROSECONDS
    counts = {"events": len(every), "threads": len(trace.spans)}
    notes = ("from a tracer: its seconds are no evidence",)
    return stack_run(
        NAME, name, tree, list(infos), wall=wall if is_whole else None, losses=losses, counts=counts, notes=notes
    )


def _nest(spans: list[_Span], tree: StackTree, infos: dict[str, int], root: int) -> None:
    """Adds a thread's spans: each below the one that is open when it begins, its own time without those within it."""
    waiting: list[tuple[float, int]] = []
    for span in sorted(spans, key=lambda later: (later.begin, -later.end)):
        while waiting and waiting[-1][0] <= span.begin:
            waiting.pop()
        parent, end = (waiting[-1][1], min(span.end, waiting[-1][0])) if waiting else (root, span.end)
        node = tree.child(parent, infos.setdefault(_frame(span.name).info, len(infos)))
        spent = (end - span.begin) * _MICROSECONDS
        tree.add(node, spent)
        if waiting and node != parent:
            tree.add(parent, -spent)
        waiting.append((end, node))


def _frame(name: str) -> Frame:
    """``solve (/a/b.py:7)``, as viztracer names functions, or a name alone."""
    function, bracket, place = name.removesuffix(")").rpartition(" (")
    file, colon, line = place.rpartition(":")
    if name.endswith(")") and bracket and colon and line.isascii() and line.isdigit() and len(line) < 9:
        return Frame(name=function, file=file, line=int(line))
    return Frame(name=name)


def _own_run(name: str, other: Mapping[str, Any], trace: _Trace, losses: list[Loss]) -> Parsed:
    """The run that Quickwin exported; what the export does not hold (config, caches, machine) is unknown."""
    rows = {thread[1]: spans for thread, spans in trace.spans.items()}
    if not rows.get(str(_RUN_ROW)):
        raise ImportProblem("the trace is one that Quickwin exported, but its run is missing")
    whole, *phases = rows[str(_RUN_ROW)]
    key = other.get("run")
    status = whole.args.get("status")
    record = RunRecord(
        key=clean(key) if isinstance(key, str) and key else f"imported:{NAME}:{clean(name)}",
        label=clean(whole.name) or clean(name),
        source=f"imported:{NAME}",
        source_name=clean(name),
        status=status if status in STATUSES and status != "running" else "interrupted",
        wall_seconds=(whole.end - whole.begin) * _MICROSECONDS or None,
        phases=_phases(phases),
        tasks=tuple(_tasks(rows.get(str(_TASK_ROW), []))),
        notes=("read from a Chrome trace that Quickwin exported: config, caches and machine are not in it",),
    )
    return Parsed(runs=(record,), losses=tuple(losses))


def _phases(spans: Iterable[_Span]) -> tuple[PhaseTiming, ...]:
    """Spans as phases. Siblings follow each other and a parent begins with its first child, so they nest by time."""
    waiting: list[tuple[float, tuple[str, ...]]] = []
    phases = []
    for span in spans_in_order(spans):
        while waiting and waiting[-1][0] <= span.begin + _SLACK:
            waiting.pop()
        path = (*(waiting[-1][1] if waiting else ()), clean(span.name) or "(no name)")
        spent = (span.end - span.begin) * _MICROSECONDS
        own = seconds(span.args.get("self_seconds"))
        phases.append(
            PhaseTiming(
                path=path,
                category=span.category if span.category in CATEGORIES else "framework",
                total_seconds=spent,
                self_seconds=spent if own is None else own,
                calls=count(span.args.get("calls")) or 1,
            )
        )
        waiting.append((span.end, path))
    return merge_phases(phases)


#: Moments are sums of floats: what ends and what begins there may differ by this, in microseconds.
_SLACK = 1e-3


def spans_in_order(spans: Iterable[_Span]) -> list[_Span]:
    """By beginning, the longest first: a parent before the child that begins with it."""
    return sorted(spans, key=lambda span: (round(span.begin / _SLACK), -span.end))


def _tasks(spans: list[_Span]) -> Iterable[TaskRecord]:
    tasks = [span for span in spans if "status" in span.args]
    inner = spans_in_order(span for span in spans if "status" not in span.args)[::-1]
    for index, task in enumerate(tasks):
        within = []
        while inner and inner[-1].begin < task.end - _SLACK:
            within.append(inner.pop())
        status, solved = task.args.get("status"), task.args.get("solved")
        yield TaskRecord(
            task_id=clean(task.name) or f"task {index}",
            index=index,
            seconds=(task.end - task.begin) * _MICROSECONDS,
            status=status if status in STATUSES else "interrupted",
            solved=solved if isinstance(solved, bool) else None,
            errors=count(task.args.get("errors")) or 0,
            timeouts=count(task.args.get("timeouts")) or 0,
            phases=_phases(within),
        )


IMPORTER = Importer(
    name=NAME,
    title="Chrome trace JSON",
    description="Trace events of viztracer, PyTorch's profiler or Perfetto, or of Quickwin's own export.",
    recognize=recognize,
    parse=parse,
)
