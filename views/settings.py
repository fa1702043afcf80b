"""The app's settings: environment variables in one typed object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.places import database_url, home


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where the database and the working folders are."""

    database_url: str
    home: Path

    @property
    def logs(self) -> Path:
        """Where the measurements that the app starts write their output."""
        return self.home / "logs"


def settings() -> Settings:
    """The settings that the environment and the project file say now.

    Raises:
        Problem: the project file can not be read.
    """
    return Settings(
        database_url=database_url(),
        home=home().resolve(),
    )
