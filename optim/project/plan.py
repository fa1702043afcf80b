"""Plans by themselves: what a file says besides the pipeline. Files of version 1 hold nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from optim.project.fields import PlanProblem, Range
from optim.project.file import FILE, open_fields
from optim.project.parts import read_parts, read_wins
from optim.project.records import (
    NEEDS,
    Baseline,
    Checklist,
    ChecklistItem,
    ClaimedCache,
    Compounding,
    Intermediate,
    Plan,
    Section,
    Target,
)
from optim.project.wins import Win

__all__ = [
    "NEEDS",
    "Baseline",
    "Checklist",
    "ChecklistItem",
    "ClaimedCache",
    "Compounding",
    "Intermediate",
    "Plan",
    "PlanProblem",
    "Range",
    "Section",
    "Target",
    "load_plan",
    "plan_path",
    "read_plan",
]


def plan_path(path: str | Path | None = None) -> Path:
    """``path``, else ``QUICKWIN_PLAN``, else the worked example's."""
    chosen = path or os.environ.get("QUICKWIN_PLAN") or Path(__file__).parents[1] / "arc" / FILE
    return Path(chosen)


def load_plan(path: str | Path | None = None, declared: Mapping[str, Win] | None = None) -> Plan:
    """The plan in the file of ``plan_path(path)``.

    Args:
        declared: the pipeline's own wins by name, where it has some; the plan overrides what they say of themselves.

    Raises:
        PlanProblem: it can not be read, is no TOML, or a field is missing, misspelt, impossible or contradictory.
    """
    file = plan_path(path)
    try:
        return read_plan(file.read_text("utf-8"), file.name, declared)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PlanProblem(
            f"the plan {file} can not be read ({reason}); QUICKWIN_PLAN or --plan names the file"
        ) from error
    except UnicodeDecodeError as error:
        raise PlanProblem(f"{file.name}: not UTF-8 text at byte {error.start}; save it as UTF-8") from error


def read_plan(text: str, file: str = "plan.toml", declared: Mapping[str, Win] | None = None) -> Plan:
    """The plan that the TOML ``text`` says; ``file`` is the name for the errors, ``declared`` as in ``load_plan``.

    What it says of a pipeline is not looked at.

    Raises:
        PlanProblem: as ``load_plan``.
    """
    fields = open_fields(text, file)
    fields.raw("pipeline")
    plan = read_parts(fields, read_wins(fields, declared, switched=False), "Plan")
    fields.done()
    return plan
