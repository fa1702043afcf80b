"""A run as one bar: the same phase in the same place and kind everywhere, the small ones together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from db import queries
from profiles.breakdown import OTHER, PART_CATEGORIES, SMALL_SHARE, Breakdown
from services.wording import percent

#: So many phases are named in the words for a bar.
_MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A part of a bar: a phase's self seconds and its share (0-1) of the whole."""

    path: str
    category: str
    seconds: float
    share: float


def spine(made: Breakdown, named: Collection[str] = ()) -> tuple[Segment, ...]:
    """The segments of a run's bar by category, then by name; what is small is one "other" at its category's end.

    Args:
        named: paths that get a segment of their own however small they are, so that bars can be laid side by side.
    """
    order = sorted(made.parts, key=lambda part: (PART_CATEGORIES.index(part.category), part.path))
    parts = [
        (queries.path_words(part.path), part.category, part.self_seconds) for part in order if part.self_seconds > 0
    ]
    whole = made.whole_seconds or 1.0
    segments: list[Segment] = []
    for category in dict.fromkeys(category for _, category, _ in parts):
        own = [(path, seconds) for path, kind, seconds in parts if kind == category]
        large = [(path, seconds) for path, seconds in own if seconds >= SMALL_SHARE * whole or path in named]
        rest = sum(seconds for _, seconds in own) - sum(seconds for _, seconds in large)
        small = [(OTHER, rest)] if len(large) < len(own) else []
        segments += [
            Segment(path=path, category=category, seconds=seconds, share=seconds / whole)
            for path, seconds in (*large, *small)
        ]
    return tuple(segments)


def spines(made: Sequence[Breakdown]) -> list[tuple[Segment, ...]]:
    """The bars of several runs, with the same phases named in all of them."""
    named = {
        queries.path_words(part.path)
        for breakdown in made
        for part in breakdown.parts
        if part.self_seconds >= SMALL_SHARE * (breakdown.whole_seconds or 1.0)
    }
    return [spine(breakdown, named) for breakdown in made]


def spine_words(segments: Iterable[Segment]) -> str:
    """A bar in words: its largest phases and their shares, for who can not see it."""
    order = sorted(segments, key=lambda segment: -segment.share)
    if not order:
        return "no phases"
    shares = [f"{segment.path} {percent(segment.share)}" for segment in order[:_MOST_NAMED]]
    return ", ".join([*shares, *(["and more"] if len(order) > _MOST_NAMED else [])])
