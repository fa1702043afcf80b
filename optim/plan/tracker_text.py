"""Single lines of text, as the tracker holds them."""

from __future__ import annotations

TIMELINE, SEQUENCE = "Optimization Timeline", "Optimization Sequence"
PERFORMANCE, EACH = "Performance Tracking", "After Each Optimization"
CUMULATIVE, CHECKLIST = "Cumulative Progress", "Testing Checklist"
INSIGHTS, SUCCESS, NOTES = "Key Insights", "Success Looks Like", "Notes"
DISAGREE, IMPORTED = "Where the Plan's Numbers Disagree", "Notes (imported)"
BUILT, CHECKPOINT = "What We Built", "Checkpoint"

#: Joins emoji to one sign; Unicode counts it among what is not printed.
JOINER = "\u200d"
#: Stands between what plan and evidence say and what a person wrote instead.
BY_HAND = " · by hand: "


def one_line(text: str) -> str:
    """``text`` with every run of white space, line ends included, as one space, and nothing unprintable.

    What joins emoji stays: without it, one sign falls apart into several.
    """
    if not text.isprintable():  # hardly ever
        text = "".join(c if c.isprintable() or c == JOINER else " " for c in text)
    return " ".join(text.split())
