"""Words that stand on runs and mean something: the roles that a person gives, and the label of a priming run."""

from __future__ import annotations

#: Roles of imported runs: each is a tag too, and one run's alone, since a plan has one baseline and one final run.
MARKS = BASELINE, FINAL = ("baseline", "final")
#: The label of a run that only fills caches.
PRIMING = "priming"
#: The tag of a run that was made beside its partner: its wall-clock holds the waits for it, and tells of no run alone.
DUET = "duet"


def by_itself(label: str | None, tags: str | None) -> bool:
    """Whether a run's wall-clock is that of its config alone: it neither filled caches for another nor had a partner.

    Args:
        tags: as ``db.queries.runs`` gives them, joined by commas.
    """
    return label != PRIMING and DUET not in tag_set(tags)


def tag_set(tags: str | None) -> set[str]:
    """A run's tags, in small letters."""
    return {tag.lower() for tag in (tags or "").split(", ") if tag}
