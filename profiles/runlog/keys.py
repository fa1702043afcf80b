"""What each key of the timing summary is: where it stands in the tree, and how its seconds came about.

The table is data. The pipeline adds to few of its timers and assigns to the others, so most keys hold the last task
only, although they are printed beside the sums. Where a run had one task, its last task is the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The key that is the wall-clock of the whole run; it is no phase.
WHOLE = "main.run_batt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key. ``concurrent``: its seconds were added up over threads or coroutines that ran at the same time."""

    name: str
    path: tuple[str, ...]
    basis: str
    category: str = "framework"
    concurrent: bool = False


_ROWS = """
run_batt.check_batt                         sum        framework  check_batt
batt.demo.parallel                          last_task  framework  check_batt/demo.parallel
batt.aggregation.total                      last_task  framework  check_batt/aggregation
batt.result.union                           sum        framework  check_batt/aggregation/result.union
batt.score.update                           sum        framework  check_batt/aggregation/score.update
batt.dscore.update                          sum        framework  check_batt/aggregation/dscore.update
batt.score.consolidate                      last_task  framework  check_batt/score.consolidate
run_batt.phase1_filter                      last_task  framework  phase1_filter
run_batt.phase2_inline_batch                last_task  framework  phase2_inline_batch
run_batt.phase3a_validate_batch             last_task  framework  phase3a_validate_batch
run_batt.phase3b_file_ops                   last_task  io         phase3b_file_ops
run_batt.phase3b_ensure_dir                 last_task  io         phase3b_file_ops/ensure_dir
run_batt.phase3b_check_save                 last_task  io         phase3b_file_ops/check_save
run_batt.phase3b_symlink                    last_task  io         phase3b_file_ops/symlink
run_batt.phase3b_score_calc                 last_task  framework  phase3b_file_ops/score_calc
run_batt.phase3b_overhead                   last_task  framework  phase3b_file_ops/overhead
run_batt.generate_expanded                  sum        framework  phase3b_file_ops/generate_expanded
expand_solver.parse_function_body.parse     sum        framework  phase3b_file_ops/generate_expanded/parse
expand_solver.parse_function_body.expand    sum        framework  phase3b_file_ops/generate_expanded/expand
expand_solver.generate_expanded_function    sum        framework  phase3b_file_ops/generate_expanded/generate
run_batt.phase4_differs                     last_task  framework  phase4_differs
run_batt.phase4_build                       last_task  framework  phase4_differs/build
run_batt.phase4_inline                      last_task  framework  phase4_differs/inline
run_batt.phase4_process                     last_task  framework  phase4_differs/process
run_batt.check_solver                       last_task* framework  check_solver
run_batt.check_solver_speed                 last_task* framework  check_solver
utils.inline_variables.total                workers*   framework  inline_variables
utils.inline_variables.parse                workers*   framework  inline_variables/parse
utils.inline_variables.visit                workers*   framework  inline_variables/visit
utils.inline_variables.unparse              workers*   framework  inline_variables/unparse
run_batt.inline_errors                      count      framework  inline_errors
run_batt.inline_timeouts                    count      framework  inline_timeouts
"""


def _read_rows(text: str) -> dict[str, Key]:
    rows = (line.split() for line in text.strip().splitlines())
    return {
        name: Key(
            name=name,
            basis=basis.rstrip("*"),
            category=category,
            path=tuple(path.split("/")),
            concurrent=basis.endswith("*"),
        )
        for name, basis, category, path in rows
    }


KEYS = _read_rows(_ROWS)

#: Names that people write in notes, for the keys that they mean.
ALIASES = {
    **{name.split(".", 1)[1]: name for name in KEYS if name.startswith("run_batt.")},
    "phase2_inline": "run_batt.phase2_inline_batch",
    "phase3a_validate": "run_batt.phase3a_validate_batch",
    "run_batt.phase2_inline": "run_batt.phase2_inline_batch",
    "run_batt.phase3a_validate": "run_batt.phase3a_validate_batch",
    "demo.parallel": "batt.demo.parallel",
    "inline_variables.total": "utils.inline_variables.total",
}
_OWN_MODULE = re.compile(r"(?:main|run_batt|batt|utils|expand_solver)(?:\.\w{1,60}){1,6}\Z")
_PHASE = re.compile(r"run_batt\.(phase\d+[a-z]?)_(\w{1,60})\Z")
_PARENTS = {"phase3b": "phase3b_file_ops", "phase4": "phase4_differs"}


def canonical(name: str) -> str | None:
    """The key that ``name`` means, None where it is no key of this pipeline."""
    if name == WHOLE or name in KEYS:
        return name
    if name in ALIASES:
        return ALIASES[name]
    return name if _OWN_MODULE.match(name) else None


def is_known(name: str) -> bool:
    """Whether ``name`` is in the table, or stands for a key that is."""
    return name == WHOLE or name in KEYS or name in ALIASES


def key(name: str, tasks: int | None) -> Key:
    """What the key is in a run of ``tasks`` tasks; one that is not in the table holds the last task only."""
    known = KEYS.get(name) or _unlisted(name)
    if tasks == 1 and known.basis == "last_task":
        basis = "workers" if known.concurrent else "sum"
        return Key(name=name, path=known.path, basis=basis, category=known.category, concurrent=known.concurrent)
    return known


def _unlisted(name: str) -> Key:
    if name.startswith("run_batt.inline_error."):
        return Key(name=name, path=("inline_errors", name.rsplit(".", 1)[1] or "other"), basis="count")
    if name.startswith("utils.inline_variables."):
        return Key(name=name, path=("inline_variables", name.split(".", 2)[2]), basis="workers", concurrent=True)
    if name.startswith("expand_solver."):
        path = ("phase3b_file_ops", "generate_expanded", name.split(".", 1)[1])
        return Key(name=name, path=path, basis="sum")
    phase = _PHASE.match(name)
    if phase and phase[1] in _PARENTS:
        return Key(name=name, path=(_PARENTS[phase[1]], phase[2]), basis="last_task")
    return Key(name=name, path=(name.split(".", 1)[1],), basis="last_task")
