"""What a program may not do within a call, as its answers would depend on the machine or others would suffer.

Starting threads and processes, signalling others, changing the limits of its process: these raise, so that the call
scores nothing, in every config alike. It is no jail: what gets around it is found from outside.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

_REFUSED = frozenset(
    {"_thread.start_new_thread", "_thread.start_joinable_thread", "subprocess.Popen", "resource.setrlimit"}
    | {"resource.prlimit", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn", "os.system"}
)
_SIGNALS = frozenset({"os.kill", "os.killpg"})


class NotAllowed(RuntimeError):
    """A program did what it may not."""


def fence(in_call: Callable[[], bool]) -> None:
    """From now on, for good, the events above raise while ``in_call``; a program may still signal itself."""

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if (event in _REFUSED or event in _SIGNALS) and in_call():
            if event == "os.kill" and arguments[0] == os.getpid():
                return
            raise NotAllowed(f"a program may not call {event}")

    sys.addaudithook(heard)
    for module, name in ((threading, "_start_new_thread"), (_thread, "start_new_thread")):
        # Not every version of Python tells its audit hooks of a thread.
        if hasattr(module, name):
            setattr(module, name, _outside_of_calls(getattr(module, name), in_call))


def _outside_of_calls(start: Callable[..., Any], in_call: Callable[[], bool]) -> Callable[..., Any]:
    def checked(*arguments: Any, **named: Any) -> Any:
        if in_call():
            raise NotAllowed("a program may not start a thread")
        return start(*arguments, **named)

    return checked
