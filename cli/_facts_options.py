"""Options by which a person says of runs what their logs do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: Option: the fact's name, and what it says.
_OPTIONS = {
    "--pipeline": ("pipeline", "NAME", "Which program ran."),
    "--config": ("config", "WINS", "The wins that were on: none, all, kept, names joined by commas, all-NAME."),
    "--machine": ("machine", "NAME", "Where it ran, in a word: runs are comparable where it is the same."),
    "--caches": ("cache_state", "STATE", "cold or warm."),
    "--date": ("started_at", "WHEN", "When it began, in UTC: 2026-11-23 or 2026-11-23 20:43."),
    "--workload": ("workload", "WORDS", "What it ran on: equal words are the same work."),
}


def facts_options(command: F) -> F:
    """Adds the options to a command, which gets them by the names of ``services.facts.QUESTIONS``."""
    for option, (name, metavar, help_text) in reversed(_OPTIONS.items()):
        command = click.option(option, name, metavar=metavar, help=help_text)(command)
    return command


def texts_of(options: dict[str, Any], role: str | None) -> dict[str, str | None]:
    """What was written, for ``services.facts.read_facts``; an option that is given wins over what the role says."""
    from services.facts import read_role

    given = {name: options[name] for name, _, _ in _OPTIONS.values() if options[name] is not None}
    return {**(read_role(role) if role else {}), **given}
