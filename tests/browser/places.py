"""Two projects with runs of their own, each in a folder: the worked example, and a small user's command.

What is in their databases was run and recorded by the product, in this process: seven runs, of which 2, 4, 5 and 6 have
the place's first win on, and the sixth all of them; the eighth is profiled.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from profiles import recorder
from tests.cli.place import quickwin
from tests.made_once import made_once
from tests.worked_example import FOURTH, SECOND, THIRD

DATABASE = "quickwin.db"
#: A pipeline that somebody wrote: it reads lines, spells each word at some expense, ranks what came out, and writes it.
PROGRAM = """
    import hashlib, os, sys
    from pathlib import Path
    from recorder import Recorder


    def spelled(word):
        text = word.encode()
        for _ in range(150):
            text = hashlib.sha256(text).digest()
        return text.hex()[:8]


    def spell(lines, known):
        found = []
        for line in lines:
            for word in line.split():
                if known is None or word not in known:
                    value = spelled(word)
                    if known is not None:
                        known[word] = value
                found.append(value if known is None else known[word])
        return found


    def rank(found, once):
        if not once:
            return sorted((one, found.count(one)) for one in set(found))
        counts = {}
        for one in found:
            counts[one] = counts.get(one, 0) + 1
        return sorted(counts.items())


    with Recorder() as recorder:
        count = int(sys.argv[sys.argv.index("--lines") + 1])
        with recorder.phase("read", category="io"):
            lines = [" ".join(f"w{(line * 7 + word * 13) % 97}" for word in range(12)) for line in range(count)]
        with recorder.phase("spell", category="work"):
            found = spell(lines, {} if "--remember" in sys.argv else None)
        with recorder.phase("rank"):
            ranked = rank(found, os.environ.get("RANK") == "once")
        with recorder.phase("write", category="io"):
            Path("out").mkdir(exist_ok=True)
            Path("out/words.csv").write_text("".join(f"{word},{many}\\n" for word, many in ranked))
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A project in a folder, and what a test has to know of it.

    ``wins`` are names, the first one shortens ``phase``; ``work`` makes a run small, ``fields`` are the same by the
    labels of the form; ``function`` is in a profile of it, in the file ``source``.
    """

    name: str
    folder: Path
    wins: tuple[str, ...]
    work: tuple[str, ...]
    fields: Mapping[str, str]
    phase: str
    function: str
    project: Path | None = None

    @property
    def win(self) -> str:
        return self.wins[0]

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / DATABASE}"

    @property
    def environment(self) -> dict[str, str]:
        """What tells the product where it is."""
        named = {} if self.project is None else {"QUICKWIN_PROJECT": str(self.project)}
        return {"DATABASE_URL": self.database, "QUICKWIN_HOME": str(self.folder / "home"), **named}


def worked_example(folder: Path) -> Place:
    """The built-in pipeline."""
    return Place(
        name="worked example",
        folder=folder,
        wins=(FOURTH, THIRD, SECOND),
        work=("--tasks", "3", "--candidates", "132"),
        fields={"Tasks": "3", "Candidates a task": "20"},
        phase="score",
        function="score",
    )


def words(folder: Path) -> Place:
    """The user's command, as ``quickwin init`` begins its project where it is not begun."""
    (folder / "count.py").write_text(textwrap.dedent(PROGRAM))
    shutil.copy(str(recorder.__file__), folder / "recorder.py")
    place = Place(
        name="words",
        folder=folder,
        wins=("remember", "rank_once"),
        work=(),
        fields={"lines": "40"},
        phase="spell",
        function="spelled",
        project=folder / "quickwin.toml",
    )
    switches = ["--win", "remember=--remember", "--win", "rank_once=RANK=once"]
    command = ["--command", "{python} count.py --lines {lines}", "--set", "lines=60"]
    if place.project and not place.project.exists():
        with at(place):
            _done("init", *command, *switches, "--answers", "out/*.csv", "--reset", "rm -rf out")
    return place


#: How each is begun in a folder, by name.
PLACES: Mapping[str, Callable[[Path], Place]] = {"worked example": worked_example, "words": words}


@contextmanager
def at(place: Place) -> Iterator[None]:
    """In the place's folder, with its settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.folder)
        patch.delenv("QUICKWIN_PROJECT", raising=False)
        for name, value in place.environment.items():
            if name != "QUICKWIN_PROJECT" or (place.project and place.project.exists()):
                patch.setenv(name, value)
        yield


def recorded(factory: pytest.TempPathFactory, make: Callable[[Path], Place]) -> Place:
    """A place of one's own with the runs in it, which were recorded once."""

    def run_all(folder: Path) -> None:
        folder.mkdir()
        record(make(folder))

    name = make.__name__
    recorded_once = made_once(factory, f"recorded-{name}", run_all)
    return make(Path(shutil.copytree(recorded_once, factory.mktemp(name), dirs_exist_ok=True)))


def record(place: Place) -> None:
    """Runs it seven times and once under a profiler, by the commands."""
    with at(place):
        for wins in ("none", place.win, "none", place.win, place.win, "all", "none"):
            _done("run", "--wins", wins, "--cold", *place.work, "--quiet")
        if place.project is None:
            _done("run", "--profile", "--cold", *place.work, "--quiet")
        else:
            _done("import", _profiled(place), "--yes")


def kernel_logs(place: Place) -> dict[str, bytes]:
    """Three logs as Kaggle keeps them, by name: of no win, of the first, and of the second."""
    printed = _printed(place) if place.project else _TRACKED
    return {f"{name}.log": _kernel_log(text) for name, text in zip(("none", *place.wins), printed, strict=False)}


def _kernel_log(text: str) -> bytes:
    """What a notebook printed, as the list of pieces that ``kaggle kernels output`` leaves."""
    pieces = [
        {"stream_name": "stdout", "time": 1.0 + number, "data": f"{line}\n"}
        for number, line in enumerate(text.splitlines())
    ]
    return "\n,".join(json.dumps(piece) for piece in pieces).join("[]").encode()


def _printed(place: Place) -> list[str]:
    """What the user's command prints of its journal, run by itself with the switches of each win."""
    switches: tuple[tuple[list[str], dict[str, str]], ...] = (([], {}), (["--remember"], {}), ([], {"RANK": "once"}))
    return [
        subprocess.run(
            [sys.executable, "count.py", "--lines", "60", *arguments],
            cwd=place.folder,
            env={**os.environ, "QUICKWIN_ECHO": "1", **more},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for arguments, more in switches
    ]


_TRACKED = [
    f"""run_batt.py:2230: -- 0a1b2c3d - 0 start --
run_batt.py:2230: -- 0a1b2c3d - 0 done - 96 candidates scored
run_batt.py:2300: -- Filtered to 32 unique candidates (from 96)
1 tasks - 0 timeouts

Timing summary (seconds):
  main.run_batt                         {wall:.3f}
  run_batt.check_batt                   {check:.3f}
  run_batt.phase4_differs               {differs:.3f}
"""
    for wall, check, differs in ((24.813, 6.1, 14.2), (15.004, 6.0, 4.6), (22.5, 4.0, 14.1))
]


def _done(*words: str) -> None:
    result = quickwin(*words)
    assert result.exit_code == 0, result.output


def _profiled(place: Place) -> str:
    """The file that pyinstrument leaves of the user's command."""
    profiler = [sys.executable, "-m", "pyinstrument", "-r", "pyisession", "-o", "count.pyisession"]
    subprocess.run([*profiler, "count.py", "--lines", "600"], cwd=place.folder, check=True, capture_output=True)
    return "count.pyisession"
