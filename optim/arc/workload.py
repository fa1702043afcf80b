"""The workload of a run: which tasks, programs and limits, and the fingerprint that says whether two are alike."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.arc.diskcache import count_entries
from optim.arc.dsl import DslFiles, DslProblem
from optim.arc.programs import Program, read_library
from optim.arc.reading import files_read
from optim.arc.settings import Settings, fingerprint
from optim.arc.tasks import Task, TaskProblem, default_plain, folder_tasks, plain_cells, read_task, smallest
from profiles.records import Workload
from profiles.system import naming

#: To be raised when bodies or scores are made another way: what older versions kept is not used then.
CACHE_VERSION = 3


@dataclass(frozen=True, slots=True)
class Work:
    """Tasks in the order in which they are processed, where the programs are, and what had to be skipped."""

    tasks: tuple[Task, ...]
    skipped: tuple[str, ...]
    files: DslFiles
    workload: Workload


def prepare(settings: Settings) -> Work:
    """Reads tasks and programs.

    Raises:
        TaskProblem, DslProblem: they can not be had, in one sentence.
    """
    tasks, broken = _read_tasks(settings)
    files = settings.files
    # Those that come with the package are whole: only the worker, which needs them, reads them.
    skipped = [] if settings.solvers is None else read_programs(files)[1]
    digest = fingerprint(
        [(task.task_id, task.digest) for task in tasks],
        files.fingerprint(files_read(files)),
        [settings.seed, settings.candidates, settings.min_score, settings.keep, settings.limit_seconds],
    )
    text = f"{len(tasks)} tasks x {settings.candidates} candidates, seed {settings.seed}"
    if settings.tasks_dir or settings.dsl:
        text += ", own data"
    workload = Workload(
        fingerprint=digest, tasks=len(tasks), candidates=len(tasks) * settings.candidates, description=text
    )
    return Work(tuple(tasks), (*broken, *skipped), files, workload)


def read_programs(files: DslFiles) -> tuple[dict[str, Program], list[str]]:
    """The library of solver programs, and a sentence for each that was skipped.

    Raises:
        DslProblem: the file can not be read or holds no program.
    """
    try:
        library, skipped = read_library(files.solvers.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise DslProblem(f"{files.solvers.name} can not be read: {error}") from error
    if not library:
        raise DslProblem(
            f"{files.solvers.name} holds no solver: functions solve_<task id>(I) or verify_<task id>(I) are looked for"
            + "".join(f"; {reason}" for reason in skipped[:3])
        )
    return library, skipped


def _read_tasks(settings: Settings) -> tuple[list[Task], list[str]]:
    """The tasks that are asked for, in order, and a sentence for each file that is broken."""
    if settings.tasks_dir is None:
        plain = default_plain()
        chosen = _chosen({task_id: plain_cells(cells) for task_id, cells in plain.items()}, settings)
        return [read_task(task_id, plain[task_id]) for task_id in chosen], []
    tasks, broken = folder_tasks(Path(settings.tasks_dir))
    known = {task.task_id: task for task in tasks}
    chosen = _chosen({task_id: task.cells for task_id, task in known.items()}, settings)
    return [known[task_id] for task_id in chosen], broken


def _chosen(sizes: Mapping[str, int], settings: Settings) -> Sequence[str]:
    """The ids of the tasks that are asked for; ``sizes`` are the cells of all that there are."""
    if not settings.task_ids:
        return smallest(sizes, settings.tasks)
    if unknown := [task_id for task_id in settings.task_ids if task_id not in sizes]:
        raise TaskProblem(f"no task is called {', '.join(unknown)}; there are {len(sizes)}, for example {min(sizes)}")
    return settings.task_ids


def cache_scope(settings: Settings, files: DslFiles, read: Iterable[Path] = ()) -> str:
    """What persistent caches are bound to; ``read`` is what loading the DSL read.

    The DSL's contents, the limits under which scores were found, the Python that ran it, and how this version makes
    bodies and scores.
    """
    limits = (settings.limit_seconds, settings.memory_bytes)
    return fingerprint(files.fingerprint(read), *limits, *sys.version_info[:2], CACHE_VERSION)


class CacheFolder:
    """A folder of persistent caches, and the note in it that says which wins' caches were primed for which workload.

    The note holds how many entries there were then: caches that lost some since (damaged, deleted, over their bound)
    are not warm.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._note = folder, folder / "primed.json"

    def state(self, workload: str, persistent: frozenset[str]) -> str:
        """``cold``: nothing is there. ``warm``: such a run primed every persistent win. Else ``unknown``."""
        primed = self._read()
        if not primed and not list(self._folder.glob("*.sqlite")):
            return "cold"
        note, rows = primed.get(workload, {}), self._rows()
        whole = bool(note) and all(rows.get(name, 0) >= count for name, count in note["rows"].items())
        return "warm" if whole and persistent <= frozenset(note["wins"]) else "unknown"

    def mark_primed(self, workload: str, persistent: frozenset[str]) -> None:
        """Notes that a run over this workload was finished with these persistent wins on."""
        before = self.state(workload, frozenset()) == "warm"
        primed = self._read()
        wins = {*primed[workload]["wins"], *persistent} if before else persistent
        primed[workload] = {"wins": sorted(wins), "rows": self._rows()}
        self._folder.mkdir(parents=True, exist_ok=True)
        with naming(self._note):
            self._note.write_text(json.dumps(primed))

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            plain = json.loads(self._note.read_text())
        except (OSError, ValueError):
            return {}
        notes = plain.items() if isinstance(plain, dict) else ()
        return {key: note for key, note in notes if isinstance(note, dict) and {"wins", "rows"} <= set(note)}

    def _rows(self) -> dict[str, int]:
        return {path.name: count_entries(path) for path in sorted(self._folder.glob("*.sqlite"))}
