"""What a machine elsewhere has beyond its processor: graphics cards, and how many of its cores a run may use."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections import Counter
from dataclasses import replace
from functools import cache

from profiles.records import Environment

_SECONDS = 20
_CARD = re.compile(r"^GPU \d+: (.+?)(?: \(UUID.*)?$", re.MULTILINE)


def with_devices(environment: Environment, named: str | None = None) -> Environment:
    """The environment with the graphics cards and the usable cores in its processor's name and in its machine.

    One without cards, all of whose cores may be used, stays what it is.

    Args:
        named: what the machine's owner calls it, instead of a fingerprint.
    """
    more = [*cards(), *_fewer_cores(environment.cpu_count)]
    machine = hashlib.sha256(repr((environment.machine, more)).encode()).hexdigest()[:12] if more else None
    model = ", ".join([environment.cpu_model or "unknown processor", *more])
    return replace(environment, machine=named or machine or environment.machine, cpu_model=model)


@cache
def cards() -> tuple[str, ...]:
    """The graphics cards as the driver names them: ``2 x Tesla T4``."""
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return named_cards(done.stdout)


def named_cards(listed: str) -> tuple[str, ...]:
    """The cards in what ``nvidia-smi -L`` lists, equal ones counted."""
    counts = Counter(match[1] for match in _CARD.finditer(listed))
    return tuple(f"{number} x {name}" for name, number in counts.items())


def _fewer_cores(count: int | None) -> list[str]:
    if not hasattr(os, "sched_getaffinity"):
        return []
    usable = len(os.sched_getaffinity(0))
    return [f"{usable} of {count} cores"] if count is not None and usable < count else []
