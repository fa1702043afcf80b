"""A win's row on Decide: opened in place, with all that is known about it; its decision at its end."""

from __future__ import annotations

import streamlit as st

from services.board import BoardRow
from services.project import current_project
from views import address, text
from views.data import board, deciding, measuring
from views.data import evidence as data
from views.navigation import link
from views.parts import decision
from views.parts.board import title
from views.parts.measurement import stage_of
from views.parts.table import table


def is_open(row: BoardRow) -> bool:
    """Whether the address says that this row is open."""
    return bool(address.value("win", None, options=current_project().names) == row.win.name)


def head(row: BoardRow) -> None:
    """The win's name, which opens and closes its row, with its verdict and what the attribution gives it."""
    name, opened = row.win.name, is_open(row)
    st.button(
        title(row),
        key=f"decide.open.{name}",
        icon=":material/keyboard_arrow_down:" if opened else ":material/keyboard_arrow_right:",
        type="tertiary",
        help=f"{'Close' if opened else 'Open'} the evidence on {name}",
        on_click=address.put,
        args=("win", "" if opened else name),
    )
    lines = [board.subtitle(row), board.share(row)]
    st.markdown("  \n".join(f":small[{line}]" for line in lines if line))


def side(row: BoardRow) -> None:
    """Keep, revert or undecided, and what it would rest on."""
    decision.choice(row)
    st.markdown(f":small[{text.escape(', '.join(board.grounds(row)) or 'not measured')}]")


def below(row: BoardRow) -> None:
    """The reason that a decision waits for, and all evidence where the row is open."""
    decision.reason(row, always=is_open(row))
    if not is_open(row):
        return
    with st.container(border=True, key=f"decide.opened.{row.win.name}"):
        st.markdown(f"**{text.escape(row.win.title)}.** {decision.held(row)}")
        pair = st.grid(2, min_column_width=400)
        with pair.cell():
            _facts(row)
        with pair.cell():
            _closing(row)
        _measurements(row)
        _phases(row)


def _facts(row: BoardRow) -> None:
    if row.basis and row.basis.reason:
        st.markdown(text.escape(row.basis.reason))
    bound = data.predicted(data.evidence()).get(row.win.name)
    st.table(dict(deciding.facts(row, bound)), border="horizontal")
    if row.basis is None:
        link("measure", "Measure it", icon=":material/timer:", **board.to_measure(row))
    elif row.due:
        link("measure", "Measure it again", icon=":material/timer:", **board.to_measure(row))


def _closing(row: BoardRow) -> None:
    basis = row.basis
    if basis is None:
        return
    known, runs = measuring.load(data.measurement(basis.measurement_id)), data.blocks(basis.measurement_id)
    if known["spec"].get("kind") != "attribution" and not runs.empty:
        stage_of(known, runs)
    link("measure", "See every run of it", icon=":material/timer:", measurement=basis.measurement_id)


def _measurements(row: BoardRow) -> None:
    if len(row.evidence.measurements) < 2 or row.basis is None:
        return
    st.caption(
        f"It was measured {text.count(len(row.evidence.measurements), 'time')}. What a win brings alone, beside the "
        f"others, and with warm caches may differ; measurement {row.basis.measurement_id} speaks for it above."
    )
    table(
        deciding.every_measurement(row.evidence),
        "decide.measurements",
        "All measurements of this win, the newest first",
        titles={"measurement": "no.", "speedup": "speedup", "low": "95% from", "high": "to"},
        formats=dict.fromkeys(("speedup", "low", "high"), "{:.2f}x"),
    )


def _phases(row: BoardRow) -> None:
    if row.basis is None or row.basis.verdict == "not comparable":
        return
    sentence, changed = deciding.changed_phases(row.basis)
    st.markdown(f"**Phases that it changed.** {text.escape(sentence)}")
    if not changed.empty:
        table(
            changed,
            "decide.phases",
            "Phases whose seconds differ by more than the runs' noise",
            titles={"before": "before (s)", "after": "after (s)"},
            formats=dict.fromkeys(("before", "after"), "{:.3f}"),
        )
