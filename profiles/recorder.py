"""Where a pipeline's time goes: one file, standard library only. Copy it into any pipeline, on Kaggle too.

    with Recorder(journal="run.jsonl", wins=["vectorize"], cache_state="cold", workload="200,000 rows") as recorder:
        for task_id in tasks:
            with recorder.task(task_id) as task:
                with recorder.phase("score"):
                    with recorder.phase("compute", category="work"):
                        ...
                recorder.cache("validation").hit()
                recorder.count("candidates", 132)
                task.solved = True
        recorder.answers(answers)  # an object that JSON knows, bytes, or a path

Nothing has to be said: ``Recorder()`` takes journal, config and key from the environment variables
``QUICKWIN_JOURNAL``, ``QUICKWIN_CONFIG`` and ``QUICKWIN_RUN`` where a run of Quickwin gives them, and fills in machine,
Python, the packages that are loaded, the git state of the working folder and the peak memory by itself. ``finish``
gives the run as a dict.

Phases form a tree: a phase's total seconds include its children, its self seconds do not. The same name below
another parent is another phase. Entering and leaving one costs a fraction of a microsecond: each phase is one object
that is its own context manager. ``inline = recorder.phase("inline")`` may be taken once, before a hot loop, and
entered anywhere and recursively; it is fastest where it was taken, and it counts where it is entered.

Self seconds and what no phase covers add up to the wall-clock of a serial run. The recorder's own work at a task's
end (the journal, the callback) is covered by no phase.

A recorder belongs to the thread that made it and, while an asyncio loop runs there, to the first task that enters a
phase. Phases of other threads and asyncio tasks are told apart: they stand below the phase that was open at home when
they began, as worker-seconds (basis "workers"), which are no part of the wall-clock. Of several processes each has a
recorder of its own: ``merge`` puts their results together; ``Recorder(workers=n)`` and ``add_task`` collect the tasks
of n workers as they come in. Memory grows with tasks x distinct phases, unless ``keep_tasks=False`` lets finished tasks
go; beyond ``MAX_PHASES`` distinct phases new ones are gathered as "(more)".

The journal is JSON lines, each flushed when written: a header, one line per finished task, a final line.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from io import RawIOBase
from pathlib import Path
from threading import Lock, get_ident
from types import TracebackType
from typing import Any, TextIO

JOURNAL_FORMAT = "quickwin-journal"
JOURNAL_VERSION = 2
CATEGORIES = ("dsl", "work", "framework", "io", "unknown")
UNNAMED = "run"  # the label of a run that was given none
MAX_PHASES = 2_000
MAX_PROBLEMS = 5  # kept in words per task; all are counted
MAX_TEXT = 500
_STATUSES = ("finished", "running", "interrupted", "failed")  # of several, the last one named here stays

#: Given to a run's process by whoever starts it: where its journal goes, which wins are on, the run's key.
JOURNAL_VARIABLE, CONFIG_VARIABLE, RUN_VARIABLE = "QUICKWIN_JOURNAL", "QUICKWIN_CONFIG", "QUICKWIN_RUN"
#: Set to 1, every line of the journal goes to standard output too, so that any log of the run brings it home.
ECHO_VARIABLE = "QUICKWIN_ECHO"
ECHO_PREFIX = "@quickwin"
ECHO_BYTES = 4_000  # a pipe takes so much in one piece, so that no other process writes in between
_GIT_SECONDS = 2.0

Json = dict[str, Any]
_modules = sys.modules


class Phase:
    """One phase at one place of the tree, and the context manager that times it."""

    __slots__ = (
        *("_clock", "_handle", "_recorder"),
        *("calls", "category", "children", "own", "parent", "path", "start", "total"),
    )

    def __init__(self, recorder: Recorder, parent: Phase | None, name: str, category: str) -> None:
        self._recorder, self._clock, self._handle = recorder, recorder._clock, self
        self.parent, self.category = parent, category
        self.path: tuple[str, ...] = () if parent is None else (*parent.path, name)
        self.children: dict[str, Phase] = {}
        self.start = self.total = self.own = 0.0
        self.calls = 0

    def __enter__(self) -> Phase:
        recorder = self._recorder
        if get_ident() == recorder._thread and ("asyncio" not in _modules or recorder._is_home()):
            if recorder._current is self.parent:
                recorder._current = self
                self.start = self._clock()
                return self
            return self._enter_elsewhere()
        recorder._enter_aside(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        end = self._clock()
        recorder = self._recorder
        # Where no other thread or asyncio task has a phase open, who leaves this one can only be at home.
        if not recorder._aside or recorder._here():
            if recorder._current is self:
                if end > self.start:  # a clock that went back costs this phase only
                    self.total += end - self.start
                self.calls += 1
                # Only the root has no parent, and it is not left.
                recorder._current = self.parent  # type: ignore[assignment]
            else:
                recorder._leave(self, end)
        else:
            recorder._leave_aside(self, end)

    def add(self, seconds: float, calls: int = 1) -> None:
        """Adds calls that were timed elsewhere, in a loop where every entering counts, within the phase around them."""
        if seconds > 0.0:
            self.total += seconds
        self.calls += calls

    def _enter_elsewhere(self) -> Phase:
        """Enters the phase of this name below the phase that is open now; leaving this one will leave that one."""
        node = self._recorder.phase(self.path[-1], self.category)
        node._handle = self
        self._recorder._current = node
        node.start = self._clock()
        return node

    def _close(self, end: float) -> Phase | None:
        self.total += max(end - self.start, 0.0)
        self.calls += 1
        self._handle = self
        return self.parent


class Cache:
    """Hits and misses of one cache; may be taken once and used everywhere. ``entries`` is its size, None unknown."""

    __slots__ = ("_told", "entries", "hit_sum", "hits", "hits_timed", "miss_sum", "misses", "misses_timed", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: int | None = None
        self._told: int | None = None
        self._reset()

    def hit(self, n: int = 1, *, seconds: float | None = None) -> None:
        """Counts ``n`` hits, which took ``seconds`` each where that was measured."""
        self.hits += n
        if seconds is not None:
            self.hits_timed += n
            self.hit_sum += n * seconds

    def miss(self, seconds: float | None = None, *, n: int = 1) -> None:
        """Counts ``n`` misses, which cost ``seconds`` each where that was measured."""
        self.misses += n
        if seconds is not None:
            self.misses_timed += n
            self.miss_sum += n * seconds

    def _reset(self) -> None:
        self.hits = self.misses = self.hits_timed = self.misses_timed = 0
        self.hit_sum = self.miss_sum = 0.0

    def _take(self) -> Json:
        """What was counted since the last time, as JSON; seconds are means per hit and per miss."""
        taken = {
            "name": self.name,
            "hits": int(self.hits),
            "misses": int(self.misses),
            "entries": None if self.entries is None else int(self.entries),
            "miss_seconds": self.miss_sum / self.misses_timed if self.misses_timed else None,
            "hit_seconds": self.hit_sum / self.hits_timed if self.hits_timed else None,
            "misses_timed": int(self.misses_timed),
            "hits_timed": int(self.hits_timed),
        }
        self._told = self.entries
        self._reset()
        return taken


class Task:
    """One task while it runs. Set ``solved``; an exception that leaves it makes it failed, and goes on its way."""

    __slots__ = ("_base", "_recorder", "errors", "index", "reason", "solved", "start", "status", "task_id", "timeouts")

    def __init__(self, recorder: Recorder, task_id: str, index: int | None) -> None:
        self._recorder, self.task_id, self.index = recorder, task_id, index
        self._base, self.start = recorder._root, 0.0
        self.solved: bool | None = None
        self.reason: str | None = None
        self.status = "finished"
        self.errors = self.timeouts = 0

    def fail(self, reason: str) -> None:
        """Marks the task as failed, for example because its worker had to be killed."""
        self.status, self.reason = "failed", reason[:MAX_TEXT]

    def __enter__(self) -> Task:
        self._recorder._begin(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            self.fail(_describe(error))
            if not isinstance(error, Exception):
                self.status = "interrupted"
        self._recorder._end(self)


class _Aside:
    """One phase that is open in another thread or asyncio task."""

    __slots__ = ("category", "children", "handle", "is_lap", "path", "start")

    def __init__(self, handle: Phase, path: tuple[str, ...], start: float, is_lap: bool) -> None:
        self.handle, self.path, self.category, self.start, self.is_lap = handle, path, handle.category, start, is_lap
        self.children = 0.0


class Recorder:
    """Records one run of one worker. Every argument may be left out.

    Args:
        clock: gives seconds; monotonic.
        journal: a path to append to, or an open text file; by default the path in ``QUICKWIN_JOURNAL``, if any.
        name: the run's label.
        wins: the names of the wins that are on, or one name; by default what ``QUICKWIN_CONFIG`` says, if anything.
        cache_state: ``cold`` or ``warm``: whether persistent caches were empty or primed.
        workload: what the run runs on, in plain words; runs are compared where these are the same.
        pipeline: the name of the program that is recorded.
        key: identifies the run for good; by default ``QUICKWIN_RUN``, or a random one.
        metadata: anything JSON knows; written into the journal's header and into the result. Fields that a run has
            (config, cache_state, workload, environment ...) are read back as such.
        on_task: called with each finished task's dict, outside of any task.
        workers: how many workers' tasks are added here at the same time; above 1 phases are worker-seconds.
        cpu_clock: gives CPU seconds of this process and of its finished children.
        keep_tasks: False lets finished tasks go once the journal has them; ``finish`` then gives none.
        echo: True writes the journal's lines to standard output too, each behind ``ECHO_PREFIX``; by default what
            ``QUICKWIN_ECHO`` says.
        category: what a phase is that is given none; of unknown kind it is framework where some phase of the run is
            work, and else no overhead is told.

    Raises:
        TypeError: an argument is of a type that can not be meant; the sentence says which would be.
        ValueError: a cache state of another name.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        journal: str | os.PathLike[str] | TextIO | None = None,
        name: str = UNNAMED,
        *,
        wins: Iterable[str] | None = None,
        cache_state: str | None = None,
        workload: str | None = None,
        pipeline: str | None = None,
        key: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_task: Callable[[Json], object] | None = None,
        workers: int = 1,
        cpu_clock: Callable[[], float] | None = None,
        keep_tasks: bool = True,
        echo: bool | None = None,
        category: str = "unknown",
    ) -> None:
        _check("clock", clock, callable(clock), "a function that gives seconds; the journal is journal=...")
        _check_category("the recorder", category)
        self._clock, self._cpu_clock, self._category = clock, cpu_clock or _cpu_seconds, category
        self._on_task, self._basis = on_task, "sum" if workers == 1 else "workers"
        self._current = self._root = Phase(self, None, "", "framework")
        self._phases: list[Phase] = []  # parents before their children
        self._thread, self._home_task = get_ident(), None
        self._aside: dict[object, list[_Aside]] = {}
        self._aside_phases: dict[tuple[str, ...], Json] = {}
        self._lock, self._laps = Lock(), set[Phase]()
        self._caches: dict[str, Cache] = {}
        self._task: Task | None = None
        self._counts: dict[str, int] = defaultdict(int)
        self._problems: list[Json] = []
        self._tasks, self._keep_tasks, self._task_count = list[Json](), keep_tasks, 0
        self._totals, self._parts = Totals(), list[Json]()  # parts wait to be added up
        self._between: list[Json] = []  # what was recorded outside of tasks since the last one
        self._notes: dict[str, None] = {}
        self._answers: Any = None
        self._result: Json | None = None
        stated = {"config": _names(wins), "cache_state": _state(cache_state), "workload": _workload(workload)}
        self._head: Json = {
            "environment": None if metadata and "environment" in metadata else environment(),
            **{name: value for name, value in {**stated, "pipeline": pipeline}.items() if value is not None},
            **_read_metadata(metadata or {}),
            "key": key or os.environ.get(RUN_VARIABLE) or os.urandom(16).hex(),
            "label": name,
            "started_at": datetime.now(timezone.utc).isoformat(),  # noqa: UP017  # datetime.UTC needs Python 3.11
            "workers": workers,
            "pid": os.getpid(),
        }
        is_echoed = os.environ.get(ECHO_VARIABLE) == "1" if echo is None else echo
        target = journal if journal is not None else os.environ.get(JOURNAL_VARIABLE) or None
        self._journal = _Journal(target, Echo(self._head["key"]) if is_echoed else None)
        self._journal.write({"type": "header", "format": JOURNAL_FORMAT, "version": JOURNAL_VERSION, **self._head})
        self._cpu_start, self._start = self._cpu_clock(), clock()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.finish()
        else:
            status = "failed" if isinstance(error, Exception) else "interrupted"
            self.finish(status, notes=[f"the run ended by {_describe(error)}"])

    # What the pipeline calls

    def phase(self, name: str, category: str | None = None) -> Phase:
        """The phase ``name`` below the one that is open now, to be entered by ``with``.

        ``category`` is work (what the pipeline is for; dsl in the ARC pipeline), framework (what surrounds it) or io;
        the first call at a place decides, and another one is noted.

        Raises:
            ValueError: an empty name or an unknown category.
        """
        try:
            node = self._current.children[name]
        except (KeyError, TypeError):
            return self._new_phase(name, category)
        if category is not None and category != node.category:
            self._note_category(node, category)
        return node

    def lap(self, name: str | None = None, category: str | None = None) -> None:
        """Begins the phase ``name`` here and ends the lap before it, for code that has no block to put into ``with``.

        Without a name it only ends the lap. A lap also ends with the phase or task around it.

        Raises:
            ValueError: an empty name or an unknown category.
        """
        if not self._here():
            self._lap_aside(name, category)
            return
        if self._current in self._laps:
            self._laps.discard(self._current)
            self._current.__exit__(None, None, None)
        if name is not None:
            node = self.phase(name, category)
            self._laps.add(node)
            node.__enter__()

    def answers(self, value: object) -> None:
        """What the run came to, so that runs can be checked against each other; called again, it adds to it.

        Args:
            value: an object that JSON knows (order of dicts and sets does not matter), bytes, or a ``Path`` of a file
                or folder whose contents are the answer. Text is itself, never a path.

        Raises:
            OSError: the file can not be read.
        """
        digest = self._answers = self._answers or hashlib.sha256()
        for part in _answer_parts(value):
            digest.update(len(part).to_bytes(8, "big") + part)

    def task(self, task_id: str, index: int | None = None) -> Task:
        """A task, to be entered by ``with``. ``index`` is its place in the run; by default, one after the other.

        Raises:
            RuntimeError: on entering, when another task is open. Tasks do not nest.
        """
        return Task(self, str(task_id), index)

    def cache(self, name: str) -> Cache:
        """The counters of the cache ``name``."""
        known = self._caches.get(name)
        if known is None:
            known = self._caches[name] = Cache(name)
        return known

    def count(self, name: str, n: int = 1) -> None:
        """Adds ``n`` to a count of the open task, or of the run when none is open."""
        self._counts[name] += n

    def error(self, kind: str = "error", detail: object = None) -> None:
        """Counts an error of the open task, by its kind too; the kind "timeout" is counted as a timeout instead.

        Outside of tasks these are the counts "run.errors" and "run.timeouts". The first few details are kept in words.
        """
        what = "timeouts" if kind == "timeout" else "errors"
        if self._task is None:
            self.count(f"run.{what}")
        else:
            setattr(self._task, what, getattr(self._task, what) + 1)
        if what == "errors" and kind != "error":
            self.count(f"errors.{kind}")
        if detail is not None and len(self._problems) < MAX_PROBLEMS:
            self._problems.append({"kind": kind, "detail": str(detail)[:MAX_TEXT]})

    def timeout(self, detail: object = None) -> None:
        """Counts a timeout of the open task."""
        self.error("timeout", detail)

    def add_task(self, task: Mapping[str, Any], line: str | None = None) -> None:
        """Adds a task that another worker recorded (its ``on_task`` dict), or one whose worker died: then
        ``{"task_id": ..., "seconds": ..., "status": "failed", "reason": ...}`` will do. Do not time the waiting for a
        worker in a phase as well: its seconds would count twice.

        ``line`` is what that worker's journal has of it, where the task is what ``read_task`` made of it: it need not
        be encoded a second time.

        Raises:
            RuntimeError: a task of this recorder is open.
        """
        if self._task is not None:
            raise RuntimeError(f"add_task within task {self._task.task_id!r}: tasks do not nest")
        now = self._clock()
        self._fold_between(now)
        full = {**_NO_TASK, **task}
        full["start_seconds"] = max(now - self._start - (full["seconds"] or 0.0), 0.0)  # the worker's clock is another
        full["index"] = self._task_count if full["index"] is None else full["index"]
        if self._basis != "sum":
            full["phases"] = [{**phase, "basis": self._basis} for phase in full["phases"]]
        self._keep(full, line)

    def finish(self, status: str = "finished", **fields: Any) -> Json:
        """Ends the run, closes the journal and gives the run as a plain dict, ready for JSON.

        ``fields`` are what is known only now, for example ``results_fingerprint``. A second call changes nothing.
        """
        if self._result is not None:
            return self._result
        now = self._clock()
        self._parts += [self._fold(now), *self._between]
        self._add_up()
        end = {
            "status": status,
            "wall_seconds": max(now - self._start, 0.0),
            "cpu_seconds": max(self._cpu_clock() - self._cpu_start, 0.0),
            "peak_bytes": _peak_bytes(),
            **({"results_fingerprint": self._answers.hexdigest()[:16]} if self._answers else {}),
            **({"environment": {**self._head["environment"], "packages": _packages()}} if self._owns_place() else {}),
            **self._totals.take(),
            **{name: value for name, value in fields.items() if name != "notes"},
            "notes": [*self._head.get("notes", ()), *fields.get("notes", ()), *self._notes, *self._journal.notes],
        }
        brief = {"type": "end", "task_count": self._task_count, **end, "phases": _brief(end["phases"], self._basis)}
        self._journal.write(brief)
        self._journal.close()
        self._result = _plain({"source": "measured", **self._head, **end}) | {"tasks": self._tasks}
        return self._result

    # What phases and tasks call

    def _owns_place(self) -> bool:
        place = self._head["environment"]
        return isinstance(place, dict) and not place.get("packages")

    def _is_home(self) -> bool:
        """Whether the code that runs belongs to the recorder's own asyncio task, or to none; asked in its thread."""
        asyncio = _modules["asyncio"]
        if asyncio._get_running_loop() is None:
            return True
        task, home = asyncio.current_task(), self._home_task
        if home is task:
            return True
        if home is None or home.done():
            self._home_task = task
            return True
        return False

    def _here(self) -> bool:
        return get_ident() == self._thread and ("asyncio" not in _modules or self._is_home())

    def _stack(self) -> list[_Aside]:
        """The phases that are open in the thread or asyncio task that asks, the innermost last."""
        asyncio = _modules.get("asyncio")
        task = asyncio.current_task() if asyncio is not None and asyncio._get_running_loop() is not None else None
        return self._aside.setdefault(task or get_ident(), [])

    def _enter_aside(self, handle: Phase, is_lap: bool = False) -> None:
        stack = self._stack()
        outer = stack[-1].path if stack else self._current.path
        stack.append(_Aside(handle, (*outer, handle.path[-1]), self._clock(), is_lap))

    def _leave_aside(self, handle: Phase, end: float) -> None:
        stack = self._stack()
        while any(open_phase.handle is handle for open_phase in stack):
            left = stack.pop()
            self._add_aside(left, max(end - left.start, 0.0), stack)
            if left.handle is handle:
                break
        if not stack:
            self._aside = {key: others for key, others in list(self._aside.items()) if others}

    def _add_aside(self, left: _Aside, seconds: float, outer: list[_Aside]) -> None:
        if outer:
            outer[-1].children += seconds
        with self._lock:
            known = self._aside_phases.get(left.path)
            if known is None:
                known = self._aside_phases[left.path] = _phase(left.path, left.category, 0.0, 0.0, 0, "workers")
            known["total_seconds"] += seconds
            known["self_seconds"] += max(seconds - left.children, 0.0)
            known["calls"] += 1

    def _lap_aside(self, name: str | None, category: str | None) -> None:
        stack = self._stack()
        if stack and stack[-1].is_lap:
            self._leave_aside(stack[-1].handle, self._clock())
        if name is not None:
            self._enter_aside(self.phase(name, category), is_lap=True)

    def _note_category(self, node: Phase, category: str) -> None:
        _check_category(node.path[-1], category)
        if self._here():
            name = "/".join(node.path)
            note = f"phase {name!r} was given a second category, {category}: the first, {node.category}, stands"
            self._notes[note] = None

    def _new_phase(self, name: str, category: str | None) -> Phase:
        if not isinstance(name, str) or not name:
            raise ValueError(f"a phase needs a name, got {name!r}")
        category = self._category if category is None else category
        _check_category(name, category)
        parent = self._current
        if len(self._phases) >= MAX_PHASES:
            name = f"(more {category})"
            if name in parent.children:
                return parent.children[name]
        node = parent.children[name] = Phase(self, parent, name, category)
        self._phases.append(node)
        return node

    def _leave(self, handle: Phase, end: float) -> None:
        """Closes the phase that was entered through ``handle``, and those left open above it."""
        node: Phase | None = self._current
        while node is not None and node._handle is not handle:
            node = node.parent
        if node is not None and node is not self._root:
            self._close_down_to(node.parent, end)

    def _close_down_to(self, base: Phase | None, end: float) -> None:
        while self._current is not base and self._current.parent is not None:
            self._laps.discard(self._current)
            self._current = self._current._close(end) or self._root

    def _begin(self, task: Task) -> None:
        if self._task is not None:
            raise RuntimeError(
                f"task {task.task_id!r} began within task {self._task.task_id!r}: tasks do not nest; phases do, and "
                "tasks that run at the same time need a recorder each (merge puts them together)"
            )
        now = self._clock()
        self._fold_between(now)
        self._task, task._base, task.start = task, self._current, now

    def _end(self, task: Task) -> None:
        now = self._clock()
        if self._result is not None or self._task is not task:
            return
        self._close_down_to(task._base, now)
        self._task = None
        self._keep(
            {
                "task_id": task.task_id,
                "index": self._task_count if task.index is None else int(task.index),
                "start_seconds": max(task.start - self._start, 0.0),
                "seconds": max(now - task.start, 0.0),
                "solved": None if task.solved is None else bool(task.solved),
                "status": task.status,
                "errors": task.errors,
                "timeouts": task.timeouts,
                "reason": task.reason,
                **self._fold(now),
            }
        )

    def _keep(self, task: Json, line: str | None = None) -> None:
        between, self._between = self._between, []
        self._parts += [*between, task]
        self._task_count += 1
        if self._keep_tasks:
            self._tasks.append(task)
        else:
            self._add_up()
        if self._journal.is_open:
            self._journal.write_text(self._line(task, between) if between or line is None else _started(line, task))
        if self._on_task is not None:
            self._on_task(task)

    def _line(self, task: Json, between: list[Json]) -> str:
        """The task as the journal has it; its start stands last, where ``_started`` finds it."""
        line = {"type": "task", **task, "phases": _brief(task["phases"], self._basis)}
        if between:
            outside = _sum(between)
            line["between"] = {**outside, "phases": _brief(outside["phases"], self._basis)}
        line["start_seconds"] = line.pop("start_seconds")
        return to_json(line)

    def _add_up(self) -> None:
        for part in self._parts:
            self._totals.add(part)
        self._parts.clear()

    def _fold_between(self, now: float) -> None:
        part = self._fold(now)
        if any(part.values()):
            self._between.append(part)

    def _fold(self, now: float) -> Json:
        """Takes everything recorded since the last fold out of the counters; open phases are split at ``now``."""
        node = self._current
        while node.parent is not None:
            node.total += max(now - node.start, 0.0)
            node.start = now
            node = node.parent
        used = [node for node in self._phases if node.calls or node.total]
        caches = [
            cache for cache in self._caches.values() if cache.hits or cache.misses or cache.entries != cache._told
        ]
        return {
            "phases": self._take_phases(used) if used or self._aside_phases else [],
            "counts": self._take_counts() if self._counts else {},
            "caches": [cache._take() for cache in caches] if caches else [],
            "problems": self._take_problems() if self._problems else [],
        }

    def _take_counts(self) -> dict[str, int]:
        counts, self._counts = self._counts, defaultdict(int)
        return {str(name): int(n) for name, n in counts.items()}

    def _take_problems(self) -> list[Json]:
        problems, self._problems = self._problems, []
        return problems

    def _take_phases(self, used: list[Phase]) -> list[Json]:
        for node in used:
            node.own += node.total
            node.parent.own -= node.total  # type: ignore[union-attr]  # only the root has none, and it is not listed
        basis, phases = self._basis, list[Json]()
        for node in used:
            own = node.own if node.own > 0.0 else 0.0  # rounding may leave less than nothing of its own
            phases.append(_phase(node.path, node.category, node.total, own, node.calls, basis))
            node.total = node.own = 0.0
            node.calls = 0
        if self._aside_phases:
            with self._lock:
                aside, self._aside_phases = self._aside_phases, {}
            phases += aside.values()
        return phases


class NullRecorder(Recorder):
    """The same interface that records nothing: what recording costs is the difference to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(name=kwargs.get("name", UNNAMED), metadata={"environment": None})
        self._nothing = _NullPhase(self, self._root, "nothing", "framework")
        self._no_cache = _NullCache("nothing")

    def phase(self, name: str, category: str | None = None) -> Phase:
        return self._nothing

    def lap(self, name: str | None = None, category: str | None = None) -> None:
        pass

    def answers(self, value: object) -> None:
        pass

    def task(self, task_id: str, index: int | None = None) -> Task:
        return _NullTask(self, task_id, index)

    def cache(self, name: str) -> Cache:
        return self._no_cache

    def count(self, name: str, n: int = 1) -> None:
        pass

    def error(self, kind: str = "error", detail: object = None) -> None:
        pass

    def add_task(self, task: Mapping[str, Any], line: str | None = None) -> None:
        pass

    def finish(self, status: str = "finished", **fields: Any) -> Json:
        return {"key": self._head["key"], "label": self._head["label"], "status": status}


class _NullPhase(Phase):
    __slots__ = ()

    def add(self, seconds: float, calls: int = 1) -> None:
        pass

    def __enter__(self) -> Phase:
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        pass


class _NullCache(Cache):
    __slots__ = ()

    def hit(self, n: int = 1, *, seconds: float | None = None) -> None:
        pass

    def miss(self, seconds: float | None = None, *, n: int = 1) -> None:
        pass


class _NullTask(Task):
    __slots__ = ()

    def __enter__(self) -> Task:
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        pass


def merge(results: Iterable[Mapping[str, Any]], *, key: str | None = None, name: str | None = None) -> Json:
    """Several workers' results of ``finish`` as one run: phases by path, caches and counts by name, all tasks.

    The wall-clock goes from the first start to the last end. Of more than one worker phases become worker-seconds
    (basis "workers"). A cache's ``entries`` are those of the largest part, since workers may share it. Tasks keep their
    index where all differ; else they are numbered by start.

    Raises:
        ValueError: no results.
    """
    parts = list(results)
    if not parts:
        raise ValueError("merge needs at least one result of Recorder.finish, got none")
    workers = sum(part.get("workers", 1) for part in parts)
    merged = {**parts[0], **_sum(parts), **_span(parts), "workers": workers}
    merged["phases"] = _rebase(merged["phases"], workers)
    merged["tasks"] = [{**task, "phases": _rebase(task["phases"], workers)} for task in _number_tasks(parts)]
    merged["status"] = max((part.get("status", "finished") for part in parts), key=_STATUSES.index)
    merged["notes"] = list(dict.fromkeys(note for part in parts for note in part.get("notes", ())))
    return {**merged, "key": key or merged["key"], "label": name or merged["label"]}


def _span(parts: list[Mapping[str, Any]]) -> Json:
    """``started_at``, ``wall_seconds`` and ``cpu_seconds`` of several results together."""
    starts = [datetime.fromisoformat(part["started_at"]) for part in parts]
    ends = [start + timedelta(seconds=part["wall_seconds"]) for start, part in zip(starts, parts)]  # noqa: B905  # strict needs Python 3.10
    wall = parts[0]["wall_seconds"] if len(parts) == 1 else (max(ends) - min(starts)).total_seconds()
    cpu = sum(part["cpu_seconds"] for part in parts)
    return {"started_at": min(starts).isoformat(), "wall_seconds": wall, "cpu_seconds": cpu}


def _number_tasks(parts: list[Mapping[str, Any]]) -> list[Json]:
    placed = [
        (datetime.fromisoformat(part["started_at"]) + timedelta(seconds=task.get("start_seconds") or 0.0), task)
        for part in parts
        for task in part["tasks"]
    ]
    if len({task["index"] for _, task in placed}) == len(placed):
        return sorted((task for _, task in placed), key=lambda task: int(task["index"]))
    placed.sort(key=lambda row: row[0])
    return [{**task, "index": index} for index, (_, task) in enumerate(placed)]


def _rebase(phases: list[Json], workers: int) -> list[Json]:
    return phases if workers == 1 else [{**phase, "basis": "workers"} for phase in phases]


class Totals:
    """Phases by path, counts and caches by name, added up in order of first appearance."""

    def __init__(self) -> None:
        self._phases: dict[tuple[str, ...], Json] = {}
        self._counts: dict[str, int] = {}
        self._caches: dict[str, Json] = {}
        self._problems: list[Json] = []

    def add(self, part: Mapping[str, Any]) -> None:
        phases = self._phases
        for phase in part.get("phases", ()):
            place = (*phase["path"], phase["category"], phase.get("basis", "sum"))
            total = phases.get(place)
            if total is None:
                phases[place] = dict(phase)  # a copy: what follows is added to it
            else:
                total["total_seconds"] += phase["total_seconds"]
                total["self_seconds"] += phase["self_seconds"]
                total["calls"] += phase["calls"]
        for name, n in part.get("counts", {}).items():
            self._counts[name] = self._counts.get(name, 0) + n
        for cache in part.get("caches", ()):
            known = self._caches.setdefault(cache["name"], cache)
            if known is not cache:
                self._caches[cache["name"]] = _add_cache(known, cache)
        if part.get("problems"):
            self._problems = [*self._problems, *part["problems"]][:MAX_PROBLEMS]

    def take(self) -> Json:
        """What was added since the last time."""
        taken = {
            "phases": list(self._phases.values()),
            "counts": self._counts,
            "caches": list(self._caches.values()),
            "problems": self._problems,
        }
        self.__init__()  # type: ignore[misc]
        return taken


def _sum(parts: Iterable[Mapping[str, Any]]) -> Json:
    totals = Totals()
    for part in parts:
        totals.add(part)
    return totals.take()


def _add_cache(json: Json, two: Json) -> Json:
    sizes = [cache["entries"] for cache in (json, two) if cache.get("entries") is not None]
    added: Json = {"name": json["name"], "entries": max(sizes, default=None)}
    for lookups, seconds in (("hits", "hit_seconds"), ("misses", "miss_seconds")):
        added[lookups] = json[lookups] + two[lookups]
        timed = [(cache[f"{lookups}_timed"], cache[seconds]) for cache in (json, two) if cache.get(f"{lookups}_timed")]
        n = added[f"{lookups}_timed"] = sum(n for n, _ in timed)
        added[seconds] = sum(n * mean for n, mean in timed) / n if n else None
    return added


class Echo:
    """Writes lines to standard output so that they are found again in any log: prefix, run, number, part, checksum.

    A newline goes before each, since another process may have left one unfinished; a line longer than ``ECHO_BYTES``
    goes in numbered parts; ``profiles.journal.echoed`` puts them together again.
    """

    def __init__(self, run: str, lines: int = 0) -> None:
        """``lines`` were written before; those that follow are numbered behind them."""
        self._run, self._number = run[:16], lines

    def write(self, text: str) -> None:
        """Writes one line; a standard output that is closed is left."""
        self._number += 1
        size = ECHO_BYTES - 80
        parts = [text[at : at + size] for at in range(0, len(text), size)] or [""]
        for part, piece in enumerate(parts, 1):
            head = f"{ECHO_PREFIX} {self._run} {self._number} {part}/{len(parts)} {zlib.crc32(piece.encode()):08x}"
            _write_out(f"\n{head} {piece}\n")


def _write_out(text: str) -> None:
    """One piece in one call; a notebook's standard output is no file, and takes it as text."""
    try:
        if sys.stdout is sys.__stdout__ and sys.stdout is not None:
            sys.stdout.flush()
            os.write(sys.stdout.fileno(), text.encode())
        elif sys.stdout is not None:
            sys.stdout.write(text)
            sys.stdout.flush()
    except (OSError, ValueError):
        pass


class _Journal:
    """Appends JSON lines to a file, each flushed; a file that fails is left, with a note, and the run goes on."""

    def __init__(self, target: str | os.PathLike[str] | TextIO | None, echo: Echo | None = None) -> None:
        self.notes: list[str] = []
        self._echo = echo
        self._owned = isinstance(target, (str, os.PathLike))
        self._name = os.path.abspath(target) if isinstance(target, (str, os.PathLike)) else None
        self._file: Any = _open_to_append(target) if isinstance(target, (str, os.PathLike)) else target

    @property
    def is_open(self) -> bool:
        return self._file is not None or self._echo is not None

    def write(self, line: Json) -> None:
        if self.is_open:
            self.write_text(to_json(line))

    def write_text(self, text: str) -> None:
        if self._echo is not None:
            self._echo.write(text)
        if self._file is None:
            return
        try:
            if self._owned:
                _write_line(self._file, text)
            else:
                self._file.write(text + "\n")
                self._file.flush()
        except OSError as error:
            error.filename = self._name
            self.notes.append(f"the journal ends early, it could not be written: {error}")
            self._file = None

    def close(self) -> None:
        if self._file is not None and self._owned:
            self._file.close()
        self._file = self._echo = None


def _open_to_append(path: str | os.PathLike[str]) -> RawIOBase:
    """Opens a journal; what is in it already stays, and a line torn by a killed run is ended first."""
    with open(path, "ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
    return open(path, "ab", buffering=0)


def _write_line(file: RawIOBase, text: str) -> None:
    """One call of the system, where a text file makes its way through two buffers first."""
    data = memoryview((text + "\n").encode())
    while data:  # a disk that fills up takes a part first, and says so only at the next write
        data = data[file.write(data) or 0 :]


def _phase(path: Iterable[str], category: str, total: float, own: float, calls: int, basis: str) -> Json:
    return {
        "path": list(path),
        "category": category,
        "total_seconds": total,
        "self_seconds": own,
        "calls": calls,
        "basis": basis,
    }


def _brief(phases: list[Json], basis: str) -> list[list[Any]]:
    """Phases as the journal has them: path, category, total, self, calls, and the basis where it is not ``basis``."""
    brief = []
    for phase in phases:
        row = [phase["path"], phase["category"], phase["total_seconds"], phase["self_seconds"], phase["calls"]]
        if phase["basis"] != basis:
            row.append(phase["basis"])
        brief.append(row)
    return brief


def read_task(line: str | bytes, basis: str = "sum") -> Json:
    """A task out of its line in a journal, as ``on_task`` had it. ``basis`` is that of the run's phases.

    Raises:
        ValueError: this is no line of a task.
    """
    try:
        plain = json.loads(line)
        if plain.pop("type") == "task":
            return expand(plain, basis)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no line of a task: {line[:80]!r}") from error
    raise ValueError(f"no line of a task: {line[:80]!r}")


def expand(line: Json, basis: str) -> Json:
    """A line of the journal with its phases written out, as the recorder's results have them."""
    return {**line, "phases": [_expanded(basis, *phase) for phase in line.get("phases", ())]}


def _expanded(
    run: str, path: list[str], category: str, total: float, own: float, calls: int, basis: str | None = None
) -> Json:
    return _phase(path, category, total, own, calls, basis or run)


def _started(line: str, task: Json) -> str:
    """The line of a task as another recorder wrote it, with the start that it has in this run."""
    head, _, _ = line.rpartition(',"start_seconds":')
    return f'{head},"start_seconds":{task["start_seconds"]!r}}}'


def _simple(value: Any) -> Any:
    """Stands in for what JSON does not know: numpy scalars by their number, sets as lists, the rest as text."""
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def _make_encoder() -> Callable[[Any], str]:
    """A function that gives a value as JSON on one line, with ``_simple`` for what JSON does not know.

    ``JSONEncoder.encode`` makes its encoder in C anew for each call, and for a line of a journal that takes as long as
    all the rest. Where this Python makes it in another way, ``encode`` it is.
    """
    encoder: Any = json.encoder
    try:
        text = encoder.encode_basestring_ascii
        chunks = encoder.c_make_encoder(None, _simple, text, None, ":", ",", False, False, True)
        if "".join(chunks(_EXAMPLE, 0)) == _ENCODER.encode(_EXAMPLE):
            return lambda value: "".join(chunks(value, 0))
    except (AttributeError, TypeError, ValueError):
        pass
    return _ENCODER.encode


_ENCODER = json.JSONEncoder(default=_simple, separators=(",", ":"))
_EXAMPLE = {"text": "\u00e9\n", "numbers": [1, 2.5, 1e-9, float("inf")], "others": [None, {True}, Path("a")]}
to_json = _make_encoder()


def _plain(value: Json) -> Json:
    plain: Json = json.loads(json.dumps(value, default=_simple))
    return plain


def _describe(error: BaseException) -> str:
    text = str(error)
    return (f"{type(error).__name__}: {text}" if text else type(error).__name__)[:MAX_TEXT]


def _cpu_seconds() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _peak_bytes() -> int | None:
    """Most memory that this program held; not what held the one that started it, as ``ru_maxrss`` tells on Linux."""
    try:
        with open("/proc/self/status", "rb") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(b"VmHWM:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        import resource  # not on every system
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _check(what: str, value: object, is_right: bool, wanted: str) -> None:
    if not is_right:
        raise TypeError(f"{what} must be {wanted}, got {value!r}")


def _check_category(name: str, category: str) -> None:
    if category not in CATEGORIES:
        raise ValueError(f"phase {name!r}: category must be one of {', '.join(CATEGORIES)}, got {category!r}")


def _names(wins: Iterable[str] | None, what: str = "wins") -> list[str] | None:
    """Names of wins, sorted; one text is one name. Without any given, what the environment says."""
    if wins is None:
        given = os.environ.get(CONFIG_VARIABLE)
        return None if given is None else sorted({name for name in given.split(",") if name not in ("", "none")})
    if isinstance(wins, str):
        return [] if wins in ("", "none") else [wins]
    wanted = "a list of names of wins, or one name"
    _check(what, wins, isinstance(wins, (list, tuple, set, frozenset)), wanted)
    names = list(wins)
    _check(what, wins, all(isinstance(name, str) and name for name in names), wanted)
    return sorted(set(names))


def _state(cache_state: str | None) -> str | None:
    if cache_state not in (None, "cold", "warm", "unknown"):
        raise ValueError(f"cache_state must be cold, warm or unknown, got {cache_state!r}")
    return cache_state


def _workload(workload: str | None) -> Json | None:
    """What is run on, in words; their hash is the fingerprint."""
    if workload is None:
        return None
    _check("workload", workload, isinstance(workload, str) and bool(workload), "a few words")
    return {"fingerprint": hashlib.sha256(workload.encode()).hexdigest()[:16], "description": workload}


def _read_metadata(metadata: Mapping[str, Any]) -> Json:
    """``config`` given as one name is that name, never its letters."""
    given = dict(metadata)
    if given.get("config") is not None:
        given["config"] = _names(given["config"], "config")
    return given


def _answer_parts(value: object) -> Iterable[bytes]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        yield bytes(value)
    elif isinstance(value, os.PathLike):
        path = Path(value)
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            yield file.relative_to(path).as_posix().encode() if path.is_dir() else b""
            yield file.read_bytes()
    else:
        yield json.dumps(value, sort_keys=True, default=_simple, separators=(",", ":")).encode()


def environment(folder: str | os.PathLike[str] = ".") -> Json:
    """Where a run takes place: machine, CPU, memory, system, Python, load, and the git state of ``folder``.

    The machine's fingerprint is a hash over CPU model, CPU count, memory in GiB, architecture and system: what decides
    how long a run takes. Host name, kernel version and the exact memory are not in it, so that it stays the same when a
    machine is renamed, updated or started anew, and is the same on the many equal machines of a cloud.
    """
    model, count, memory = _cpu_model(), os.cpu_count(), _memory_bytes()
    commit = _git(folder, "rev-parse", "HEAD")
    return {
        "machine": _machine(model, count, memory),
        "cpu_model": model,
        "cpu_count": count,
        "memory_bytes": memory,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": {},
        "git_commit": commit,
        "git_dirty": bool(_git(folder, "status", "--porcelain")) if commit else None,
        "load_at_start": _load(),
    }


def _machine(cpu_model: str, cpu_count: int | None, memory_bytes: int | None) -> str:
    memory_gib = None if memory_bytes is None else round(memory_bytes / 2**30)
    parts = (cpu_model, cpu_count, memory_gib, platform.machine(), sys.platform)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _load() -> float | None:
    """Processes that ran or waited, on average over the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _packages() -> dict[str, str]:
    """The versions of the packages that are loaded, as far as they say them."""
    # Not getattr: a module may compute the attribute, and warn that it is asked.
    loaded = [(name, getattr(module, "__dict__", {}).get("__version__")) for name, module in list(_modules.items())]
    own = getattr(sys, "stdlib_module_names", ())
    return {
        name: version
        for name, version in loaded
        if isinstance(version, str) and "." not in name and not name.startswith("_") and name not in own
    }


def _git(folder: str | os.PathLike[str], *arguments: str) -> str | None:
    """What git says; None where there is no repository, no git, or no answer in time."""
    if RUN_VARIABLE in os.environ:  # who gave the run its key knows the folder's state, and pays for no process here
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


_NO_TASK: Json = {
    "index": None,
    "start_seconds": None,
    "seconds": None,
    "solved": None,
    "status": "finished",
    "errors": 0,
    "timeouts": 0,
    "reason": None,
    "phases": [],
    "counts": {},
    "caches": [],
    "problems": [],
}
