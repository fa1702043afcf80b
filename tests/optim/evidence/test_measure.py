"""The driver, with fake runs and a fake clock."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from optim.evidence.measure import (
    ATTEMPTS,
    LOST_IN_A_ROW,
    BlockFinished,
    BlockRepeated,
    Ended,
    RunEnded,
    RunFailed,
    RunStarted,
    Stopped,
    block_order,
    died,
    measure,
)
from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import Attempt
from optim.evidence.spec import Spec, SpecError, attribution_arms, pair_arms
from tests.worked_example import FOURTH, THIRD

SECONDS = {"none": 10.0, FOURTH: 5.0, THIRD: 9.0, f"{FOURTH},{THIRD}": 4.6}


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Machine:
    """Runs configs in seconds of its own; ``plan`` says what happens to the n-th run instead."""

    def __init__(self, plan=(), seconds=SECONDS, noise=0.01):
        self.clock, self.plan, self.seconds, self.noise = Clock(), dict(plan), seconds, noise
        self.random, self.ran = random.Random(2), []

    def __call__(self, arm, block, position):
        self.ran.append((block, arm.name, position))
        wall = self.seconds[arm.config] * self.random.lognormvariate(0, self.noise)
        self.clock.now += wall
        special = self.plan.get(len(self.ran), {})
        if isinstance(special, Exception):
            raise special
        good = {"results_fingerprint": "same", "cache_state": "cold", "workload": "w", "machine": "m"}
        return Outcome(**{"wall_seconds": wall, "run_id": len(self.ran), **good, **special})


class Book:
    def __init__(self):
        self.blocks, self.states = {}, []

    def add_block(self, block, runs, verdict):
        self.blocks[block] = {run.arm: run for run in runs}
        self.update("running", verdict)

    def update(self, status, verdict):
        self.states.append((status, verdict.verdict))


def spec_of(**changes):
    return Spec(**{"kind": "pair", "arms": pair_arms("none", FOURTH), "min_blocks": 1, "order_seed": 1, **changes})


def drive(spec, machine, book=None, **options):
    events = list(measure(spec, machine, book or Book(), clock=machine.clock, **options))
    assert isinstance(events[-1], Ended)
    assert sum(isinstance(event, Ended) for event in events) == 1
    return events


def test_it_stops_as_soon_as_it_is_settled_and_keeps_every_block():
    machine, book = Machine(), Book()
    events = drive(spec_of(), machine, book)
    assert (events[-1].status, events[-1].why, events[-1].verdict.verdict) == ("finished", "settled", "faster")
    assert sorted(book.blocks) == list(range(1, len(book.blocks) + 1))
    assert 6 <= len(book.blocks) <= 8
    assert book.states[0] == ("running", "unresolved")
    assert book.states[-1] == ("finished", "faster")


@pytest.mark.parametrize(("most", "ran"), [(20, 8), (6, 6)])
def test_a_settled_pair_goes_on_for_the_blocks_that_were_asked_for_within_the_budget(most, ran):
    events = drive(spec_of(min_blocks=8, max_blocks=most), Machine())
    assert events[-1].verdict.blocks == ran
    assert events[-1].verdict.verdict == "faster"


def test_every_block_shows_the_interval_so_far():
    shown = [event for event in drive(spec_of(), Machine()) if isinstance(event, BlockFinished)]
    assert [event.verdict.blocks for event in shown] == list(range(1, len(shown) + 1))
    assert shown[-1].verdict.settled
    assert not any(event.verdict.settled for event in shown[:-1])
    assert shown[0].seconds == pytest.approx(30, rel=0.1)


def test_a_block_runs_its_arms_in_the_order_that_the_seed_fixes():
    machine, spec = Machine(), spec_of(order_seed=4)
    drive(spec, machine)
    for block in {block for block, _, _ in machine.ran}:
        arms = [arm for number, arm, _ in machine.ran if number == block]
        assert arms == [arm.name for arm in block_order(spec, block)]


def test_a_pairs_block_is_mirrored_by_a_fair_coin():
    orders = Counter("".join(arm.name[0] for arm in block_order(spec_of(), block)) for block in range(1, 401))
    assert set(orders) == {"ABBA", "BAAB"}
    assert all(160 < count < 240 for count in orders.values())
    first = [tuple(arm.name for arm in block_order(spec_of(order_seed=seed), 1)) for seed in range(40)]
    assert len(set(first)) == 8


def test_an_attributions_block_is_all_arms_in_a_fresh_order():
    spec = Spec(kind="attribution", arms=attribution_arms((THIRD, FOURTH)), order_seed=7)
    orders = Counter(tuple(arm.name for arm in block_order(spec, block)) for block in range(1, 481))
    assert len(orders) == 24
    assert all(set(order) == {arm.name for arm in spec.arms} for order in orders)
    assert max(orders.values()) < 45


def test_the_budget_of_blocks_ends_it():
    machine = Machine(seconds=dict.fromkeys(SECONDS, 10.0), noise=0.05)
    events = drive(spec_of(max_blocks=4), machine)
    assert (events[-1].why, events[-1].verdict.verdict) == ("the budget of 4 blocks is spent", "unresolved")
    assert len(machine.ran) == 16


def test_the_budget_of_minutes_begins_no_further_block():
    machine = Machine(seconds=dict.fromkeys(SECONDS, 10.0), noise=0.05)
    events = drive(spec_of(max_minutes=1.25), machine)
    assert events[-1].why == "the budget of 1.25 minutes is spent"
    assert len(machine.ran) == 8


def test_a_killed_run_repeats_its_block():
    machine, book = Machine({5: RunFailed("killed by SIGKILL")}), Book()
    events = drive(spec_of(), machine, book)
    (repeated,) = [event for event in events if isinstance(event, BlockRepeated)]
    assert (repeated.block, repeated.attempt, repeated.reason) == (2, 1, "killed by SIGKILL")
    assert events[-1].verdict.verdict == "faster"
    # The other runs of block 2 do not count either: all four are run again.
    assert {run.outcome.run_id for run in book.blocks[2].values()} == {9, 10, 11, 12}


@pytest.mark.parametrize("special", [{"status": "interrupted"}, {"cache_state": "warm"}, {"wall_seconds": None}])
def test_a_run_that_is_no_evidence_repeats_its_block(special):
    events = drive(spec_of(), Machine({6: special}))
    assert [event.block for event in events if isinstance(event, BlockRepeated)] == [2]
    assert events[-1].verdict.verdict == "faster"


def test_a_run_that_always_dies_ends_the_measurement_and_says_why():
    plan = {number: RunFailed("no room on the disk") for number in range(9, 40)}
    machine, book = Machine(plan, seconds=dict.fromkeys(SECONDS, 10.0), noise=0.05), Book()
    events = drive(spec_of(), machine, book)
    assert events[-1].status == "failed"
    assert "3 blocks in a row were lost" in events[-1].why
    assert "no room on the disk" in events[-1].verdict.reason
    assert len([event for event in events if isinstance(event, BlockRepeated)]) == ATTEMPTS * LOST_IN_A_ROW
    assert "in both alike, so the pipeline is unreliable" in " ".join(events[-1].verdict.notes)
    assert sorted(book.blocks) == [1, 2]
    assert book.states[-1][0] == "failed"


def dying(share, seed, arms=("B", "B2"), **special):
    """Runs of these arms die at random, or come out as ``special`` says."""
    chance, machine = random.Random(seed), Machine(seconds=dict.fromkeys(SECONDS, 10.0))

    def run(arm, block, position):
        outcome = machine(arm, block, position)
        if arm.name in arms and chance.random() < share:
            if special:
                return replace(outcome, **special)
            raise RunFailed("killed")
        return outcome

    return run


def ended(run, **changes):
    spec = spec_of(**{"min_blocks": 6, "arms": pair_arms("none", "none"), "max_minutes": 1e9, **changes})
    return list(measure(spec, run, Book(), clock=lambda: 0.0))[-1]


def test_a_config_that_dies_in_three_runs_of_ten_is_wrong_and_not_faster():
    ends = [ended(dying(0.3, seed), order_seed=seed, max_blocks=40) for seed in range(40)]
    assert sum(end.verdict.verdict == "wrong" for end in ends) >= 36
    assert "runs of the first config failed" in next(end for end in ends).verdict.text


def test_a_config_that_always_times_out_is_wrong_after_a_few_tries():
    end = ended(dying(1.0, 1, timeouts=100, results_fingerprint="other"))
    assert (end.verdict.verdict, end.verdict.reliability.after_failed) == ("wrong", 8)
    assert "100 new timeouts" in end.verdict.reason


@pytest.mark.parametrize("special", [{}, {"timeouts": 1}])
def test_a_chance_failure_in_one_run_of_a_hundred_is_hardly_ever_called_wrong(special):
    ends = [ended(dying(0.01, seed, ("A", "A2", "B", "B2"), **special), order_seed=seed) for seed in range(60)]
    assert sum(end.verdict.verdict in ("wrong", "not comparable") for end in ends) <= 1
    assert all(end.status == "finished" for end in ends)


def test_every_run_that_was_begun_counts_also_those_of_earlier_sittings():
    tried = [
        Attempt(
            block=1,
            attempt=at,
            arm=arm,
            position=1,
            outcome=Outcome(
                wall_seconds=None if arm == "B" else 1.0,
                results_fingerprint=None,
                status="died" if arm == "B" else "finished",
            ),
        )
        for at in (1, 2, 3, 4)
        for arm in ("A", "B")
    ]
    events = drive(spec_of(), Machine(), tried=tried)
    assert events[0].block == 2
    counts = events[-1].verdict.reliability
    assert (counts.before_failed, counts.after_failed) == (0, 4)
    assert counts.after_runs == 4 + 2 * events[-1].verdict.blocks


def test_wrong_answers_end_it_at_once():
    place = [arm.name for arm in block_order(spec_of(), 1)].index("B") + 1
    machine = Machine({place: {"results_fingerprint": "other"}})
    events = drive(spec_of(), machine)
    assert (events[-1].status, events[-1].verdict.verdict) == ("finished", "wrong")
    assert len(machine.ran) == 4


def test_it_stops_when_asked_to_between_runs():
    machine, book = Machine(), Book()
    events = drive(spec_of(), machine, book, stop=lambda: len(machine.ran) >= 5)
    assert (events[-1].status, events[-1].why) == ("stopped", "asked to stop")
    assert len(machine.ran) == 5
    assert sorted(book.blocks) == [1]
    assert book.states[-1] == ("stopped", "unresolved")


def test_it_stops_when_the_run_under_way_was_ended():
    book = Book()
    events = drive(spec_of(), Machine({2: Stopped()}), book)
    assert events[-1].status == "stopped"
    assert book.blocks == {}


def test_a_stopped_measurement_continues_with_what_it_has():
    machine, book = Machine(), Book()
    drive(spec_of(), machine, book, stop=lambda: len(machine.ran) >= 9)
    done = {number: {arm: run.outcome for arm, run in runs.items()} for number, runs in book.blocks.items()}
    assert sorted(done) == [1, 2]
    later = Machine()
    events = drive(spec_of(), later, book, done=done)
    assert later.ran[0][0] == 3
    assert events[-1].verdict.verdict == "faster"
    assert events[-1].verdict.blocks == len(book.blocks)


def test_a_settled_measurement_runs_nothing_more():
    machine, book = Machine(), Book()
    drive(spec_of(), machine, book)
    done = {number: {arm: run.outcome for arm, run in runs.items()} for number, runs in book.blocks.items()}
    again = Machine()
    assert drive(spec_of(), again, done=done)[-1].why == "settled"
    assert again.ran == []


def test_an_attribution_runs_all_its_blocks_and_says_who_gained_what():
    spec = Spec(kind="attribution", arms=attribution_arms((THIRD, FOURTH)), max_blocks=4)
    machine = Machine()
    found = drive(spec, machine)[-1].verdict
    assert len(machine.ran) == 16
    assert found.verdict == "faster"
    seconds = {one["win"]: one["seconds"] for one in found.attribution["shapley"]}
    assert seconds[FOURTH] > seconds[THIRD] > 0
    assert sum(seconds.values()) == found.attribution["baseline_seconds"] - found.attribution["all_on_seconds"]
    assert f"are due to {FOURTH}" in found.reason


def test_a_config_with_other_answers_ends_an_attribution():
    spec = Spec(kind="attribution", arms=attribution_arms((THIRD, FOURTH)), max_blocks=4)
    place = [arm.name for arm in block_order(spec, 1)].index(THIRD) + 1
    events = drive(spec, Machine({place: {"results_fingerprint": "other"}}))
    assert events[-1].verdict.verdict == "wrong"
    assert f"arm {THIRD}" in events[-1].verdict.reason


def test_a_baseline_whose_answers_differ_from_run_to_run_does_not_end_an_attribution():
    spec = Spec(kind="attribution", arms=attribution_arms((THIRD, FOURTH)), max_blocks=4)
    changes = {number: {"results_fingerprint": f"answers {number}"} for number in range(1, 20)}
    found = drive(spec, Machine(changes))[-1].verdict
    assert found.verdict != "wrong" and found.attribution
    assert any(note.startswith("Answers not checked") for note in found.notes)


def test_each_run_is_announced_and_ended():
    events = drive(spec_of(), Machine())
    started = [(event.block, event.position) for event in events if isinstance(event, RunStarted)]
    assert started == [(event.block, event.position) for event in events if isinstance(event, RunEnded)]
    assert started[:4] == [(1, 1), (1, 2), (1, 3), (1, 4)]


def test_a_block_with_a_run_at_the_wall_clock_backstop_is_repeated_also_where_both_sides_had_timeouts():
    machine = Machine({number: {"timeouts": 1, "backstops": number == 2} for number in range(1, 200)})
    book = Book()
    events = drive(spec_of(max_blocks=3), machine, book)
    repeated = [event for event in events if isinstance(event, BlockRepeated)]
    assert [(event.block, event.attempt) for event in repeated] == [(1, 1)]
    assert "backstop" in repeated[0].reason
    assert not any(run.outcome.backstops for block in book.blocks.values() for run in block.values())


class TwoCores(Machine):
    """Runs two configs at once: ``plan`` says what happens to the n-th run instead."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.pairs = []

    def both(self, first, second):
        self.pairs.append((first, second))
        outcomes = []
        for planned in (first, second):
            try:
                outcomes.append(self(planned.arm, planned.block, planned.position))
            except RunFailed as problem:
                outcomes.append(died(problem))
        return outcomes[0], outcomes[1]


def alone(arm, block, position):
    raise AssertionError("no run of a duet is alone")


def test_a_duets_arms_are_at_work_at_once_and_change_cores_within_each_block():
    machine, book = TwoCores(), Book()
    events = list(measure(spec_of(duet=True), alone, book, clock=machine.clock, run_both=machine.both))
    assert events[-1].verdict.verdict == "faster"
    assert any("duet" in note for note in events[-1].verdict.notes)
    for first, second in machine.pairs:
        assert {first.arm.config, second.arm.config} == {"none", FOURTH}
        assert second.position == first.position + 1
    cores = {}
    for first, second in machine.pairs:
        for core, planned in enumerate((first, second)):
            cores.setdefault((planned.block, planned.arm.config), []).append(core)
    assert all(sorted(used) == [0, 1] for used in cores.values())
    assert {used[0] for (_, config), used in cores.items() if config == "none"} == {0, 1}


def test_a_duets_dead_run_repeats_the_block_and_counts_for_its_arm():
    machine = TwoCores(plan={2: RunFailed("killed by SIGKILL")})
    events = list(measure(spec_of(duet=True), alone, Book(), clock=machine.clock, run_both=machine.both))
    assert [event.reason for event in events if isinstance(event, BlockRepeated)] == ["killed by SIGKILL"]
    counts = events[-1].verdict.reliability
    assert (counts.before_failed, counts.after_failed) in ((1, 0), (0, 1))


def test_a_stop_ends_a_duet_without_a_block():
    def stopped(first, second):
        raise Stopped

    events = list(measure(spec_of(duet=True), alone, Book(), run_both=stopped))
    assert events[-1].status == "stopped" and not any(isinstance(event, BlockFinished) for event in events)


def test_without_somebody_who_runs_two_at_once_a_duet_is_refused():
    with pytest.raises(SpecError, match="without --duet"):
        next(measure(spec_of(duet=True), Machine(), Book()))
