"""Dropping files and what became of each: recognized, partly taken, or refused with the reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from profiles.intake.results import Preview
from views import text
from views.data import imports as data
from views.data.safe import cells

MOST_MEGABYTES = 200


def uploaded() -> Preview | None:
    """Draws the uploader; gives the preview of what lies in it, None while that is nothing."""
    turn = st.session_state.setdefault("import.turn", 0)
    files = st.file_uploader(
        "Drop logs and profiles here: any name, also .gz and .zip",
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key=f"import.files.{turn}",
    )
    if not files:
        _what_can_come()
        return None
    return data.load(_read([(one.name, one.getvalue()) for one in files]))


def _read(files: list[tuple[str, bytes]]) -> str:
    """The preview, read once for the same files; kept in the session as long as they lie in the uploader."""
    now = tuple(data.digest(content) for _, content in files)
    before, found = st.session_state.get("import.preview", (None, ""))
    if before != now:
        place = st.empty()
        with place.container():
            bar = st.progress(0.0, text="Reading, apart from this process and under limits")

            def show(name: str, done: int, size: int) -> None:
                bar.progress(_share(done, size), text=_reading(name))

            found = data.read(files, show)
        place.empty()
        st.session_state["import.preview"] = (now, found)
    return str(found)


def _share(done: int, size: int) -> float:
    return min(done / size, 1.0) if size else 1.0


def _reading(name: str) -> str:
    return f"Reading {text.escape(name, 80)}"


def _what_can_come() -> None:
    st.markdown(
        "A log is read, checked against its own numbers, and shown here before anything is stored: "
        "what it really says, and what it claims that can not be true."
    )
    table = pd.DataFrame(
        data.formats(), columns=["What can be imported", "recognized by its content, whatever its name"]
    )
    st.dataframe(table, key="import.formats", hide_index=True, alt="Formats that can be imported", height="content")


def fates(found: Preview) -> None:
    """Draws what became of each file: refusals openly, losses in a list."""
    for file in found.refused:
        st.error(
            f"**{text.escape(file.name, 120)} is refused:** {text.escape(file.sentence, 400)}.", icon=":material/block:"
        )
    lost = data.losses(found.files)
    if lost:
        with st.expander(f"{text.count(len(lost), 'loss', 'losses')}: what was not taken", key="import.lost"):
            table = pd.DataFrame(lost, columns=["file", "line", "why"]).astype({"file": "str", "why": "str"})
            st.dataframe(cells(table), key="import.losses", hide_index=True, placeholder="–", alt="What was not taken")
    without = [file for file in found.files if not file.runs and not file.refused]
    for file in without:
        st.info(f"{text.escape(file.name, 120)} holds no run.", icon=":material/info:")
