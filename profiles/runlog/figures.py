"""The lines that give figures: timing summary, cache statistics, final line, and what people paste of them.

Pasted lines come with bullets, boxes, percentages, units and remarks. All patterns are anchored or bounded, so that
their time grows linearly with the line.
"""

from __future__ import annotations

import re

from profiles.runlog import keys
from profiles.runlog.facts import CacheFacts, Conflict, Figure, Listed, RunLog
from profiles.runlog.numbers import EITHER, NUMBER, value_of
from profiles.units import UNITS

#: No line of the grammar is longer; longer ones hold something else.
LONGEST = 400
#: A count; behind it no rest of a figure with decimals.
_COUNT = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})"
_NO_MORE = r"(?![.,]?\d)"
_PERCENT = r"(\d{1,3}(?:[.,]\d{1,6})?)"
#: ``24,813 s`` could be either and waits for what the figures beside it say (``either_key``).
#: ``0:02:14.250`` and ``1 day, 2:03:04``, as a timedelta is printed, ``2:14.25`` and ``1.2e+02`` are figures too.
_CLOCK = r"(?:\d{1,5} days?, )?\d{1,4}:\d\d:\d\d(?:\.\d{1,6})?|\d{1,4}:\d\d\.\d{1,6}"
_SECONDS = r"[~≈]?\s?(" + _CLOCK + "|" + NUMBER + r")(?![.,:]?\d)"
#: A unit or none, and no sign that the figure is something else: ``2m 14s``, ``73%``, ``3 calls``, ``17-19 s``,
#: ``42 s -> 24 s``.
_LARGE = sorted(name for name, scale in UNITS.items() if scale > 1)
_NAMES = "|".join(sorted((name for name in UNITS if name not in _LARGE), key=len, reverse=True))
_UNIT = (
    rf"(?:\s?({_NAMES}|(?:{'|'.join(_LARGE)})(?!\s?\d)|Sekunden|Minuten|Stunden)(?!\w)|(?!\s?[%A-Za-z\u00b5\u03bc]))"
    r"(?!\.\d|\s{0,4}(?:->|=>|→|\bto\b|[-–±+]\s?\d{1,9}(?:[.,]\d{1,6})?(?![\d.,]|\s?%)))"
)
_DECORATION = re.compile(r"[\s├└│─┬┼╰╭╮╯┌┐┘┃━┣┗▸▶►‣◦●○·|>#*•✓✔✅❌⏱→`+\-]{1,60}")

SUMMARY = re.compile(r"\s{0,8}([A-Za-z_][\w.]{1,90})\s{1,60}(\d{1,9}\.\d{3})\s{0,40}\Z")
_NAMED = re.compile(
    r"([A-Za-z_][\w.]{1,90})(?!\w)\s{0,60}(?:[:=]|\.{2,60})?\s{0,60}" + _SECONDS + _UNIT + r"(.{0,200})\Z"
)
_EITHER = re.compile(
    r"([A-Za-z_][\w.]{1,90})(?!\w)\s{0,60}(?:[:=]|\.{2,60})?\s{0,60}[~≈]?\s?(" + EITHER + r")(?![.,:]?\d)" + _UNIT
)
_LABELLED = re.compile(r"[A-Za-z][\w() -]{0,40}:\s{1,20}(?=(?:main|run_batt|batt|utils|expand_solver)\.\w)")
_CELL = re.compile(_SECONDS + _UNIT + r"\s{0,20}(?:\([^)]{0,80}\))?\Z")
_LISTED = re.compile(
    r"([\[(A-Za-z0-9][^:|]{1,60}?)(?::\s{0,20}|\s{1,60})" + _SECONDS + r"(?=\s?[a-zµ])" + _UNIT + r"(.{0,200})\Z"
)
_SHARE = re.compile(r"(?<![\d.,])" + _PERCENT + r"\s?%")
_WALL = re.compile(r"(?:total )?wall[- ]?clock(?: time)?:?\**:?\s{1,60}" + _SECONDS + _UNIT, re.I)
_WALL_AFTER = re.compile(r"(?<![\w.,])(?<!\d[mh] )" + _SECONDS + r"s?\s{0,4}\(main\.run_batt\)")
_BEFORE = r"(?:[A-Za-z][^:]{0,60}: {1,20})?"
_OCTOBER = re.compile(_BEFORE + r"(\d{1,9}) tasks - (\d{1,9}) timeouts?(?!\w)")
_NOVEMBER = re.compile(
    _BEFORE + r"(\d{1,9}) tasks - timeouts = (\d{1,9}) - tot_d_score = -?\d{1,18} in (\d{1,9}\.\d{1,6})s"
)
_CACHE_HEAD = re.compile(r"(\w[\w ]{0,40}?) cache:?\**:?\s{0,20}\Z", re.I)
_CACHE_FIELD = re.compile(
    r"(?:(Hits|Misses|Total|Cache Size):\s{0,20}"
    + _COUNT
    + r"|(Hit Rate):\s{0,20}"
    + _PERCENT
    + r")(?=[\s,%]|\Z)"
    + _NO_MORE
)
_CACHE_INLINE = re.compile(
    r"(\w[\w ]{0,40}?) cache\**:\**\s{0,20}" + _PERCENT + r"\s?%[^(]{0,20}\(" + _COUNT + r"\s?/\s?" + _COUNT + _NO_MORE,
    re.I,
)
_SAVED = re.compile(r"(total )?time saved(?: \((\w{1,40})\))?:\s{0,20}" + _SECONDS + _UNIT, re.I)
_SOLVERS = re.compile(r"solvers generated:\s{0,20}" + _COUNT + _NO_MORE, re.I)
_ERRORS = re.compile(r"errors:\s{0,20}" + _COUNT + _NO_MORE, re.I)
_PRAISE = re.compile(r"\b(perfect|perfectly|working as expected|as expected|confirmed|success|all correct)\b", re.I)
#: Three decimals, as the summary prints them: a figure that no editor cut.
_PRINTED = re.compile(r"\d{1,9}[.,]\d{3}\Z")
_RESIDUAL = re.compile(
    r"\b(others?|remaining|remainder|rest|misc|miscellaneous|framework overhead|everything else|left ?over|glue"
    r"|untracked|unmeasured|unattributed)\b",
    re.I,
)
_CALLED = re.compile(r"\b(cold|warm)[ _-](?:run|cache|start)", re.I)
_CLAIM = re.compile(
    r"(?:(?:total )?wall[- ]?clock(?: time)?|(?:total )?time saved|([A-Za-z_][\w.]{1,90}))(?!\w)[^\w]{0,30}\d", re.I
)
_CPU = re.compile(
    r"(user|sys)\s{1,9}(?:(\d{1,6})m\s?)(\d{1,2}[.,]\d{1,6})s\s{0,9}"
    r"|\s{0,9}(User|System) time \(seconds\): (\d{1,9}\.\d{1,6})\s{0,9}"
)
_PEAK = re.compile(r"\s{0,9}Maximum resident set size \(kbytes\): (\d{1,12})\s{0,9}")
_FIELD = re.compile(r"\s{0,20}(?:Hits|Misses|Total|Hit Rate|Cache Size):")
_FIELDS = {"Hits": "hits", "Misses": "misses", "Total": "total", "Hit Rate": "hit_rate", "Cache Size": "entries"}
#: A figure at the very end of a file, without the line's end that would show that it is whole.
_CUT = re.compile(
    r"[^:]{0,60}\b(?:Hits|Misses|Total|Hit Rate|Cache Size|Time Saved|attempts):\s{0,20}~?[\d.,]{0,20}\Z", re.I
)


def may_be_cut(text: str) -> bool:
    """Whether a file that ends with this line, without a line's end, may have lost digits of a figure."""
    return bool(_CUT.match(text)) and len(text) <= LONGEST


def whole(text: str) -> int:
    """A count as written, thousands separators or not."""
    return int(text.replace(",", ""))


def plain(text: str) -> str:
    """The line without the bullets, boxes, ticks, stars and bars that people paste around it."""
    text = text.replace("**", "").replace("|", " ").replace("│", " ")
    match = _DECORATION.match(text)
    return (text[match.end() :] if match else text).rstrip()


def _in_seconds(figure: str, unit: str | None) -> float:
    """The figure in seconds; bare ones are seconds."""
    return _clock(figure) if ":" in figure else value_of(figure) * UNITS[(unit or "s").lower()]


def _clock(figure: str) -> float:
    """``1 day, 2:03:04.5`` or ``2:03.5`` in seconds."""
    days, _, clock = figure.rpartition(", ")
    parts = [float(part) for part in clock.split(":")]
    spent = sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
    return spent + 86_400.0 * int(days.split()[0] if days else 0)


def unread(text: str, in_cache: bool) -> bool:
    """Whether a line that gave no figure looks as if it held one: of a known key, a claim, or a cache that is open."""
    clean = _unlabelled(plain(text))
    if " tasks - " in clean and "timeout" in clean.lower():
        return True
    match = _CLAIM.match(clean)
    if match and (match[1] is None or keys.is_known(match[1])):
        return True
    return in_cache and bool(_FIELD.match(text))


def final_line(text: str, number: int, log: RunLog) -> bool:
    """``100 tasks - 100 timeouts`` or ``10 tasks - timeouts = 0 - tot_d_score = 4439021 in 176.520s``."""
    clean = plain(text)
    match = _NOVEMBER.match(clean) or _OCTOBER.match(clean)
    if not match:
        return False
    log.announced = Figure(value=int(match[1]), line=number, text=match[0])
    log.claimed_timeouts = Figure(value=int(match[2]), line=number, text=match[0])
    log.final_form = "october" if match.re is _OCTOBER else "november"
    if match.re is _NOVEMBER:
        log.final_seconds = Figure(value=float(match[3]), line=number, text=match[3] + "s")
    return True


def is_final(text: str) -> bool:
    """Whether the line ends a run."""
    return " tasks - " in text and bool(_NOVEMBER.match(plain(text)) or _OCTOBER.match(plain(text)))


def cache_head(text: str) -> str | None:
    """The cache's name, lower-case, where the line opens its block: ``Validation Cache:``; ``Warm cache`` is none."""
    match = _CACHE_HEAD.match(plain(text))
    name = match[1].strip().lower().replace(" ", "_") if match else None
    return None if name in ("cold", "warm") else name


def cache_fields(text: str, number: int, cache: CacheFacts, conflicts: list[Conflict]) -> bool:
    """Takes ``Hits: 0``, or several of them on one line; True where there was one. The first of two values stays."""
    is_filled = False
    for match in _CACHE_FIELD.finditer(text):
        name, value = match[1] or match[3], float(whole(match[2]) if match[2] else match[4].replace(",", "."))
        figure, known = Figure(value=value, line=number, text=match[0]), getattr(cache, _FIELDS[name])
        if known is None:
            setattr(cache, _FIELDS[name], figure)
        elif known.value != value:
            conflicts.append(Conflict(name=f"{cache.name} {name}", first=known, second=figure))
        is_filled = True
    return is_filled


def cache_inline(text: str, number: int) -> CacheFacts | None:
    """A cache on one line: ``Inlining cache: 100.0% hit rate (16,000/16,000 PERFECT)``."""
    match = _CACHE_INLINE.match(plain(text))
    if not match:
        return None
    hits, total = whole(match[3]), whole(match[4])
    figures = {
        "hits": hits,
        "misses": max(total - hits, 0),
        "total": total,
        "hit_rate": float(match[2].replace(",", ".")),
    }
    name = match[1].strip().lower().replace(" ", "_")
    made = {what: Figure(value=value, line=number, text=match[0]) for what, value in figures.items()}
    return CacheFacts(name=name, line=number, **made)


def saved(text: str, number: int) -> tuple[bool, str | None, Figure] | None:
    """Whether it is the total, the cache it names or None, and the seconds that a log claims were saved."""
    match = _SAVED.match(plain(text))
    if not match:
        return None
    name = match[2].lower() if match[2] else None
    return bool(match[1]), name, Figure(value=_in_seconds(match[3], match[4]), line=number, text=match[0])


def wall(text: str, number: int) -> Figure | None:
    """``Wall-clock: 24.813s``, ``Total wall-clock 2.932s`` or ``24.813s (main.run_batt)``."""
    match = _WALL.match(plain(text))
    if match:
        value = _in_seconds(match[1], match[2])
        return Figure(value=value, line=number, text=match[0], has_unit=match[2] is not None or ":" in match[1])
    match = _WALL_AFTER.search(text)
    return Figure(value=_in_seconds(match[1], None), line=number, text=match[0]) if match else None


def _unlabelled(text: str) -> str:
    """The text without a word or two before a key: ``Before: main.run_batt: 10.0s``."""
    match = _LABELLED.match(text)
    return text[match.end() :] if match else text


def named_key(text: str, number: int) -> tuple[str, Figure] | None:
    """A key of the pipeline with its seconds, as a person pastes it; seconds without a unit are marked so."""
    match = _NAMED.match(_unlabelled(plain(text)))
    key = keys.canonical(match[1]) if match else None
    if not match or key is None or (match[3] is None and "|" in text[1:]):
        # A bare figure in a table may be of any column.
        return None
    value, has_unit = _in_seconds(match[2], match[3]), match[3] is not None or ":" in match[2]
    return key, Figure(value=value, line=number, text=match[2] + (match[3] or ""), has_unit=has_unit)


def summary_key(text: str, number: int) -> tuple[str, Figure] | None:
    """A line of the timing summary: as printed, or with a unit, a remark or marks that somebody put around it.

    A bare figure counts as seconds there, where it has the three decimals that the summary prints.
    """
    match = SUMMARY.match(text)
    key = keys.canonical(match[1]) if match else None
    if match and key:
        return key, Figure(value=float(match[2]), line=number, text=match[2])
    named = named_key(text, number)
    if named and (named[1].has_unit or _PRINTED.match(named[1].text)):
        return named[0], Figure(value=named[1].value, line=number, text=named[1].text)
    return None


def either_key(text: str, line: int, *, bare: bool) -> tuple[str, Figure] | None:
    """A key whose figure is ``1,234``: with a decimal comma, if the figures beside it have one. ``bare``: it may stand
    without a unit.
    """
    match = _EITHER.match(_unlabelled(plain(text)))
    key = keys.canonical(match[1]) if match else None
    if not match or key is None or not (match[3] or bare):
        return None
    return key, Figure(value=_in_seconds(match[2], match[3]), line=line, text=match[2])


def resources(text: str, log: RunLog) -> None:
    """What ``time`` says behind a run: CPU seconds, and with ``-v`` the peak memory."""
    spent, peak = _CPU.fullmatch(text), _PEAK.fullmatch(text)
    if spent:
        kind = (spent[1] or spent[4]).lower()
        seconds = 60.0 * int(spent[2]) + float(spent[3].replace(",", ".")) if spent[2] else float(spent[5])
        log.cpu["sys" if kind.startswith("sys") else "user"] = seconds
    elif peak:
        log.peak_bytes = 1024 * int(peak[1])


def cell(text: str, *, bare: bool) -> float | None:
    """The seconds that a table's cell holds, and nothing else; ``bare``: its column says that figures are seconds."""
    match = _CELL.match(text)
    if not match or not (match[2] or bare or ":" in match[1]):
        return None
    return _in_seconds(match[1], match[2])


def listed(text: str, number: int) -> Listed | None:
    """Any other name that a list gives seconds: ``Other operations   0.070s   2%``."""
    match = _LISTED.match(plain(text))
    if not match:
        return None
    share = _SHARE.search(match[4])
    name = match[1].strip().strip("()[]").strip()
    return Listed(
        name=name,
        seconds=_in_seconds(match[2], match[3]),
        line=number,
        share=float(share[1].replace(",", ".")) / 100 if share else None,
    )


def is_residual(name: str) -> bool:
    """Whether a name stands for what was left over, not for something that was timed."""
    return bool(_RESIDUAL.search(name))


def remarks(text: str, number: int, log: RunLog) -> None:
    """What a log says of itself in passing: solvers, errors, praise, and whether it calls itself cold or warm."""
    clean = plain(text)
    solvers, errors = _SOLVERS.match(clean), _ERRORS.match(clean)
    if solvers:
        log.claimed_solvers = Figure(value=whole(solvers[1]), line=number, text=solvers[0])
    if errors:
        log.claimed_errors = Figure(value=whole(errors[1]), line=number, text=errors[0])
    praise, called = _PRAISE.search(clean), _CALLED.search(clean)
    if praise and len(log.praise) < 20:
        log.praise.append(Figure(value=0, line=number, text=clean[:120]))
    if called and len(log.called) < 20:
        log.called.append(Figure(value=0, line=number, text=called[1].lower()))
