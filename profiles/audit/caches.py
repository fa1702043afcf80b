"""Rules on what a log claims of its caches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from profiles.audit.case import Case, Rule
from profiles.records import Finding
from profiles.runlog.facts import CacheFacts, Figure

#: What the pipeline multiplies hits by, in seconds; nobody measured them.
CONSTANTS = (0.150, 0.087)
_DECIMALS = re.compile(r"(\d+)(?:\.(\d+))?\s?[s%]?\s*\Z")


def _rounding(text: str) -> float:
    """Half a unit of the last decimal printed at the end of ``text``."""
    match = _DECIMALS.search(text.strip())
    return 0.5 * 10.0 ** -len(match[2] or "") + 1e-9 if match else 0.05


def _claims(case: Case) -> Iterator[tuple[str, float, int | None, str]]:
    """Saved seconds as claimed: of what, how many, the line, the text."""
    if case.log is None:
        for stats in case.record.caches:
            if stats.claimed_saved_seconds is not None:
                yield stats.name, stats.claimed_saved_seconds, None, f"{stats.claimed_saved_seconds:g} s"
        return
    for cache in case.log.caches.values():
        if cache.saved:
            yield cache.name, cache.saved.value, cache.saved.line, cache.saved.text
    if case.log.total_saved:
        yield "all caches", case.log.total_saved.value, case.log.total_saved.line, case.log.total_saved.text


def saved_more_than_spent(case: Case) -> Iterator[Finding]:
    """Time saved above the run's whole wall-clock."""
    for name, saved, line, text in _claims(case):
        if case.wall is not None and saved > case.wall:
            yield Finding(
                rule="saved_more_than_spent",
                severity="error",
                line=line,
                claimed=f"{name}: {text}",
                follows=f"the whole run took {case.wall:,.3f} s, so {saved:,.2f} s saved is no measured time",
            )


def saved_is_hits_times_constant(case: Case) -> Iterator[Finding]:
    """Time saved that is exactly hits times a constant."""
    for cache in case.log.caches.values() if case.log else ():
        if cache.saved and cache.hits and cache.hits.value:
            constant = _constant(cache.hits.value, cache.saved)
            if constant is not None:
                yield Finding(
                    rule="saved_is_hits_times_constant",
                    severity="warning",
                    line=cache.saved.line,
                    claimed=f"{cache.name}: {cache.saved.text}",
                    follows=f"{cache.hits.value:,.0f} hits x {constant:.3f} s: a constant, not a measurement",
                )


def _constant(hits: float, saved: Figure) -> float | None:
    """The constant in milliseconds' steps that gives the claim, None where none does or chance could."""
    rounding = _rounding(saved.text)
    for constant in CONSTANTS:
        if abs(hits * constant - saved.value) <= rounding:
            return constant
    guess = round(saved.value / hits, 3)
    return guess if guess and hits >= 1000 and abs(hits * guess - saved.value) <= rounding else None


def hit_rate(case: Case) -> Iterator[Finding]:
    """A hit rate that does not follow from hits and misses."""
    for cache in case.log.caches.values() if case.log else ():
        if not (cache.hit_rate and cache.hits and cache.misses):
            continue
        lookups = cache.hits.value + cache.misses.value
        true = 100.0 * cache.hits.value / lookups if lookups else 0.0
        if abs(true - cache.hit_rate.value) > _rate_rounding(cache.hit_rate):
            yield Finding(
                rule="hit_rate",
                severity="error",
                line=cache.hit_rate.line,
                claimed=f"{cache.name}: {cache.hit_rate.value:g}% hits",
                follows=f"{cache.hits.value:,.0f} hits of {lookups:,.0f} lookups are {true:.1f}%",
            )


def _rate_rounding(rate: Figure) -> float:
    match = re.search(r"(\d+)(?:\.(\d+))?\s?%?", rate.text.rpartition("Hit Rate")[2])
    decimals = len(match[2] or "") if match else 1
    return float(0.5 * 10.0**-decimals) + 1e-6


def total(case: Case) -> Iterator[Finding]:
    """A total that is not hits plus misses, or negative room for misses."""
    for cache in case.log.caches.values() if case.log else ():
        if not (cache.total and cache.hits and cache.misses):
            continue
        true = cache.hits.value + cache.misses.value
        if true != cache.total.value:
            yield Finding(
                rule="total",
                severity="error",
                line=cache.total.line,
                claimed=f"{cache.name}: total {cache.total.value:,.0f}",
                follows=f"{cache.hits.value:,.0f} hits + {cache.misses.value:,.0f} misses are {true:,.0f}",
            )


def called_cold_or_warm(case: Case) -> Iterator[Finding]:
    """Empty caches in a run called warm, or primed ones in a run called cold."""
    for word, line, where in _called(case):
        for cache in case.log.caches.values() if case.log else ():
            follows = _contradiction(word, cache)
            if follows:
                yield Finding(
                    rule="called_cold_or_warm",
                    severity="warning",
                    line=cache.hits.line if cache.hits else line,
                    claimed=f"{where} calls the run {word}",
                    follows=f"{cache.name} cache: {follows}",
                )


def _called(case: Case) -> Iterator[tuple[str, int | None, str]]:
    """The words by which the log, its file's name or its label call the run."""
    for name, where in ((case.record.source_name, "the file's name"), (case.record.label, "the label")):
        states = re.findall(r"(?<![a-z])(cold|warm)(?![a-z])", (name or "").lower())
        if len(set(states)) == 1:
            yield states[0], None, where
            return
    for figure in case.log.called[:1] if case.log else ():
        yield figure.text, figure.line, "the log"


def _contradiction(word: str, cache: CacheFacts) -> str | None:
    if not cache.hits or not cache.misses:
        return None
    hits, misses = cache.hits.value, cache.misses.value
    if word == "warm" and not hits and misses:
        return f"no hit in {misses:,.0f} lookups, so it began empty"
    if word == "cold" and hits and not misses:
        return f"{hits:,.0f} hits and no miss, so it was primed"
    if word == "cold" and cache.entries and cache.entries.value > misses:
        more = cache.entries.value - misses
        return f"{cache.entries.value:,.0f} entries after {misses:,.0f} misses, so {more:,.0f} were there before"
    return None


RULES: tuple[Rule, ...] = (saved_more_than_spent, saved_is_hits_times_constant, hit_rate, total, called_cold_or_warm)
