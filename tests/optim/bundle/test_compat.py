"""What stands in for newer Pythons."""

from __future__ import annotations

import sys

import pytest

from optim.bundle import compat


def test_lists_of_other_lengths_are_refused_as_zip_does() -> None:
    assert list(compat.strict_zip([1, 2], "ab")) == [(1, "a"), (2, "b")]
    assert list(compat.strict_zip([1, 2], "a", strict=False)) == [(1, "a")]
    with pytest.raises(ValueError, match="equally long"):
        list(compat.strict_zip([1, 2], "a"))


@pytest.mark.parametrize("version", [(3, 9), (3, 12)])
def test_fields_without_defaults_may_follow_others_on_every_python(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)

    @compat.dataclass(frozen=True, kw_only=True, slots=True)
    class Row:
        name: str = "a"
        seconds: float

    row = Row(seconds=2.0)
    assert (row.name, row.seconds) == ("a", 2.0)
    assert set(Row.__slots__) == {"name", "seconds"}
