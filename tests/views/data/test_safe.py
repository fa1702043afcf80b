"""Text in tables: one line, and no formula."""

import io

import pandas as pd
import pytest

from views.data.safe import as_csv, as_json, cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(start: str) -> None:
    frame = pd.DataFrame({"label": [f"{start}1+1", "plain", None]}).astype("str")
    assert cells(frame)["label"].tolist()[:2] == [f"'{start}1+1", "plain"]
    assert f"'{start}1+1" in as_csv(frame).decode()


def test_numbers_stay_numbers_and_what_is_missing_stays_missing() -> None:
    frame = pd.DataFrame({"label": pd.Series([None, "a\nb"], dtype="str"), "seconds": [-1.5, 2.0]})
    shown = cells(frame)
    assert shown["seconds"].tolist() == [-1.5, 2.0]
    assert shown["label"].isna().tolist() == [True, False]
    assert shown["label"].iloc[1] == "a b"


def test_a_table_comes_back_from_its_csv_and_json() -> None:
    frame = pd.DataFrame({"label": ["ä, b", 'c"d'], "seconds": [1.25, 2.5]})
    assert pd.read_csv(io.BytesIO(as_csv(frame)), encoding="utf-8-sig").to_dict() == frame.to_dict()
    assert pd.read_json(io.BytesIO(as_json(frame))).to_dict() == frame.to_dict()
