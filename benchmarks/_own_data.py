"""Data as a user would bring it, made of the default data: the same programs over another DSL module.

Tasks are ARC's JSON files of other names, their demonstrations in another order; the DSL's constants lie in a module
beside it, one of its functions has another name, and two are written another way, so that nothing that is known of the
default DSL may be said of them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from optim.arc.dsl import default_files
from optim.arc.tasks import Grid, Task, default_tasks

_CONSTANT = re.compile(r"^[A-Z][A-Z_]* = .*\n", re.MULTILINE)
_RENAMED = ("rot180", "turned")
_REWRITTEN = (("grid[: len(grid) // 2]", "grid[: len(grid) >> 1]"), ("len(grid) // 2 + ", "(len(grid) >> 1) + "))


def own_data(folder: Path) -> dict[str, str]:
    """Writes them; gives the settings ``tasks_dir``, ``dsl`` and ``solvers``.

    Raises:
        ValueError: the default DSL is no longer what is changed here.
    """
    tasks, dsl, solvers = folder / "tasks", folder / "dsl.py", folder / "solvers.py"
    tasks.mkdir(parents=True)
    for task in default_tasks():
        (tasks / f"own{task.task_id}.json").write_text(json.dumps(_changed(task)))
    files = default_files()
    text = files.dsl.read_text()
    (folder / "constants.py").write_text("".join(_CONSTANT.findall(text)))
    dsl.write_text("from constants import *\n" + _rewritten(_CONSTANT.sub("", text)))
    programs = re.sub(r"^def verify_(\w+)", r"def solve_own\1", _renamed(files.solvers.read_text()), flags=re.MULTILINE)
    solvers.write_text(programs.replace("from .dsl import *", "from constants import *\nfrom dsl import *"))
    return {"tasks_dir": str(tasks), "dsl": str(dsl), "solvers": str(solvers)}


def _changed(task: Task) -> dict[str, list[dict[str, Grid]]]:
    pairs = [{"input": given, "output": wanted} for given, wanted in task.samples]
    return {"train": pairs[: task.demos][::-1], "test": pairs[task.demos :]}


def _renamed(text: str) -> str:
    return re.sub(rf"\b{_RENAMED[0]}\b", _RENAMED[1], text)


def _rewritten(text: str) -> str:
    for before, after in _REWRITTEN:
        if before not in text:
            raise ValueError(f"the default DSL holds no {before!r} that could be written another way")
        text = text.replace(before, after)
    return _renamed(text)
