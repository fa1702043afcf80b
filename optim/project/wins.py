"""A win as it is declared: in the file that installs it, or in the project file, whose word comes last."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optim.project.command import Switch
from optim.project.fields import Range
from profiles.configs import WORDS

_NAME = re.compile(r"\w(?:[\w.-]*\w)?")
_LONGEST_NAME = 60


class WinProblem(ValueError):
    """A win can not be declared so; the sentence says why and what would work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Win:
    """One quick win. Everything but the name may be left out; ``in_order`` fills in number, title, label and sign.

    ``number`` is its place in the project, ``label`` its short title, ``colour`` a CSS colour such as ``#0077BB``,
    ``sign`` a few characters that stand for it. ``addresses`` are the phases whose time it can take away (the bound of
    its prediction), ``warm_addresses`` those that it can take away besides when its cache is primed; ``persistent``
    says that it keeps something across runs. ``target_percent`` is the saving aimed at, ``cache`` the cache it
    improves. ``planned``: the project file has a table for it; else it is beyond the plan. ``on`` and ``off`` switch it
    in a command; what is built in is switched by its name.
    """

    name: str
    number: int | None = None
    title: str = ""
    label: str = ""
    colour: str | None = None
    sign: str = ""
    addresses: tuple[tuple[str, ...], ...] = ()
    warm_addresses: tuple[tuple[str, ...], ...] = ()
    persistent: bool = False
    target_percent: Range | None = None
    hours: Range | None = None
    implementation: str = ""
    hypothesis: str = ""
    cache: str | None = None
    status: str | None = None
    built: tuple[str, ...] = ()
    checkpoint: tuple[tuple[str, str], ...] = ()
    planned: bool = False
    on: Switch = field(default_factory=Switch)
    off: Switch = field(default_factory=Switch)

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def target_speedup(self) -> Range | None:
        """The target range as before / after; None where none is aimed at."""
        if self.target_percent is None:
            return None
        low, high = (1 / (1 - percent / 100) for percent in (self.target_percent.low, self.target_percent.high))
        return Range(low=low, high=high)

    def addressed(self, cache_state: str) -> tuple[tuple[str, ...], ...]:
        """The phases whose time it can take away in a run with cold or warm caches."""
        return self.addresses + (self.warm_addresses if cache_state == "warm" else ())

    def replace(self, **changes: Any) -> Win:
        """The same win with some fields changed."""
        return dataclasses.replace(self, **changes)


def check_name(name: str) -> None:
    """Raises WinProblem where a win can not be called so: its name is typed in configs, where ``,`` and ``+`` join."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or name.lower() in WORDS:
        raise WinProblem(
            f"a win's name must be letters, digits, _, . or - (at most {_LONGEST_NAME}) and none of "
            f"{', '.join(WORDS)}, got {name!r}"
        )


def in_order(wins: Iterable[Win]) -> tuple[Win, ...]:
    """The wins by number, then by name, those of the plan first; each with a number, title, label and sign.

    A win without a number, or with one that another has already, gets the next free one.
    """
    far = 1 << 30
    ordered = sorted(wins, key=lambda win: (not win.planned, win.number or far, win.name))
    taken: set[int] = set()
    filled = []
    for win in ordered:
        number = win.number if win.number and win.number not in taken else max(taken, default=0) + 1
        taken.add(number)
        filled.append(_filled(win, number))
    return tuple(filled)


def _filled(win: Win, number: int) -> Win:
    spoken = re.sub(r"[_.-]+", " ", win.name).strip()
    title = win.title or win.label or spoken[:1].upper() + spoken[1:]
    return win.replace(number=number, title=title, label=win.label or title, sign=win.sign or f"#{number}")


def override(declared: Win | None, fields: Mapping[str, Any]) -> Win:
    """A declared win with what the project file says of it; ``fields`` that are None or empty leave it as it is."""
    given = {name: value for name, value in fields.items() if value not in (None, "", ())}
    return Win(**given) if declared is None else declared.replace(**given)
