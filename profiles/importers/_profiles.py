"""A profile of call stacks as a profiled run with its session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from profiles.importers._names import clean
from profiles.importers._stacks import StackTree, session
from profiles.importers.base import ImportProblem, Loss, Parsed, content_key, seconds
from profiles.records import RunRecord


def stack_run(
    form: str,
    name: str,
    tree: StackTree,
    infos: Sequence[str],
    *,
    wall: float | None,
    losses: Iterable[Loss] = (),
    counts: dict[str, int] | None = None,
    notes: Iterable[str] = (),
) -> Parsed:
    """The run of a profile: never evidence, without phases; ``wall`` None where the profile does not say.

    Raises:
        ImportProblem: nothing is in the tree, or its seconds are more than any run can take.
    """
    held = seconds(tree.total_seconds)
    if held is None or seconds(wall or 0.0) is None:
        raise ImportProblem("the profile's seconds add up to more than any run can take")
    if not held:
        lost = next((loss.reason for loss in losses), "it holds no time")
        raise ImportProblem(f"nothing of the profile could be read: {lost}")
    records = tree.records(infos)
    folded = [Loss(reason=f"{tree.folded:,} frames too deep to be shown are counted in the frame above")]
    record = RunRecord(
        key=content_key(form, [wall, json.dumps(records)]),
        label=clean(name),
        source=f"imported:{form}",
        source_name=clean(name),
        wall_seconds=wall,
        profiled=True,
        counts={"stacks": len(records), **(counts or {})},
        notes=(f"a profiled run: its frames hold {held:.3f} s", *notes),
    )
    profile = session(records, duration=held if wall is None else wall, samples=len(records), target=clean(name))
    return Parsed(runs=(record,), losses=(*losses, *(folded if tree.folded else ())), profiles=(profile,))
