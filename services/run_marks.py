"""Words that stand on runs and mean something: the roles that a person gives, and the label of a priming run."""

from __future__ import annotations

#: Roles of imported runs; each is a tag too.
BASELINE, FINAL = "baseline", "final"
#: The label of a run that only fills caches.
PRIMING = "priming"
#: The tag of a run that was made beside its partner: its wall-clock holds the waits for it, and tells of no run alone.
DUET = "duet"
