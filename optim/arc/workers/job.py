"""One order on a machine of a cluster, in a process of its own: JSON on standard input, the answer on standard output.

``tasks``: runs some tasks under a supervisor. ``state``: whether the caches there are cold, warm or unknown.
``primed``: notes that they were primed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.messages import Answer
from optim.arc.workers.supervisor import RunProblem, Supervisor
from optim.arc.workload import CacheFolder
from profiles.owned import SHARED, owned_folder


def answer(order: Mapping[str, Any]) -> dict[str, Any]:
    """What an order comes to."""
    settings = replace(Settings.from_json(order["settings"]), workers=1, scheduler=None)
    with owned_folder(f"{SHARED}files-", Path(tempfile.gettempdir())) as folder:
        return _answer(order, replace(settings, **_written(order, folder)))


def _written(order: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The DSL's own files, written down here; their paths by the settings' names."""
    paths = {name: folder / f"{name}.py" for name in ("dsl", "solvers") if name in order}
    for name, path in paths.items():
        path.write_text(order[name])
    return {name: str(path) for name, path in paths.items()}


def _answer(order: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    caches, persistent = CacheFolder(Path(settings.caches_dir)), frozenset(order.get("persistent", ()))
    if order["kind"] == "state":
        return {"state": caches.state(order["primed_for"], persistent)}
    if order["kind"] == "primed":
        caches.mark_primed(order["primed_for"], persistent)
        return {}
    tasks = [Task(task_id, samples, demos) for task_id, samples, demos in order["tasks"]]
    return _run(settings, tasks, order["indexes"])


def _run(settings: Settings, tasks: list[Task], indexes: list[int]) -> dict[str, Any]:
    answers: list[Answer] = []
    supervisor = Supervisor(settings, tasks, answers.append, indexes=indexes)
    try:
        with supervisor.workers():
            supervisor.run()
    except RunProblem as problem:
        return {"problem": str(problem)}
    return {"answers": answers, "cpu_seconds": supervisor.cpu_seconds}


def main() -> None:
    """Reads the order, writes the answer."""
    print(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
