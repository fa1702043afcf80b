"""What is left to do: per win and for the target, each with its next step as a link and as a command."""

from __future__ import annotations

import shlex

import streamlit as st

from services import left
from services.account import Account
from services.left import Step
from views import text
from views.configs import circled
from views.data.cards import next_step
from views.navigation import link

#: What the link to a step says; a step without one is a button of the page itself.
_LABELS = {
    left.MEASURE: "Measure it",
    left.MORE: "Measure more",
    left.DECIDE: "Decide",
    left.ATTRIBUTE: "Measure together",
    left.IMPORT: "Import its log",
}
#: So many steps are read at a glance; the others are folded.
_FIRST = 3


def what_is_left(account: Account) -> None:
    """Draws the steps; one line where nothing is left."""
    st.header("What is left")
    steps = left.what_is_left(account)
    if not steps:
        st.markdown("Nothing: every win is decided on settled evidence.")
    first = steps if len(steps) <= _FIRST + 1 else steps[:_FIRST]
    for number, step in enumerate(first):
        _step(number, step)
    if more := steps[len(first) :]:
        with st.expander(f"{len(more)} more", key="progress.left.more"):
            for number, step in enumerate(more, len(first)):
                _step(number, step)


def _step(number: int, step: Step) -> None:
    with st.container(key=f"progress.left.{number}"):
        sentence, act = st.columns([5, 2], vertical_alignment="center")
        sentence.markdown(_words(step))
        if step.act in _LABELS:
            page, _, query = next_step(step)
            with act:
                link(page, _LABELS[step.act], icon=":material/arrow_forward:", **query)


def _words(step: Step) -> str:
    """Whose it is, what is missing, and the command."""
    whose = " ".join(f"{circled(name)} **{text.escape(name)}**" for name in step.wins[:3])
    if len(step.wins) > 3:
        whose = f"{''.join(circled(name) for name in step.wins)} **{text.count(len(step.wins), 'win')}**"
    clauses = "; ".join(text.linked(clause) for clause in step.lacks)
    sentence = f"{whose}: {clauses}" if whose else f"{clauses[:1].upper()}{clauses[1:]}"
    return f"{sentence}.  \n:small[`quickwin {shlex.join(step.arguments)}`]"
