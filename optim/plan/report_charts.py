"""A report's charts as SVG drawn here: seconds down to the target, wins on one scale, seconds saved by each win.

No script and no chart library: the report is one small file that any browser shows, also printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from optim.evidence.records import TrackerEvidence
from optim.plan.report_html import Chart
from optim.plan.standing import standing
from optim.project.fields import Range
from optim.project.records import Plan
from optim.project.wins import Win

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 820, 210, 110, 30, 26
_INK, _MUTED, _BAR, _ACCENT, _BAND = "#111111", "#5B6470", "#0077BB", "#00705A", "#EBDDBB"


def report_charts(plan: Plan, evidence: TrackerEvidence, attribution: Mapping[str, Any] | None) -> list[Chart]:
    """The charts that there is something to draw for.

    Args:
        attribution: what a measurement's verdict holds under ``attribution``.
    """
    drawn = []
    if plan.baseline is not None:
        drawn.append(Chart(title=f"Seconds on {plan.machine}, projected", html=seconds_chart(plan, evidence)))
    drawn.append(Chart(title="Planned and measured", html=wins_chart(plan, evidence)))
    if attribution and attribution.get("shapley"):
        drawn.append(Chart(title="Seconds saved by each win", html=shares_chart(plan, attribution["shapley"])))
    return drawn


def seconds_chart(plan: Plan, evidence: TrackerEvidence) -> str:
    """Bars from the baseline down, one for each win that is kept, and the band of the target."""
    assert plan.baseline is not None
    base, now = plan.baseline.seconds, standing(plan, evidence)
    rows: list[tuple[str, float, tuple[float, float] | None]] = [("Baseline", base, None)]
    for number, name in enumerate(now.kept, 1):
        joint = evidence.joint(frozenset(now.kept[:number]))
        if joint is not None:
            span = (base / joint.high, base / joint.low) if joint.low and joint.high else None
            rows.append((f"with {plan.win(name).title or name}", base / joint.speedup, span))
    if now.projected is not None and not now.now_is_kept:
        low, high = now.projected.low, now.projected.high
        span = (low, high) if low is not None and high is not None else None
        rows.append(("all wins together", now.projected.seconds, span))
    if now.reference is not None and now.reference.wall_seconds:
        rows.append((f"{now.reference.name}, there", now.reference.wall_seconds, None))
    target = plan.target.seconds if plan.target else None
    most = max([high for _, seconds, span in rows for high in (seconds, (span or (0, 0))[1])] + [base])
    return _bars(rows, most, target, "seconds; the band is the target")


def shares_chart(plan: Plan, shapley: Iterable[Mapping[str, Any]]) -> str:
    """The seconds that each win saves, with their intervals; together they are what all wins save."""
    rows = []
    for row in shapley:
        low, high = row.get("low"), row.get("high")
        span = None if low is None or high is None else (float(low), float(high))
        rows.append((_title(plan, str(row["win"])), float(row["seconds"]), span))
    most = max([max(seconds, (span or (0.0, 0.0))[1]) for _, seconds, span in rows] + [1e-9])
    return _bars(rows, most, None, "seconds saved, with the 95% interval")


def wins_chart(plan: Plan, evidence: TrackerEvidence) -> str:
    """Each win's planned range and measured interval on one logarithmic scale of speedups."""
    known = [(win, evidence.win(win.name).measured) for win in plan.wins]
    values = [1.0]
    for win, measured in known:
        values += [win.target_speedup.low, win.target_speedup.high] if win.target_speedup else []
        values += [value for value in (measured.low, measured.speedup, measured.high) if value] if measured else []
    low, high = min(values) / 1.05, max(values) * 1.05

    def x(speedup: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log(speedup / low) / math.log(high / low)

    body = [_line(x(1.0), _TOP - 8, x(1.0), _TOP + _ROW * len(known), _INK)]
    for number, (win, measured) in enumerate(known):
        y = _TOP + _ROW * number + _ROW / 2
        body.append(_text(0, y + 4, _label(win)))
        if win.target_speedup:
            start, end = x(win.target_speedup.low), x(win.target_speedup.high)
            body.append(_rect(start, y - 6, max(end - start, 2), 12, "#D5DAE1"))
        body += _interval(x, y, measured)
    caption = "speedup, logarithmic; grey is planned, the line is the 95% interval, 1x is no change"
    return _svg(body, _TOP + _ROW * len(known) + 26, caption)


def _interval(x: Any, y: float, measured: Any) -> list[str]:
    if measured is None or measured.speedup is None:
        return [_text(_WIDTH - _RIGHT + 8, y + 4, "not measured", _MUTED)]
    low, high = measured.low or measured.speedup, measured.high or measured.speedup
    return [
        _line(x(low), y, x(high), y, _INK, 3),
        f'<circle cx="{x(measured.speedup):.1f}" cy="{y:.1f}" r="5" fill="{_ACCENT}"/>',
        _text(_WIDTH - _RIGHT + 8, y + 4, f"{measured.speedup:.2f}x {measured.verdict}"),
    ]


def _bars(
    rows: Sequence[tuple[str, float, tuple[float, float] | None]], most: float, target: Range | None, caption: str
) -> str:
    scale = (_WIDTH - _LEFT - _RIGHT) / most
    height = _ROW * len(rows)
    body = []
    if target is not None:
        width = max((target.high - target.low) * scale, 2)
        body.append(_rect(_LEFT + target.low * scale, _TOP - 6, width, height + 6, _BAND))
    for number, (label, value, span) in enumerate(rows):
        y = _TOP + _ROW * number
        body.append(_text(0, y + 19, label))
        body.append(_rect(_LEFT, y + 5, max(value, 0) * scale, _ROW - 12, _BAR))
        if span is not None:
            at = y + _ROW / 2 - 1
            body.append(_line(_LEFT + max(span[0], 0) * scale, at, _LEFT + max(span[1], 0) * scale, at, _INK, 2))
        body.append(_text(_WIDTH - _RIGHT + 8, y + 19, f"{value:.3g} s"))
    return _svg(body, _TOP + height + 26, caption)


def _label(win: Win) -> str:
    return f"{f'#{win.number} ' if win.number else ''}{win.title or win.name}"


def _title(plan: Plan, name: str) -> str:
    win = next((planned for planned in plan.wins if planned.name == name), None)
    return name if win is None else _label(win)


def _svg(body: Sequence[str], height: float, caption: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" width="100%" role="img" aria-label="{escape(caption, quote=True)}" '
        f'font-family="system-ui, sans-serif" font-size="13">{"".join(body)}'
        f"{_text(_LEFT, height - 6, caption, _MUTED)}</svg>"
    )


def _text(x: float, y: float, text: str, colour: str = _INK) -> str:
    short = text if len(text) <= 30 or x > 0 else f"{text[:29]}…"
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{escape(short)}</text>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{colour}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'
