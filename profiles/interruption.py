"""Ctrl-C, a termination and a hang-up are one thing, an interruption, from a program's first line to its last."""

from __future__ import annotations

import _thread
import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

#: The signals that interrupt; a system may lack the last one.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
#: What interrupted programs end with when nothing was stored yet.
INTERRUPTED = 130
#: The signal of an interruption that was raised and has not come out yet: a library's bare ``except:`` may swallow it.
_RAISED: list[int] = []


@contextlib.contextmanager
def on_interruption(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """While this lasts, the handler hears of interruptions; afterwards the signals do what they did before.

    A hang-up that is ignored (``nohup``) stays ignored. Signals belong to the main thread: in another one nothing is
    changed. An interruption that was swallowed before is heard at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [number for number in SIGNALS if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        if _RAISED:
            handler(_RAISED.pop(), None)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """While this lasts, an interruption raises KeyboardInterrupt."""

    def interrupt(number: int, frame: Any) -> None:
        _RAISED[:] = [number]
        raise KeyboardInterrupt

    with on_interruption(interrupt):
        try:
            yield
        finally:
            _RAISED.clear()


def run_program(module: str, function: str) -> None:
    """Imports a module and calls its function; who interrupts while it loads gets one sentence and exit code 130."""
    sys.unraisablehook = _again(sys.unraisablehook)
    try:
        with interruptible():
            try:
                program = getattr(importlib.import_module(module), function)
                if _RAISED:
                    raise KeyboardInterrupt
            except KeyboardInterrupt:
                sys.stderr.write("Error: interrupted; nothing was stored\n")
                sys.exit(INTERRUPTED)
            program()
    finally:  # all is said and done: the interpreter's own end is not interrupted, nor by what was lost before
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        # CPython ends by SIGINT, whatever the exit code, when an interruption once left an exec() of a text, as a
        # dataclass that is being made; the next exec() of a text forgets that.
        exec("")


def _again(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Interrupts again where an interruption was lost: Python drops what is raised while it calls something back on its
    own, as it does for each module that it has imported."""

    def unraisable(lost: Any) -> None:
        if lost.exc_type is KeyboardInterrupt:
            _thread.start_new_thread(_interrupt_soon, ())
        else:
            hook(lost)

    return unraisable


def _interrupt_soon() -> None:
    time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
