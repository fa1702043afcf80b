"""Going on with a measurement: whether it can, with how many blocks, and what to type; the same in both faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.problems import USAGE, Problem

#: How many blocks more an unresolved measurement gets, at least and at most; never fewer than could settle it.
_MORE_BLOCKS = (5, 40)
#: Arms of a pair whose order is drawn; version 1 had three, always in the same order.
_ARMS_OF_PAIR = 4


def command_of(kind: str) -> str:
    """The command of ``quickwin`` that makes measurements of a kind, and goes on with them."""
    return "attribute" if kind == "attribution" else "measure"


def more_blocks(wanted: int | None, fewest: int | None = None) -> int:
    """How many blocks more to go on with, by the verdict's forecast; None where that can not tell."""
    least, most = _MORE_BLOCKS
    return max(min(max(wanted or least, least), most), fewest or 0)


def fewest_blocks(verdict: Mapping[str, Any]) -> int | None:
    """How many blocks more a stored verdict's forecast begins with; None where it has no beginning."""
    fewest, _ = verdict.get("forecast") or (None, None)
    return fewest


def arguments_to_go_on(
    kind: str, measurement_id: int, *, blocks: int, wanted: int | None, fewest: int | None = None, budget: int = 0
) -> tuple[str, ...]:
    """The arguments of ``quickwin`` that go on with a measurement.

    Args:
        blocks: how many blocks it has.
        wanted, fewest: how many more its verdict wants, and could be enough; None where it can not tell.
        budget: how many blocks in all it was to have at most; it gets no less, and no more where it has not had them
            and nothing says that they are too few.
    """
    is_enough = wanted is None and blocks < budget
    most = budget if is_enough else max(budget, blocks + more_blocks(wanted, fewest))
    return (command_of(kind), "--continue", str(measurement_id), "--blocks", str(most))


def words_to_go_on(arguments: Sequence[str], blocks: int) -> str:
    """The command for people, ``--blocks`` being of all of them: ``quickwin measure ... --blocks 48 (40 more)``."""
    return f"quickwin {' '.join(arguments)} ({int(arguments[-1]) - blocks} more)"


def obstacle(measurement_id: int, spec: Mapping[str, Any], blocks: int) -> Problem | None:
    """Why a stored measurement can not go on here, as the problem to be raised; None where it can.

    Args:
        spec: as it is stored, of any version.
        blocks: how many blocks it has.
    """
    if grade := spec.get("grade"):
        return Problem(
            f"measurement {measurement_id} is made of {grade}, so it can not go on here: begin a new one", USAGE
        )
    arms = [str(arm.get("config")) for arm in spec.get("arms", ())]
    if blocks and spec.get("kind", "pair") == "pair" and len(arms) != _ARMS_OF_PAIR:
        return Problem(
            f"measurement {measurement_id} was made by version 1, whose order of runs was the same each time: it keeps "
            f"its verdict; quickwin measure {' '.join(arms[:2])} begins a new one"
        )
    return None
