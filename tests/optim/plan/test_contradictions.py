"""Where a plan's own numbers disagree."""

import pytest

from optim.plan.contradictions import agrees, compound, contradictions
from tests.optim.plans import plan


def follows(*changes):
    return " | ".join(f"{one.claimed} -> {one.follows}" for one in contradictions(plan(*changes)))


@pytest.mark.parametrize(
    "said",
    [
        "24.813 s to 12-14 s is 1.77-2.07x; 1.8-2.7x would end at 9.2-13.8 s",
        "their targets compound to 1.34-2.10x, which ends at 11.8-18.6 s",
        "12-14 s save 70-72% of 42.5 s -> they save 67-72%",
        "18% (480/3,200 hits) -> 480/3,200 is 15%",
        "Quick Win #1 saves 3-8% by caching what the inlining cache serves -> that cache hits 16,000 of 16,000 already",
        "1.21 lookups a solver",
        "5% x 5 = 22% total -> it is 22.6%, a speedup of 1.29x",
        "Speedup: (X-Y)/X -> that is the saving",
    ],
)
def test_the_trackers_contradictions_are_found(said):
    assert said in follows()


def test_what_agrees_is_not_named():
    assert "41.6" not in follows()
    assert "20 s" not in follows()
    assert "inlining cache: 100%" not in follows()


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (("speedup = [1.8, 2.7]", "speedup = [1.8, 2.1]"), "would end at"),
        (("claimed_percent = 18", "claimed_percent = 15"), "480/3,200"),
        (("saving_percent = [70, 72]", "saving_percent = [67, 72]"), "of 42.5 s"),
        (("total_percent = 22", "total_percent = 22.6"), "total"),
        (('speedup = "(X-Y)/X"', 'speedup = "X/Y"'), "Speedup:"),
        (("hits = 16000", "hits = 15000"), "Quick Win #1"),
        (("solvers = 13200", "solvers = 16000"), "lookups a solver"),
    ],
)
def test_a_corrected_plan_is_not_blamed_any_more(change, gone):
    assert gone in follows()
    assert gone not in follows(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("solvers = 13200", "solvers = 13201"), "132.0 a task, no whole number"),
        (("overhead_percent = 74 ", "overhead_percent = 50 "), "without any overhead left it is 2.00x"),
        (("saving_percent = 41.6", "saving_percent = 45"), "they save 41.6%"),
        (("speedup = 1.2\n", "speedup = 1.5\n"), "that is 1.24x"),
    ],
)
def test_a_new_contradiction_is_found(change, said):
    assert said not in follows()
    assert said in follows(change)


def test_errors_come_first():
    order = [one.severity for one in contradictions(plan())]
    assert order == sorted(order, key=("error", "warning", "note").index)


def test_targets_compound_by_multiplication():
    assert compound(plan()) == pytest.approx((1.3360, 2.1050), abs=1e-3)


@pytest.mark.parametrize(
    ("claim", "figure", "same"),
    [
        (1.8, 1.77, True),
        (2.7, 2.07, False),
        (70.0, 67.06, False),
        (72.0, 71.76, True),
        (22.6, 22.62, True),
        (22.0, 22.62, False),
    ],
)
def test_a_claim_agrees_to_the_digits_it_is_written_with(claim, figure, same):
    assert agrees(claim, figure) is same
