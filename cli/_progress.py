"""A run's progress bar."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optim.arc.outlook import Outlook
    from optim.arc.workers.supervisor import Progress


#: A run of so many seconds or more says before it begins how long it will take.
LONG_SECONDS = 10.0
_LOOK_SECONDS = 0.5


@contextlib.contextmanager
def progress_bar(label: str, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on stderr that names task, phase and the time that is left; none when ``quiet``.

    The bar is as long as the share of its time, where that is known, that the run has had. That a run will be long is
    said in a line of its own: at once where earlier runs tell, else after its first tasks.
    """
    if quiet:
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(28), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    more = (_left_column(), TextColumn("{task.fields[at]}"))
    with Bars(*columns, *more, console=Console(stderr=True), refresh_per_second=8) as bars:
        bar = bars.add_task(label, total=None, at="starting", count="", outlook=None)
        shown = _Shown(label, bars, bar)
        yield shown.show


class _Shown:
    """What a run's bar shows, and whether its length was said."""

    def __init__(self, label: str, bars: Any, bar: Any) -> None:
        self._label, self._bars, self._bar = label, bars, bar
        self._start, self._looked, self._is_said = monotonic(), -_LOOK_SECONDS, False
        self._share: float | None = None

    def show(self, progress: Progress) -> None:
        at = ", ".join(f"{task}: {phase}" for task, phase in progress.at[:4])
        if monotonic() - self._looked >= _LOOK_SECONDS:
            self._look(progress.outlook)
        counted = progress.done / progress.total if progress.total else None
        share = counted if self._share is None or counted == 1 else self._share
        count = f"{progress.done}/{progress.total}" if progress.total else ""
        total = 1.0 if progress.total else None
        self._bars.update(self._bar, total=total, completed=share or 0, at=at, count=count, outlook=progress.outlook)

    def _look(self, outlook: Outlook | None) -> None:
        self._looked = monotonic()
        left = outlook.left_seconds() if outlook is not None else None
        if outlook is None or left is None:
            return
        whole = self._looked - self._start + left
        self._share = (self._looked - self._start) / whole if whole else 1.0
        if not self._is_said and whole >= LONG_SECONDS:
            self._bars.console.print(f"{self._label} will take about {duration(whole)}, {outlook.basis}", markup=False)
            self._is_said = True


def _left_column() -> Any:
    """A column with the time that is left, which goes on while a run says nothing."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Left(ProgressColumn):
        max_refresh = _LOOK_SECONDS

        def render(self, task: Task) -> Text:
            outlook: Outlook | None = task.fields["outlook"]
            left = outlook.left_seconds() if outlook is not None else None
            return Text(f"about {duration(left)} left" if left else "")

    return Left()


def duration(seconds: float) -> str:
    """Whole seconds, minutes or hours: ``7 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    large, small, names = (
        (whole // 60, whole % 60, ("min", "s")) if whole < 3600 else (whole // 3600, whole % 3600 // 60, ("h", "min"))
    )
    return f"{large} {names[0]} {small} {names[1]}"


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
