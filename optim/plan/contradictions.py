"""Where a plan's own numbers disagree: computed from the plan, so that an edited plan is checked anew.

A claim agrees with a figure when the figure, rounded to the digits of the claim, is the claim.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from profiles.records import SEVERITIES

if TYPE_CHECKING:
    from optim.project.records import Plan
    from optim.project.wins import Win


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """What the plan claims, what follows from its own numbers, and ``severity``, one of ``SEVERITIES``."""

    claimed: str
    follows: str
    severity: str


def contradictions(plan: Plan) -> list[Contradiction]:
    """Everything in ``plan`` that its own numbers contradict, errors first."""
    disagreements = [contradiction for check in _CHECKS for contradiction in check(plan)]
    return sorted(disagreements, key=lambda contradiction: SEVERITIES.index(contradiction.severity))


def agrees(claim: float, figure: float) -> bool:
    """Whether ``figure``, rounded to the digits that ``claim`` is written with, is the claim (1.8 agrees with 1.77)."""
    exponent = Decimal(f"{claim:.12g}").as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    return abs(figure - claim) <= 0.5 * 10.0**-digits * (1 + 1e-9)


def compound(plan: Plan) -> tuple[float, float]:
    """The speedups (before / after) that all wins' targets make together: all at their low end, all at their high."""
    return (
        math.prod(win.target_speedup.low for win in plan.planned if win.target_speedup),
        math.prod(win.target_speedup.high for win in plan.planned if win.target_speedup),
    )


def _target_speedup(plan: Plan) -> Iterator[Contradiction]:
    if plan.baseline is None or plan.target is None or plan.target.speedup is None:
        return
    base, seconds, claim = plan.baseline.seconds, plan.target.seconds, plan.target.speedup
    low, high = base / seconds.high, base / seconds.low
    if agrees(claim.low, low) and agrees(claim.high, high):
        return
    yield Contradiction(
        claimed=f"a speedup of {claim}x and {base:g} s to {seconds} s",
        follows=f"{base:g} s to {seconds} s is {low:.2f}-{high:.2f}x; {claim}x would end at "
        f"{base / claim.high:.1f}-{base / claim.low:.1f} s",
        severity="error",
    )


def _compounding_targets(plan: Plan) -> Iterator[Contradiction]:
    ranged = bool(plan.planned) and all(win.target_percent for win in plan.planned)
    if plan.baseline is None or plan.target is None or not ranged:
        return
    low, high = compound(plan)
    base, seconds, claim = plan.baseline.seconds, plan.target.seconds, plan.target.speedup
    slow, fast = base / low, base / high
    if claim is not None and not (agrees(claim.low, low) and agrees(claim.high, high)):
        yield Contradiction(
            claimed=f"{len(plan.planned)} wins make {claim}x",
            follows=f"their targets compound to {low:.2f}-{high:.2f}x, which ends at {fast:.1f}-{slow:.1f} s",
            severity="error",
        )
    if slow > seconds.high:
        yield Contradiction(
            claimed=f"the wins' targets reach {seconds} s",
            follows=f"with every win at the low end of its target the end is {slow:.1f} s; "
            + ("at the high end " if fast <= seconds.high else "even at the high end ")
            + f"{fast:.1f} s",
            severity="warning",
        )


def _saving_since_origin(plan: Plan) -> Iterator[Contradiction]:
    origin, base, target = plan.origin_seconds, plan.baseline, plan.target
    if origin is not None and target is not None and target.saving_percent is not None:
        seconds, claim = target.seconds, target.saving_percent
        low, high = (100 * (1 - end / origin) for end in (seconds.high, seconds.low))
        if not (agrees(claim.low, low) and agrees(claim.high, high)):
            yield Contradiction(
                claimed=f"{seconds} s save {claim}% of {origin:g} s",
                follows=f"they save {low:.0f}-{high:.0f}%",
                severity="warning",
            )
    if origin is not None and base is not None and base.saving_percent is not None:
        already = 100 * (1 - base.seconds / origin)
        if not agrees(base.saving_percent, already):
            yield Contradiction(
                claimed=f"{base.seconds:g} s save {base.saving_percent:g}% of {origin:g} s",
                follows=f"they save {already:.1f}%",
                severity="warning",
            )


def _overhead(plan: Plan) -> Iterator[Contradiction]:
    share = None if plan.baseline is None else plan.baseline.overhead_percent
    claim = None if plan.target is None else plan.target.speedup
    if share is None or claim is None:
        return
    most = 1 / (1 - share / 100)
    if claim.high > most:
        yield Contradiction(
            claimed=f"{claim.high:g}x by reducing an overhead of {share:g}%",
            follows=f"without any overhead left it is {most:.2f}x (Amdahl's law)",
            severity="error",
        )


def _hit_rates(plan: Plan) -> Iterator[Contradiction]:
    for cache in plan.baseline.caches if plan.baseline else ():
        rate = 100 * cache.hits / cache.lookups
        if not agrees(cache.claimed_percent, rate):
            yield Contradiction(
                claimed=f"{cache.name} cache: {cache.claimed_percent:g}% ({cache.hits:,}/{cache.lookups:,} hits)",
                follows=f"{cache.hits:,}/{cache.lookups:,} is {rate:g}%",
                severity="error",
            )


def _full_caches(plan: Plan) -> Iterator[Contradiction]:
    caches = {cache.name: cache for cache in plan.baseline.caches} if plan.baseline else {}
    for win in plan.planned:
        cache = caches.get(win.cache or "")
        if cache is not None and cache.hits == cache.lookups:
            yield Contradiction(
                claimed=f"{_name(win)} saves {_range(win)} by caching what the {cache.name} cache serves",
                follows=f"that cache hits {cache.hits:,} of {cache.lookups:,} already; "
                "only what happens outside it is left to save",
                severity="warning",
            )


def _solvers_and_lookups(plan: Plan) -> Iterator[Contradiction]:
    base = plan.baseline
    if base is None or base.solvers is None:
        return
    if base.tasks is not None and base.solvers % base.tasks:
        yield Contradiction(
            claimed=f"{base.solvers:,} solvers for {base.tasks} tasks",
            follows=f"that is {base.solvers / base.tasks:.1f} a task, no whole number",
            severity="note",
        )
    for cache in base.caches:
        if cache.lookups > base.solvers:
            yield Contradiction(
                claimed=f"{base.solvers:,} solvers, {cache.lookups:,} lookups in the {cache.name} cache",
                follows=f"{cache.lookups / base.solvers:.2f} lookups a solver: "
                "some are looked up twice, or there were more of them",
                severity="note",
            )


def _compounding_example(plan: Plan) -> Iterator[Contradiction]:
    part = plan.compounding
    if part is None:
        return
    total = 100 * (1 - (1 - part.each_percent / 100) ** part.wins)
    if not agrees(part.total_percent, total):
        yield Contradiction(
            claimed=f"{part.each_percent:g}% x {part.wins} = {part.total_percent:g}% total",
            follows=f"it is {total:.1f}%, a speedup of {1 / (1 - total / 100):.2f}x",
            severity="note",
        )


def _intermediate(plan: Plan) -> Iterator[Contradiction]:
    part, base = plan.intermediate, plan.baseline
    if part is None or base is None:
        return
    figure = base.seconds / part.seconds
    if not agrees(part.speedup, figure):
        yield Contradiction(
            claimed=f"{part.speedup:g}x, {base.seconds:g} s to {part.seconds:g} s",
            follows=f"that is {figure:.2f}x",
            severity="note",
        )


def _formula(plan: Plan) -> Iterator[Contradiction]:
    base, target = plan.baseline, plan.target
    if base is None or target is None:
        return
    if (plan.speedup_formula or "").replace(" ", "").lower() == "(x-y)/x":
        saving = 1 - target.seconds.low / base.seconds
        yield Contradiction(
            claimed=f"Speedup: {plan.speedup_formula}",
            follows=f"that is the saving: {base.seconds:g} s to {target.seconds.low:g} s would be "
            f"{100 * saving:.1f}%, and a speedup of {1 / (1 - saving):.2f}x",
            severity="note",
        )


def _range(win: Win) -> str:
    return "seconds" if win.target_percent is None else f"{win.target_percent}%"


def _name(win: Win) -> str:
    return f"Quick Win #{win.number}"


_CHECKS = (
    _target_speedup,
    _compounding_targets,
    _saving_since_origin,
    _overhead,
    _hit_rates,
    _full_caches,
    _solvers_and_lookups,
    _compounding_example,
    _intermediate,
    _formula,
)
