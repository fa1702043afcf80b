"""Who is at the keyboard."""

from __future__ import annotations

import getpass


def current_user() -> str | None:
    """The name of the user whose process this is; None where the system does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return None
