"""A run's progress bar."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from optim.arc.workers.supervisor import Progress


@contextlib.contextmanager
def progress_bar(label: str, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on stderr that names task and phase; none when ``quiet``."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    counters = (BarColumn(28), MofNCompleteColumn(), TimeElapsedColumn())
    columns = (TextColumn("{task.description}"), *counters, TextColumn("{task.fields[at]}"))
    with Bars(*columns, console=Console(stderr=True), disable=quiet, refresh_per_second=8) as bars:
        bar = bars.add_task(label, total=None, at="starting")

        def show(progress: Progress) -> None:
            at = ", ".join(f"{task}: {phase}" for task, phase in progress.at[:4])
            bars.update(bar, total=progress.total, completed=progress.done, at=at)

        yield show


@contextlib.contextmanager
def counted(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal's stderr for something that counts: told how many of how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(28), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
