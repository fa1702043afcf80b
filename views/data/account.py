"""The account, as the pages read it: put together anew whenever something was recorded, decided or written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from services.account import Account, account
from services.project import Project, current_project
from views.data.connection import engine, written


def known() -> Account:
    """What is known now of the project at hand."""
    return _known(*state())


def state() -> tuple[Any, tuple[str, ...], Project]:
    """What an account is made of: as long as it stays the same, what follows from the account does."""
    return engine(), written(), current_project()


@lru_cache(maxsize=4)
def _known(here: Any, state: tuple[str, ...], project: Project) -> Account:
    """``state`` is the database's: an account is as old as the newest that was written."""
    return account(here, project)
