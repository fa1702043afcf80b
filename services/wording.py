"""Numbers as people read them, the same in the app and on the command line."""

from __future__ import annotations

from collections.abc import Iterable

NONE = "–"


def seconds(value: float | None) -> str:
    """Seconds with about three digits: ``24.8 s``, ``2.14 s``, ``34 ms``, ``5 min 12 s``, ``30 min``, ``2 h``."""
    if value is None or value != value:
        return NONE
    if value < 0:
        return f"−{seconds(-value)}"
    if value >= 3570:
        return _two_units(round(value / 60), "h", "min")
    if value >= 120:
        return _two_units(round(value), "min", "s")
    if value >= 9.995 or value == 0:
        return f"{value:.1f} s"
    if value >= 0.1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.3g} ms" if value >= 1e-4 else f"{value * 1e6:.3g} µs"


def _two_units(amount: int, large: str, small: str) -> str:
    """So many of the small unit, 60 of which are a large one; nothing of it is not said."""
    whole, rest = divmod(amount, 60)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def signed(amount: float, whole: float = 0.0) -> str:
    """A change in seconds with its sign: ``+1.20 s``, ``−34 ms``; what is nothing beside the whole has none."""
    if abs(amount) <= whole * 1e-4 or amount == 0:
        return "0 s"
    return f"{'+' if amount > 0 else '−'}{seconds(abs(amount))}"


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 0-1 as ``74%``; what is not quite nothing or not quite all is not rounded to it."""
    if share is None or share != share:
        return NONE
    if digits == 0 and 0 < share < 0.005:
        return "<1%"
    if digits == 0 and 0.995 < share < 1:
        return ">99%"
    return f"{share * 100:.{digits}f}%"


def times(speedup: float | None) -> str:
    """A speedup (before / after): ``1.23x``."""
    return NONE if speedup is None or speedup != speedup else f"{speedup:.{1 if speedup >= 10 else 2}f}x"


def memory(size: int | None) -> str:
    """Bytes as ``1.23 GB`` or ``456 MB`` (powers of ten)."""
    if size is None:
        return NONE
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 task``, ``13,200 tasks``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *first, last = list(names) or [NONE]
    return f"{', '.join(first)} and {last}" if first else last


def sentence(clause: str) -> str:
    """A clause as a sentence."""
    return f"{clause[0].upper()}{clause[1:]}."


def shortened(name: str, limit: int = 40) -> str:
    """A path or label cut in the middle, so that both ends stay, where siblings differ; a short one at its end."""
    if len(name) <= limit:
        return name
    if limit < 12:
        return f"{name[: limit - 1]}…"
    head = (limit - 1) // 3
    return f"{name[:head]}…{name[-(limit - 1 - head) :]}"
