"""Processes that a worker's programs left behind, also those that left its process group and its session.

They inherit the worker's environment, and with it a mark that nobody else has.
"""

from __future__ import annotations

from profiles import system

#: The name of the mark in the environment.
MARK = "QUICKWIN_WORKER_MARK"


def kill_marked(mark: str) -> int:
    """Ends all processes that carry the mark, and gives how many there were; none where there is no /proc."""
    return system.kill_marked(f"{MARK}={mark}")
