"""Files, folders and pasted text, and what became of each: recognized, partly taken, or refused with the reason."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from profiles.intake.results import Preview
from views import text
from views.data import imports as data
from views.data.safe import cells
from views.parts.table import table

MOST_MEGABYTES = 200
MOST_CHARACTERS = 2_000_000


#: Where files can come from.
WAYS = {
    "Files": ":material/upload_file:",
    "Folder": ":material/folder_open:",
    "Pasted text": ":material/content_paste:",
}


def brought() -> Preview | None:
    """Draws the ways in (files, a folder, pasted text); gives the preview of what came, None while that is nothing."""
    turn = st.session_state.setdefault("import.turn", 0)
    way = st.segmented_control(
        "Bring",
        tuple(WAYS),
        default="Files",
        required=True,
        format_func=lambda name: f"{WAYS[name]} {name}",
        label_visibility="collapsed",
        key="import.from",
    )
    files = _pasted(turn) if way == "Pasted text" else _dropped(turn, way)
    if not files:
        _what_can_come()
        return None
    return data.load(_read(files))


def _dropped(turn: int, way: str) -> list[tuple[str, bytes]]:
    folder = way == "Folder"
    files = st.file_uploader(
        "Drop a folder here: all that a run left, for example what kaggle kernels output wrote"
        if folder
        else "Drop logs and profiles here: any name, also .gz and .zip",
        accept_multiple_files="directory" if folder else True,
        max_upload_size=MOST_MEGABYTES,
        key=f"import.{'folder' if folder else 'files'}.{turn}",
    )
    return [(file.name, file.getvalue()) for file in files]


def _pasted(turn: int) -> list[tuple[str, bytes]]:
    pasted = st.text_area(
        "Paste a log, or a piece of one: from Kaggle's page, a terminal, your notes",
        height=200,
        max_chars=MOST_CHARACTERS,
        placeholder="Timing summary (seconds): ...",
        key=f"import.pasted.{turn}",
    )
    return [("pasted text", pasted.encode("utf-8", "replace"))] if pasted and pasted.strip() else []


def _read(files: list[tuple[str, bytes]]) -> str:
    """The preview, read once for the same files; kept in the session as long as they lie in the uploader."""
    now = tuple(data.digest(content) for _, content in files)
    before, previewed = st.session_state.get("import.preview", (None, ""))
    if before != now:
        place = st.empty()
        with place.container():
            bar = st.progress(0.0, text="Reading, apart from this process and under limits")

            def show(name: str, done: int, size: int) -> None:
                bar.progress(_share(done, size), text=_reading(name))

            previewed = data.read(files, show)
        place.empty()
        st.session_state["import.preview"] = (now, previewed)
    return str(previewed)


def _share(done: int, size: int) -> float:
    return min(done / size, 1.0) if size else 1.0


def _reading(name: str) -> str:
    return f"Reading {text.escape(name, 80)}"


def _what_can_come() -> None:
    st.markdown(
        "A log is read, checked against its own numbers, and shown here before anything is stored: "
        "what it really says, and what it claims that can not be true."
    )
    formats = pd.DataFrame(
        data.formats(), columns=["What can be imported", "recognized by its content, whatever its name"]
    )
    table(formats, "import.formats", "Formats that can be imported", whole=True)


def fates(preview: Preview) -> None:
    """Draws what became of each file: refusals openly, losses in a list."""
    for file in preview.refused:
        st.error(
            f"**{text.escape(file.name, 120)} is refused:** {text.escape(file.sentence, 400)}.", icon=":material/block:"
        )
    lost = data.losses(preview.files)
    if lost:
        with st.expander(f"{text.count(len(lost), 'loss', 'losses')}: what was not taken", key="import.lost"):
            losses = pd.DataFrame(lost, columns=["file", "line", "why"]).astype({"file": "str", "why": "str"})
            st.dataframe(cells(losses), key="import.losses", hide_index=True, placeholder="–", alt="What was not taken")
    without = [file for file in preview.files if not file.runs and not file.refused]
    for file in without:
        st.info(f"{text.escape(file.name, 120)} holds no run.", icon=":material/info:")
