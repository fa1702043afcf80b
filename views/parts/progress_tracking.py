"""The tracker, kept in place: a win's status, notes and checkpoint, ticks, dated lines, and the plan itself."""

from __future__ import annotations

import streamlit as st

from optim.plan.checklist import Tick, ticks
from optim.project.wins import Win
from services.problems import Problem
from services.project import current_project
from services.tracking import WIN_PLAN, Change
from views import text
from views.actions.tracking import keep
from views.address import FLAG, TEXT, bound, bound_container
from views.data import evidence as data
from views.data import tracking as rows
from views.writing import writes

#: What the fields are called; a checkpoint's have their own names.
_LABELS = {
    "status": "Status",
    "notes": "Notes",
    "title": "Title",
    "target_percent": "Planned saving, percent",
    "hours": "Hours it may take",
    "hypothesis": "Hypothesis",
    "implementation": "What it does",
    "target.seconds": "Seconds to reach",
}
_LONG = ("notes", "hypothesis", "implementation")
_SAID = "progress.tracking.said"


def tracking() -> None:
    """Draws it, folded; what was written last is said above it."""
    _said()
    label = "Keep the tracker: status, notes, ticks, dated lines, plan"
    folded = st.expander(label, **bound_container("tracking", False, FLAG))
    if not folded.open:  # half of what the page costs
        return
    with folded:
        plan = current_project().plan
        names = {win.name: f"#{win.number} {win.title}" for win in plan.wins}
        first = next(iter(names), None)
        chosen = st.selectbox("Win", list(names), format_func=names.__getitem__, **bound("tracked", first, TEXT, names))
        pair = st.grid(2, min_column_width=330)
        with pair.cell():
            _win(plan.win(chosen))
        with pair.cell():
            _plan()
            _ticks()
        _timeline()


def _win(win: Win) -> None:
    known = rows.editable(win)
    with st.form(f"progress.tracking.form.{win.name}", border=False):
        for field, value in known.values.items():
            if field == WIN_PLAN[0]:
                st.caption("In the project file:")
            _field(win.name, field, value)
        st.text_input("Another checkpoint field", key=_key(win.name, "new"), placeholder="Unit tests=4/4 passed")
        st.text_input("A dated line", key=_key(win.name, "line"), placeholder="what was tried, and how it went")
        st.form_submit_button(
            "Save",
            key=_key(win.name, "save"),
            icon=":material/save:",
            on_click=_save_win,
            args=(win.name, dict(known.values)),
            **writes(),
        )


def _field(win: str, field: str, value: str) -> None:
    label = _LABELS.get(field) or field.removeprefix("checkpoint ")
    draw = st.text_area if field in _LONG else st.text_input
    draw(label, value, key=_key(win, field))


def _key(win: str, field: str) -> str:
    return f"progress.tracking.{win}.{field}"


def _plan() -> None:
    known = rows.editable(None).values
    if not known["target.seconds"]:
        return
    with st.form("progress.tracking.form.plan", border=False):
        _field("plan", "target.seconds", known["target.seconds"])
        st.form_submit_button(
            "Save the target",
            key=_key("plan", "save"),
            icon=":material/save:",
            on_click=_save_plan,
            args=(dict(known),),
            **writes(),
        )


def _ticks() -> None:
    by_hand = rows.ticked_by_hand()
    for at, tick in enumerate(ticks(current_project().plan, data.evidence())):
        evidence = f" (by evidence: {text.linked(tick.evidence)})" if tick.ticked else ""
        st.checkbox(
            text.escape(tick.text) + evidence,
            value=tick.ticked or tick.text in by_hand,
            key=f"progress.tracking.tick.{at}",
            on_change=_tick,
            args=(at, tick),
            **writes(disabled=tick.ticked),
        )


def _timeline() -> None:
    entries = rows.timeline()
    if entries:
        st.markdown("**Timeline**")
    for entry in entries[:30]:
        notes = f": {text.linked(entry.notes)}" if entry.notes else ""
        st.markdown(f"- {entry.moment}: #{entry.number} {text.escape(entry.title)} {text.escape(entry.status)}{notes}")
    log = rows.log()
    if log:
        st.markdown("**Written by hand**")
        st.markdown("\n".join(f"- {text.escape(sentence)}" for sentence in log))


def _save_win(win: str, before: dict[str, str]) -> None:
    typed = {field: str(st.session_state.get(_key(win, field)) or "").strip() for field in before}
    changes = [Change(win=win, field=field, value=value) for field, value in typed.items() if value != before[field]]
    name, equals, value = str(st.session_state.get(_key(win, "new")) or "").partition("=")
    if equals:
        changes.append(Change(win=win, field=f"checkpoint {name.strip()}", value=value))
    line = str(st.session_state.get(_key(win, "line")) or "")
    if line.strip():
        changes.append(Change(win=win, field="line", value=line))
    if _keep(changes):
        st.session_state[_key(win, "line")] = st.session_state[_key(win, "new")] = ""


def _save_plan(before: dict[str, str]) -> None:
    typed = str(st.session_state[_key("plan", "target.seconds")]).strip()
    _keep([Change(field="target.seconds", value=typed)] if typed != before["target.seconds"] else [])


def _tick(at: int, line: Tick) -> None:
    _keep([Change(field=f"tick {line.text}", value="x" if st.session_state[f"progress.tracking.tick.{at}"] else "")])


def _keep(changes: list[Change]) -> bool:
    try:
        clauses = keep(changes)
        st.session_state[_SAID] = ("success", "; ".join(clauses) or "Nothing was changed")
        return True
    except Problem as problem:
        st.session_state[_SAID] = ("warning", str(problem))
        return False


def _said() -> None:
    kind, sentence = st.session_state.pop(_SAID, (None, ""))
    if kind == "success":
        st.success(text.escape(sentence), icon=":material/check_circle:")
    elif kind:
        st.warning(text.escape(sentence), icon=":material/warning:")
