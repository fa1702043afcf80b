"""How wins get on with each other, in sentences: ghosts, clashes and burdens of a factorial experiment.

A **ghost** saves alone, and of that nothing is left once the others are on. A **clash** is a pair of wins of which each
saves alone, and that takes longer together than the better one. A **burden** makes it slower once the others are on.

All are named only beyond the noise and the margin, at a level divided by the number of such questions (Bonferroni).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from optim.evidence.factorial_model import FactorialModel
from optim.evidence.statistics import percent
from profiles.configs import Config


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A ghost, clash or burden: the wins concerned, and one sentence."""

    wins: tuple[str, ...]
    sentence: str


def ghosts(model: FactorialModel, margin: float) -> tuple[Remark, ...]:
    """Wins that surely save alone; with the others on less than the margin, and surely under half of that, is left."""
    remarks, count, edge = [], len(model.wins), math.log1p(margin)
    for win in model.wins if count > 1 else ():
        rest = frozenset(model.wins) - {win}
        alone, error = model.gain(frozenset(), frozenset({win}), count)
        left, left_error = model.gain(rest, rest | {win}, count)
        if alone - error > 0 and alone > edge > left and left + left_error < alone / 2:
            remarks.append(Remark(wins=(win,), sentence=_ghost_sentence(model, win, rest)))
    return tuple(remarks)


def _ghost_sentence(model: FactorialModel, win: str, rest: Config) -> str:
    alone = model.saved(frozenset(), win)
    partner = min(rest, key=lambda other: model.saved(frozenset({other}), win))
    whose = ""
    if model.saved(frozenset({partner}), win) < alone / 2:
        whose = f"; {partner} alone already takes most of it"
    return (
        f"{win} saves {alone:.3f} s alone, but with the others on nothing is left of it "
        f"({model.saved(rest, win):+.3f} s){whose}."
    )


def clashes(model: FactorialModel, margin: float) -> tuple[Remark, ...]:
    """Pairs that surely take longer together than the better of the two alone."""
    pairs = list(combinations(model.wins, 2))
    remarks = (_clash(model, pair, two, margin, len(pairs)) for pair, two in pairs)
    return tuple(remark for remark in remarks if remark is not None)


def _clash(model: FactorialModel, one: str, two: str, margin: float, questions: int) -> Remark | None:
    better = min((one, two), key=lambda win: model.seconds(frozenset({win})))
    both, alone = frozenset({one, two}), frozenset({better})
    lost, error = model.gain(both, alone, questions)
    each_saves = all(model.saved(frozenset(), win) > 0 for win in (one, two))
    if not each_saves or lost <= math.log1p(margin) or lost - error <= 0:
        return None
    text = (
        f"{one} and {two} clash: together they take {model.seconds(both):.3f} s, "
        f"{better} alone {model.seconds(alone):.3f} s ({percent(math.expm1(lost))} more)."
    )
    return Remark(wins=(one, two), sentence=text)


def burdens(model: FactorialModel, margin: float) -> tuple[Remark, ...]:
    """Wins that surely make all the others together slower."""
    remarks = []
    for win in model.wins:
        rest = frozenset(model.wins) - {win}
        lost, error = model.gain(rest | {win}, rest, len(model.wins))
        if lost > math.log1p(margin) and lost - error > 0:
            cost = f"{-model.saved(rest, win):.3f} s ({percent(math.expm1(lost))})"
            remarks.append(Remark(wins=(win,), sentence=f"{win} costs {cost} once the others are on."))
    return tuple(remarks)
