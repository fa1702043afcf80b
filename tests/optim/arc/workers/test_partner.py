"""Two runs that keep in step."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from optim.arc.workers.partner import VARIABLE, Partner, descriptors


@pytest.fixture
def pipes() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    (hear_one, tell_two), (hear_two, tell_one) = os.pipe(), os.pipe()
    yield (hear_one, tell_one), (hear_two, tell_two)
    for descriptor in (hear_one, tell_two, hear_two, tell_one):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_neither_begins_a_task_before_the_other_has_come_to_it(pipes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    log: list[tuple[str, str, int]] = []

    def work(name: str, ends: tuple[int, int]) -> None:
        partner = Partner(ends)
        for task in range(50):
            log.append(("comes", name, task))
            partner.meet(task)
            log.append(("begins", name, task))

    threads = [threading.Thread(target=work, args=one) for one in (("a", pipes[0]), ("b", pipes[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(log) == 200
    for task in range(50):
        first = min(log.index(("begins", name, task)) for name in "ab")
        assert all(log.index(("comes", name, task)) < first for name in "ab")


def test_a_partner_that_is_gone_holds_up_nobody(pipes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    mine, theirs = pipes
    for descriptor in theirs:
        os.close(descriptor)
    partner = Partner(mine)
    partner.meet(0)
    partner.meet(1)


def test_who_is_begun_again_behind_the_partner_does_not_wait_for_what_is_over(
    pipes: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    mine, theirs = pipes
    os.write(theirs[1], (6).to_bytes(8, "little", signed=True))
    partner = Partner(mine)
    partner.meet(5)
    partner.meet(6)


def test_descriptors_that_are_none_are_no_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert descriptors() == ()
    for text in ("", "3", "x,y", "99998,99999"):
        monkeypatch.setenv(VARIABLE, text)
        assert descriptors() == ()
    monkeypatch.setenv(VARIABLE, "0,1")
    assert descriptors() == (0, 1)
