"""Graphics cards and cores are part of the machine."""

from __future__ import annotations

import pytest

from optim.bundle import devices
from profiles.records import Environment

LISTED = "GPU 0: Tesla T4 (UUID: GPU-1f)\nGPU 1: Tesla T4 (UUID: GPU-2f)\n"
HERE = Environment(machine="abc", cpu_model="Xeon", cpu_count=4)


def test_equal_cards_are_counted() -> None:
    assert devices.named_cards(LISTED) == ("2 x Tesla T4",)
    assert devices.named_cards("") == ()


def test_cards_and_missing_cores_make_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cards", lambda: ("2 x Tesla T4",))
    monkeypatch.setattr(devices, "_fewer_cores", lambda count: ["2 of 4 cores"])
    there = devices.with_devices(HERE)
    assert there.cpu_model == "Xeon, 2 x Tesla T4, 2 of 4 cores"
    assert there.machine not in (None, "abc")


def test_a_machine_without_cards_stays_what_it_is_but_for_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cards", lambda: ())
    monkeypatch.setattr(devices, "_fewer_cores", lambda count: [])
    assert devices.with_devices(HERE) == HERE
    assert devices.with_devices(HERE, "Kaggle").machine == "Kaggle"
