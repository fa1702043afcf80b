"""The address holds what is seen: one way between widgets and the query of the page's address.

A widget takes its key and its callback from ``bound``. Its value comes from the address where that names one, else from
the default, and a change is written into the address as a step that Back takes back. Defaults are written into the
address when a page was first drawn, without such a step (``finish``), so that a link shows the same to everybody, also
when a default changes later. Names belong to one page: what another page left in the address is cleared.

Streamlit's own binding replaces the address and leaves defaults out, so that Back leaves the page and a link means
whatever the defaults are by then; that is why it is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from views.copying import copy_button
from views.text import escape, listed

#: Per page what of the address was taken into the widgets last, by name.
_TAKEN = "address.taken"
#: What the page that is being drawn has bound so far: name to texts.
_BOUND = "address.bound"
_PAGE = "address.page"
#: What was put into widgets since a page was drawn to its end, by key: what the browser may show still, and the new.
_UNSENT = "address.unsent"

_KEEP = st.components.v2.component(
    "quickwin_address",
    js="""
export default function ({ data }) {
  const url = new URL(window.location.href);
  const before = url.search;
  if (!Object.keys(data.shown).length) return;
  for (const name of [...url.searchParams.keys()]) {
    if (!(name in data.shown) && !name.startsWith("embed")) url.searchParams.delete(name);
  }
  for (const [name, texts] of Object.entries(data.shown)) {
    if (url.searchParams.has(name)) continue;
    for (const text of texts) url.searchParams.append(name, text);
  }
  if (url.search !== before) window.history.replaceState(window.history.state, "", url);
}
""",
)

_COPY = copy_button(
    "quickwin_copy_link",
    label="Copy link",
    copied="Link copied",
    otherwise="Copy it from the address bar",
    text="window.location.href",
    size=".875rem",
    padding=".25rem .75rem",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """How a value stands in the address: ``read`` takes its texts (raises ValueError), ``write`` gives them."""

    read: Callable[[Sequence[str]], Any]
    write: Callable[[Any], list[str]]


def _one(value: Any) -> list[str]:
    return [] if value is None or value == "" else [str(value)]


TEXT = Kind(read=lambda texts: texts[-1], write=_one)
#: The number of a thing: of a run, a measurement, a page; from 1.
NUMBER = Kind(read=lambda texts: _counted(texts[-1]), write=_one)
SHARE = Kind(read=lambda texts: float(texts[-1]), write=lambda value: [] if value is None else [f"{value:g}"])
NAMES = Kind(read=list, write=lambda values: [str(value) for value in values])
DAY = Kind(
    read=lambda texts: date.fromisoformat(texts[-1]), write=lambda value: [] if value is None else [value.isoformat()]
)
FLAG = Kind(read=lambda texts: texts[-1] == "1", write=lambda value: ["1" if value else "0"])


def within(read: Callable[[str], float], least: float | None, most: float | None) -> Kind:
    """The kind of a number that lies between two bounds, either of them None for no bound."""

    def number(texts: Sequence[str]) -> float:
        value = read(texts[-1])
        if not (least is None or value >= least) or not (most is None or value <= most) or len(texts[-1]) > 25:
            raise ValueError(texts[-1])
        return value

    return Kind(read=number, write=_one)


def _counted(text: str) -> int:
    if len(text) > 18 or (number := int(text)) < 1:
        raise ValueError(text)
    return number


def begin(page: str) -> None:
    """A page is about to be drawn; its names are those that ``bound`` is asked for until ``finish``."""
    st.session_state[_PAGE], st.session_state[_BOUND] = page, {}


def finish() -> None:
    """The page is drawn: defaults that are not in the address get there, and what is not this page's goes."""
    st.session_state.pop(_UNSENT, None)
    _KEEP(data={"shown": st.session_state[_BOUND]}, key=f"{st.session_state[_PAGE]}.address", height=0)


def bound(
    name: str, default: Any = None, kind: Kind = TEXT, options: Iterable[Any] | None = None, *, fixed: bool = True
) -> dict[str, Any]:
    """The key and the callback of a widget whose value is ``name`` in the address: ``selectbox(..., **bound(...))``.

    Args:
        default: the value without one in the address.
        kind: how the value is written there.
        options: what the value may be; another one in the address is named in a sentence, and the default is shown.
        fixed: False where the widget takes other values than ``options`` too.

    A change that comes before the page is drawn to its end stops the drawing, and what was on its way to the browser is
    dropped. ``persist_state`` sends each value until the browser has it: it would show the widget's first option else,
    and give that back as chosen. Tabs and expanders do not know it and need it not: ``bound_container``.
    """
    key = f"{st.session_state[_PAGE]}/{name}"
    texts = st.query_params.get_all(name)
    taken = st.session_state.setdefault(_TAKEN, {})
    if key not in st.session_state or taken.get(key) != texts:
        _assign(key, _value(name, texts, default, kind, list(options) if options is not None else None, fixed))
        taken[key] = texts
    st.session_state[_BOUND][name] = kind.write(st.session_state[key])
    return {"key": key, "on_change": _changed, "args": (name, key, kind), "persist_state": "page"}


def bound_container(name: str, default: Any, kind: Kind = TEXT, options: Iterable[Any] | None = None) -> dict[str, Any]:
    """``bound`` for tabs and expanders, which are always drawn as they stand in the address."""
    return {what: given for what, given in bound(name, default, kind, options).items() if what != "persist_state"}


def value(name: str, default: Any = None, kind: Kind = TEXT, options: Iterable[Any] | None = None) -> Any:
    """What the address says under ``name`` for something that is no widget, such as an opened row."""
    return st.session_state[bound(name, default, kind, options)["key"]]


def put(name: str, new: Any, kind: Kind = TEXT) -> None:
    """Writes a value into the address as a step that Back takes back; for callbacks, before the page is drawn."""
    key = f"{st.session_state[_PAGE]}/{name}"
    _assign(key, new)
    _write(name, key, kind)


def copy_link() -> None:
    """A button that copies the address of what is seen."""
    _COPY(key=f"{st.session_state[_PAGE]}.copy_link")


def _assign(key: str, new: Any) -> None:
    """Gives a widget a value, and remembers which one the browser shows until it is drawn."""
    unsent = st.session_state.setdefault(_UNSENT, {})
    if key in st.session_state:
        unsent[key] = (unsent[key][0] if key in unsent else st.session_state[key], new)
    st.session_state[key] = new


def _changed(name: str, key: str, kind: Kind) -> None:
    unsent = st.session_state.get(_UNSENT, {})
    if key in unsent and st.session_state[key] == unsent[key][0]:
        # Nobody chose that: the browser, which has not heard of the new value, repeats the one before.
        st.session_state[key] = unsent[key][1]
    _write(name, key, kind)


def _write(name: str, key: str, kind: Kind) -> None:
    texts = kind.write(st.session_state[key])
    # An empty text stands for "nothing chosen", which without a word would be the default again.
    st.query_params[name] = texts or [""]
    st.session_state.setdefault(_TAKEN, {})[key] = st.query_params.get_all(name)


def _value(name: str, texts: Sequence[str], default: Any, kind: Kind, options: list[Any] | None, fixed: bool) -> Any:
    if not texts:
        return default
    if texts == [""]:
        return kind.read([]) if kind is NAMES else ("" if kind is TEXT and options is None else None)
    try:
        value = kind.read(texts)
    except ValueError:
        return _unknown(name, texts, default, "that is no value of it")
    wanted = value if isinstance(value, list) else [value]
    strange = [choice for choice in wanted if options is not None and fixed and choice not in options]
    if not strange:
        return value
    known = listed([str(option) for option in (options or [])[:8]]) or "nothing yet"
    shown = [choice for choice in wanted if choice not in strange] if isinstance(value, list) else default
    return _unknown(name, [str(choice) for choice in strange], shown, f"there is {known}")


def _unknown(name: str, texts: Sequence[str], shown: Any, why: str) -> Any:
    st.warning(
        escape(f"The address asks for {name}={','.join(texts)[:60]}; {why}. Shown is what there is without it."),
        icon=":material/link_off:",
    )
    return shown
