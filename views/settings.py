"""The app's settings: environment variables in one typed object."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where the database and the working folders are. ``database_url`` is None for the default database."""

    database_url: str | None
    home: Path

    @property
    def logs(self) -> Path:
        """Where the measurements that the app starts write their output."""
        return self.home / "logs"


def settings() -> Settings:
    """The settings that the environment says now: DATABASE_URL and QUICKWIN_HOME."""
    return Settings(
        database_url=os.environ.get("DATABASE_URL") or None,
        home=Path(os.environ.get("QUICKWIN_HOME") or ".quickwin").resolve(),
    )
