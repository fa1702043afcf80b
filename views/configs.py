"""Configs for people: short where there is little room, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence

from profiles.configs import NONE, Config, read_config, stored_text
from services.project import current_project
from views import palette
from views.address import Kind
from views.text import escape, listed, one_line

UNKNOWN = "unknown config"


def _read(texts: Sequence[str]) -> list[str]:
    return [stored_text(current_project().config(text)) if text else text for text in texts]


#: Configs in an address: written by their names, which mean the same for good, and read as a person may type them.
CONFIGS = Kind(read=_read, write=list)
CONFIG = Kind(read=lambda texts: _read(texts)[-1], write=lambda config: [config] if config else [])


def short(config: str | None) -> str:
    """``none``, ``all``, ``DSL cache``, ``#2 + #4``, ``all but Early exit``; foreign ones as they are, on one line."""
    wins, project = _of_project(config), current_project()
    if wins is None:
        return _foreign(config, 40)
    name = project.label(wins)
    if name.startswith("all-"):
        return f"all but {palette.win(name.removeprefix('all-')).label}"
    if len(wins) == 1:
        return palette.win(name).label
    return name if name in (NONE, "all") else " + ".join(palette.win(win).sign for win in _ordered(wins))


def typed(config: str | None) -> str:
    """A config as short as it can be typed: ``none``, ``all``, ``dsl``, ``all-dsl``; foreign ones as they are."""
    wins = _of_project(config)
    if wins is None:
        return _foreign(config, 120)
    return current_project().label(wins)


def spelled(config: str | None) -> str:
    """``typed``, but for a config that lacks few of the wins by those: ``all but a and b``."""
    wins, names = _of_project(config), current_project().names
    missing = [name for name in names if wins is not None and name not in wins]
    return f"all but {listed(missing)}" if 1 < len(missing) < len(names) / 2 else typed(config)


def circled(config: str | None) -> str:
    """The wins of a config by their numbers in circles, where there is little room: ``①②④``, ``none``."""
    wins, project = _of_project(config), current_project()
    if wins is None:
        return _foreign(config, 60)
    signs = [_circle(number) for number, name in enumerate(project.names, 1) if name in wins]
    return "".join(signs) or NONE


def in_order(wins: Config) -> tuple[int, list[int]]:
    """Sorts configs: by how many wins are on, then by the first that is; where most are, by the first that is off."""
    names = current_project().names
    few = len(wins) <= len(names) / 2
    return len(wins), [at for at, name in enumerate(names) if (name in wins) == few]


def _circle(number: int) -> str:
    # The page's own font has no more of them, and not every machine has another that does.
    return chr(0x245F + number) if number <= 10 else f"({number})"


def named(config: str | None) -> str:
    """``short`` as Markdown, with the names of wins that it gives by their signs in brackets."""
    text, wins = short(config), _of_project(config)
    if wins and " + " in text:
        return f"{escape(text)} ({', '.join(palette.win(win).label for win in _ordered(wins))})"
    return escape(text)


def _of_project(config: str | None) -> Config | None:
    """The config, where all of it are wins of the project."""
    wins = read_config(config) if _is_text(config) else None
    return wins if wins is not None and wins <= frozenset(current_project().names) else None


def _foreign(config: str | None, length: int) -> str:
    return one_line(config, length) if config and _is_text(config) else UNKNOWN


def _is_text(config: object) -> bool:
    """Whether there is one at all: where it is not known a table has NaN, beside configs that are."""
    return isinstance(config, str) and config != ""


def _ordered(wins: Config) -> list[str]:
    return [name for name in current_project().names if name in wins]
