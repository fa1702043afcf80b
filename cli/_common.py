"""What all commands share: how they print, and how a config is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from profiles.configs import Config, UnknownConfig
from services.problems import USAGE, fail
from services.project import current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")


def print_json(value: Any) -> None:
    """One JSON document on stdout; moments as ISO text, sets as sorted lists."""
    click.echo(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def config_of(text: str, engine: Engine) -> Config:
    """The config that a person wrote; ``kept`` from the decisions. That nothing is kept yet is said on stderr.

    Raises:
        Problem: there is no such config; exit code 2.
    """
    from db.queries import kept_wins

    kept = kept_wins(engine) if "kept" in text else frozenset[str]()
    try:
        config = current_project().config(text, kept)
    except UnknownConfig as problem:
        fail(str(problem), USAGE)
    if "kept" in text and not kept:
        click.echo("Note: no win was decided to be kept, so kept is none", err=True)
    return config
