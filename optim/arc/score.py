"""How good an output is: 0 to 1000 for a sample."""

from __future__ import annotations

from operator import eq
from typing import Any

from optim.arc.tasks import Grid

FULL = 1000


def score_output(output: Any, expected: Grid) -> int:
    """1000 for an equal grid, else the share of equal cells in thousandths, rounded down; 0 for another shape."""
    if type(output) is not tuple or len(output) != len(expected):
        return 0
    if output == expected:
        return FULL
    width, equal = len(expected[0]), 0
    for row, wanted in zip(output, expected, strict=True):
        if type(row) is not tuple or len(row) != width:
            return 0
        equal += sum(map(eq, row, wanted))
    return FULL * equal // (width * len(expected))
