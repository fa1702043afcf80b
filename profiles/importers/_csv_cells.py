"""What the columns of a CSV hold and what its figures are in seconds: names, units, delimiters, decimal commas."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from profiles.units import UNITS, spoken

DELIMITERS = (",", ";", "\t", "|")
_PHASES = (
    *("phase", "phases", "phasename", "path", "stage", "step", "section", "component", "operation", "range"),
    *("schritt", "fase", "etappe", "étape", "etape", "etapa", "paso", "passo"),
)
_NAMES = {
    "run": (
        *("run", "runid", "runname", "runno", "runnumber", "trial", "trialid", "experiment", "experimentid"),
        *("repetition", "rep", "config", "configuration", "variant", "arm", "version", "commit", "branch"),
    ),
    "task": ("task", "taskid", "taskname", "tasks", "puzzle", "id", "aufgabe", "tâche", "tarea", "tarefa"),
    "phase": _PHASES,
    "name": ("name", "key", "timer", "function", "label", "benchmark", "test", "command", "nom", "nombre", "nome"),
    "calls": ("calls", "count", "ncalls", "n", "instances"),
    "category": ("category", "kind"),
    "basis": ("basis",),
    "status": ("status", "state", "outcome", "result"),
}
#: Words of columns that are seconds though no unit is named; of the first, that they are no moments is sure.
_DURATIONS = frozenset(
    (
        *("duration", "elapsed", "wall", "walltime", "wallclock", "took", "runtime", "timetaken", "executiontime"),
        *("cumtime", "totaltime", "elapsedtime", "runningtime", "timespent", "exectime", "processingtime"),
        *("laufzeit", "durée", "duree", "duración", "duracion", "duração", "durata"),
    )
)
_VAGUE = ("time", "total", "zeit", "temps", "tiempo", "tempo")
_STATISTICS = frozenset(
    (
        *("avg", "average", "mean", "med", "median", "min", "max", "minimum", "maximum", "std", "stddev", "stdev"),
        *("sd", "iqr", "var", "variance", "p50", "p75", "p90", "p95", "p99", "q1", "q3", "ops", "outliers"),
        *("rounds", "best", "worst", "lower", "upper", "ci", "percentile", "error"),
    )
)
_MOMENTS = frozenset(
    (
        *("timestamp", "ts", "date", "datetime", "start", "started", "begin", "began", "end", "ended", "finish"),
        *("finished", "created", "updated", "at", "when", "epoch", "moment", "utc"),
    )
)
_SHARES = frozenset(("percent", "percentage", "pct", "share", "ratio", "fraction"))
#: A function's seconds without, and with those of what it calls; such rows do not add up.
_OWN = frozenset(("self", "own", "tottime", "exclusive", "excl"))
_INCLUSIVE = frozenset(("cum", "cumul", "cumulative", "cumulated", "cumtime", "inclusive", "incl"))
#: Seconds that are a part of others in the same row, or no wall-clock.
_PARTS = frozenset(
    (
        *("self", "own", "tottime", "exclusive", "excl", "cpu", "user", "sys", "system", "kernel", "gpu", "per"),
        *("percall", "children", "idle"),
    )
)
#: No run takes longer than this many seconds; sums of such figures stay numbers.
LARGEST = 2.0**53
#: Units that can stand for something else (a minimum, hits, misses): only in brackets, or behind a figure.
_DOUBTFUL = frozenset(("m", "min", "mins", "h"))
_HEADER_CHARACTERS = 2_000
_CELL_CHARACTERS = 64
_PLAIN_DIGITS = 15
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"[(\[]\s*([a-z\u00b5\u03bc]+)\s*[)\]]|\bin ([a-z\u00b5\u03bc]+)\s*\Z")
_CLOCK = re.compile(r"(?:([0-9]{1,5}) days?, )?([0-9]{1,4}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,9})?)")
_CELL = re.compile(r"([+-]?[0-9.,]+(?:[eE][+-]?[0-9]{1,3})?) ?([a-z\u00b5\u03bc]*)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which column holds what, how columns are set apart, and how many seconds one figure is.

    ``header`` is as written. ``problem`` says why it can not be told which column holds the seconds; ``untaken`` are
    columns that could have been meant. ``clock``: ``0:02:14`` is a duration and not a moment. ``own``: the seconds are
    without those of what lies below.
    """

    delimiter: str
    header: tuple[str, ...] = ()
    seconds: int = -1
    run: int | None = None
    task: int | None = None
    phase: int | None = None
    calls: int | None = None
    category: int | None = None
    basis: int | None = None
    status: int | None = None
    start: int | None = None
    scale: float = 1.0
    width: int = 0
    unit_named: bool = True
    clock: bool = False
    own: bool = False
    rows: str = "phases"
    untaken: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def sentence(self) -> str:
        """Which column was taken as what, and what a row is."""
        phase = "name" if self.rows == "runs" else "phase"
        roles = {"seconds": self.seconds, phase: self.phase, "task": self.task, "run": self.run, "calls": self.calls}
        taken = [f"{role} from {self.header[at]!r}" for role, at in roles.items() if at is not None and at >= 0]
        return f"columns taken: {', '.join(taken)}; each row is one of the {self.rows}"


def is_preamble(line: str) -> bool:
    """Whether a line before the header says nothing: a blank one, a comment, or a spreadsheet's ``sep=;``."""
    text = line.lstrip("\ufeff").strip()
    return not text or text.startswith("#") or text.lower().startswith("sep=")


def find_columns(header: str) -> Columns | None:
    """The columns that a header line names, or None where it is none: it needs seconds, and a run, task or phase."""
    if len(header) > _HEADER_CHARACTERS or header.lstrip().startswith(("{", "[")):
        return None
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([cells_of(header, delimiter)], delimiter=delimiter), [])
        except csv.Error:
            continue
        columns = _columns([name.strip().strip("*`") for name in names], delimiter) if len(names) > 1 else None
        if columns is not None:
            return columns
    return None


def cells_of(line: str, delimiter: str) -> str:
    """The line as its cells with the delimiter between: a Markdown row without its outer bars."""
    text = line.rstrip("\r\n")
    return text.strip().strip("|") if delimiter == "|" else text


@dataclass(frozen=True, kw_only=True, slots=True)
class _Time:
    """A column that has to do with time: ``kind`` is unit, duration, vague, statistic, own, inclusive, part, share or
    moment.
    """

    at: int
    name: str
    kind: str
    scale: float = 1.0


def _time(at: int, name: str) -> _Time | None:
    """What a column has to do with time, by its name; None where nothing."""
    lower = name.lower()
    bracket = _BRACKETED.search(lower)
    terms = [word for word in _WORD.findall(lower) if word != "in"]
    named = (bracket[1] or bracket[2]) if bracket else terms[-1] if terms else ""
    unit = named if named in UNITS and (bracket or named not in _DOUBTFUL) else None
    base = terms[:-1] if unit else terms
    if not terms or not (unit or _is_time(base)):
        return _Time(at=at, name=name, kind="statistic") if set(base) & _STATISTICS else None
    if "%" in name or set(terms) & _SHARES:
        kind = "share"
    elif set(base) & _STATISTICS:
        kind = "statistic"
    elif set(base) & _MOMENTS:
        kind = "moment"
    elif set(base) & _INCLUSIVE and "per" not in base and "percall" not in base:
        kind = "inclusive"
    elif set(base) & _PARTS:
        kind = "own" if set(base) & _OWN and "per" not in base else "part"
    else:
        kind = "unit" if unit else "vague" if "".join(base) in _VAGUE else "duration"
    return _Time(at=at, name=name, kind=kind, scale=UNITS[unit or "s"])


def _is_time(terms: list[str]) -> bool:
    joined = "".join(terms)
    core = [word for word in terms if word not in _PARTS | _STATISTICS | _MOMENTS | _INCLUSIVE]
    rest = "".join(core)
    is_moment = bool(set(terms) & (_MOMENTS | {"cumtime", "tottime"}))
    return joined in _DURATIONS or joined in _VAGUE or rest in _DURATIONS or rest in ("time", "totaltime") or is_moment


def _columns(names: list[str], delimiter: str) -> Columns | None:
    times = [time for at, name in enumerate(names) if (time := _time(at, name))]
    columns: dict[str, int] = {}
    for at, name in enumerate(names):
        joined = "".join(word for word in _WORD.findall(name.lower()))
        role = next((role for role, known in _NAMES.items() if joined in known and role not in columns), None)
        if role is not None and all(time.at != at for time in times):
            columns[role] = at
    has_phase = "phase" in columns
    named = columns.pop("name", None)
    if named is not None:
        columns.setdefault("phase", named)
    start = next((time.at for time in times if time.kind == "moment"), None)
    if not times or not (columns.keys() & {"task", "phase", "run"}):
        return None
    is_list = (
        not has_phase and "task" not in columns and ("run" in columns or ("status" in columns and start is not None))
    )
    is_list = is_list and ("phase" not in columns or "status" in columns or start is not None)
    chosen, problem = _choose(times)
    if chosen is None and not any(time.kind in (*_CANDIDATES, "inclusive", "statistic") for time in times):
        return None
    kinds = (*_CANDIDATES, "inclusive")
    untaken = tuple(time.name for time in times if time.kind in kinds and time is not chosen)
    return Columns(
        delimiter=delimiter,
        header=tuple(names),
        width=len(names),
        seconds=-1 if chosen is None else chosen.at,
        scale=1.0 if chosen is None else chosen.scale,
        unit_named=chosen is not None and chosen.kind in ("unit", "own"),
        own=chosen is not None and chosen.kind == "own",
        clock=chosen is not None and chosen.kind != "vague",
        rows="runs" if is_list else "phases" if "phase" in columns else "tasks" if "task" in columns else "runs",
        start=start,
        untaken=untaken if chosen else (),
        problem=problem,
        **columns,
    )


_CANDIDATES = ("unit", "duration", "vague")


def _choose(times: list[_Time]) -> tuple[_Time | None, str | None]:
    """The one column that holds the seconds, or why it can not be told: a unit counts before a name.

    Of a profile's functions, whose seconds with their callees do not add up, it is their own seconds.
    """
    own = [time for time in times if time.kind == "own"]
    if any(time.kind == "inclusive" for time in times) and len(own) == 1:
        return own[0], None
    for kind in _CANDIDATES:
        candidates = [time for time in times if time.kind == kind]
        if len(candidates) == 1:
            return candidates[0], None
        if candidates:
            several = " and ".join(repr(time.name) for time in candidates[:4])
            return (
                None,
                f"{len(candidates)} columns could hold the seconds, {several}; a table with one of them would work",
            )
    parts = [time for time in times if time.kind in ("own", "inclusive", "part")]
    if any(time.kind == "statistic" for time in times):
        names = ", ".join(repr(time.name) for time in times if time.kind == "statistic")
        return None, f"its columns are statistics over repeated calls ({names}); a column with the seconds would work"
    names = ", ".join(repr(time.name) for time in (parts or times)[:4])
    return (
        None,
        f"no column holds the whole seconds, only {names}; a column like 'seconds' or 'duration (ms)' would work",
    )


def read_seconds(cell: str, columns: Columns) -> float | None:
    """A figure in seconds: its own unit or the header's, with a decimal comma where columns are not set apart by one.

    Where columns are set apart by commas a quoted ``1,5`` has a decimal comma too; ``1,234`` could be either and is
    not read.
    """
    if len(cell) <= _PLAIN_DIGITS and cell.isascii() and cell.replace(".", "", 1).isdigit():
        return float(cell) * columns.scale
    if columns.clock and ":" in cell and (clock := _CLOCK.fullmatch(cell.strip().lower())):
        days, hours, minutes = (int(part or 0) for part in clock.group(1, 2, 3))
        return 86_400.0 * days + 3600.0 * hours + 60.0 * minutes + float(clock[4])
    if (spent := spoken(cell.strip().lower())) is not None:
        return spent
    match = _CELL.fullmatch(cell.strip().strip("~*`").lower()) if len(cell) <= _CELL_CHARACTERS else None
    if match is None or (match[2] and match[2] not in UNITS):
        return None
    number = _decimal(match[1], columns.delimiter)
    if number is None or _NUMBER.fullmatch(number) is None:
        return None
    figure = float(number) * (UNITS[match[2]] if match[2] else columns.scale)
    return figure if 0 <= figure <= LARGEST else None


def _decimal(text: str, delimiter: str) -> str | None:
    if "," not in text:
        return text
    whole, _, rest = text.rpartition(",")
    if "." in rest:
        return whole.replace(",", "") + rest if delimiter != "," and _thousands(text) else None
    if "," in whole or (delimiter == "," and len(rest) == 3):
        return None
    return whole.replace(".", "") + "." + rest


def _thousands(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*", text) is not None
