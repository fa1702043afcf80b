"""How often verdicts are wrong, and how soon right: the product's own ``measure()`` on simulated machines.

    python -m benchmarks.verdicts --results sims.jsonl  # all tables, 1,000 measurements a row: hours on two cores
    python -m benchmarks.verdicts --quick               # 100 a row, up to 50 blocks: minutes
    python -m benchmarks.verdicts --only equal power --sims 300 --blocks 20 50

With ``--results`` every simulated measurement is appended to that file as it ends, and what is there already of this
code is not simulated again: a long run can be stopped and goes on, and more ``--sims`` add to it.

Runs are simulated (log seconds of one run after the other on a noisy machine), the measurement is not: order, repeats,
looks, stops and verdicts are ``optim.evidence.measure`` with a fake runner and a clock that stands still. *Wrong* is:
faster or slower where nothing changed; slower, or the same, where it got faster by more than the margin.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optim.evidence.attribution import attribute
from optim.evidence.changes import change_points
from optim.evidence.factorial import subsets
from optim.evidence.measure import Ended, RunFailed, measure
from optim.evidence.outcomes import Outcome
from optim.evidence.pooling import Part, pool
from optim.evidence.spec import Arm, Spec, attribution_arms, pair_arms
from optim.evidence.statistics import Floats
from optim.evidence.verdicts import Verdict
from optim.pipelines.code import contents, files_below, fingerprint
from optim.project.command import MARGIN
from profiles.program import ROOT

BLOCKS = (20, 50, 200)
EFFECTS = (0.005, 0.01, 0.02, 0.05, 0.10)
RUNS, EACH, TASKS = 4, 5, 100
Random = np.random.Generator
Machine = Callable[[Random, int], Floats]


def normal(spread: float) -> Machine:
    """Lognormal seconds: every run by itself."""
    return lambda random, runs: random.normal(0, spread, runs)


def autoregressive(memory: float) -> Machine:
    """AR(1): what disturbs a run lingers; 2% in all."""

    def noise(random: Random, runs: int) -> Floats:
        steps, level = random.normal(0, 0.02 * math.sqrt(1 - memory**2), runs), random.normal(0, 0.02)
        levels = np.empty(runs)
        for run, step in enumerate(steps):
            levels[run] = level = memory * level + step
        return levels

    return noise


def two_speeds(random: Random, runs: int) -> Floats:
    """1% noise on a machine that changes between two speeds 1.3x apart, every twenty runs or so."""
    changes = random.random(runs) < 0.05
    return random.normal(0, 0.01, runs) + math.log(1.3) * ((changes.cumsum() + random.integers(2)) % 2)


def drift(random: Random, runs: int) -> Floats:
    """2% noise on a slope of up to 20% over all runs, up or down, and a random walk."""
    slope = random.uniform(-0.2, 0.2) * np.linspace(0, 1, runs)
    return random.normal(0, 0.02, runs) + slope + random.normal(0, 0.005, runs).cumsum()


def bursts(random: Random, runs: int) -> Floats:
    """1% noise; one run in ten is disturbed by a Pareto share of its time (shape 1.5, 5% at least)."""
    return random.normal(0, 0.01, runs) + (random.random(runs) < 0.1) * np.log1p(0.05 * (1 + random.pareto(1.5, runs)))


def mixed_tails(random: Random, runs: int) -> Floats:
    """1% normal noise in nine runs of ten, in the tenth 5% times Student's t with 1.5 degrees of freedom."""
    return np.where(random.random(runs) < 0.1, 0.05 * random.standard_t(1.5, runs), random.normal(0, 0.01, runs))


def heavy_tails(random: Random, runs: int) -> Floats:
    """Student's t with 1.5 degrees of freedom: 2% as a rule, without a variance."""
    return 0.02 * random.standard_t(1.5, runs)


def slow_place(places: Sequence[int], cost: float, spread: float) -> Machine:
    """One place in each block of four runs is slower."""

    def noise(random: Random, runs: int) -> Floats:
        slow = np.isin(np.arange(runs) % RUNS, places)
        return random.normal(0, spread, runs) + cost * slow

    return noise


def period_three(cost: float, spread: float) -> Machine:
    """Every third run is slower."""
    return lambda random, runs: (
        random.normal(0, spread, runs) + cost * ((np.arange(runs) + random.integers(3)) % 3 == 0)
    )


MACHINES: dict[str, Machine] = {
    **{f"lognormal {100 * spread:g}%": normal(spread) for spread in (0.005, 0.01, 0.02, 0.05)},
    "AR(1) 0.5": autoregressive(0.5),
    "AR(1) 0.9": autoregressive(0.9),
    "two speeds 1.3x": two_speeds,
    "drift": drift,
    "Pareto bursts": bursts,
    "t(1.5)": heavy_tails,
    "normal, a tenth t(1.5)": mixed_tails,
    "first run 1% slower": slow_place([0], 0.01, 0.01),
    "middle runs 1% slower": slow_place([1, 2], 0.01, 0.01),
    "middle runs 5%, noise 0.5%": slow_place([1, 2], 0.05, 0.005),
    "last run 5%, noise 0.5%": slow_place([3], 0.05, 0.005),
    "period of 3, 2%": period_three(0.02, 0.01),
    "period of 3, 5%, noise 0.5%": period_three(0.05, 0.005),
}
#: Those of the table of true gains.
POWER = (
    *("lognormal 0.5%", "lognormal 1%", "lognormal 2%", "lognormal 5%", "AR(1) 0.9", "two speeds 1.3x", "drift"),
    *("Pareto bursts", "t(1.5)"),
)
#: Those of the table of forecasts.
FORECASTS = (
    *("lognormal 1%", "lognormal 2%", "lognormal 5%", "AR(1) 0.9", "two speeds 1.3x", "drift", "Pareto bursts"),
    *("t(1.5)", "middle runs 5%, noise 0.5%", "period of 3, 5%, noise 0.5%"),
)
#: Of arms of unequal noise: the second config's runs vary so many times as much.
UNEQUAL = 3.0


class _NoLedger:
    """Keeps nothing."""

    def add_block(self, block: int, runs: object, verdict: object) -> None: ...

    def update(self, status: str, verdict: Verdict) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """One measurement of the product on a simulated machine. ``dies``: the share of runs that die, by side;
    ``timeouts``: of those of both sides that time out by chance.

    ``noise_blocks``: the machine's state is simulated for so many blocks, so that a short measurement is the beginning
    of a longer one; by default for ``blocks``.
    """

    machine: str
    effect: float = 0.0
    blocks: int = 20
    seed: int = 0
    unequal: float = 1.0
    dies: tuple[float, float] = (0.0, 0.0)
    timeouts: float = 0.0
    noise_blocks: int | None = None

    def run(self) -> Verdict:
        """The verdict at the stop."""
        random = np.random.default_rng([self.seed, *self.machine.encode()])
        noise = iter(MACHINES[self.machine](random, 2 * RUNS * (self.noise_blocks or self.blocks) + RUNS))
        spec = Spec(
            kind="pair",
            arms=pair_arms("none", "none"),
            max_blocks=self.blocks,
            max_minutes=1e9,
            order_seed=int(random.integers(2**53)),
        )

        def run_one(arm: Arm, block: int, position: int) -> Outcome:
            after, more = arm.name.startswith("B"), float(next(noise))
            if random.random() < self.dies[after]:
                raise RunFailed("killed by SIGKILL")
            log_seconds = more * (self.unequal if after else 1) - math.log1p(self.effect) * after
            return Outcome(
                wall_seconds=10 * math.exp(log_seconds),
                results_fingerprint="same",
                cache_state="cold",
                workload="simulated",
                machine="simulated",
                timeouts=int(self.timeouts > 0 and random.random() < self.timeouts),
            )

        *_, last = measure(spec, run_one, _NoLedger(), clock=lambda: 0.0)
        assert isinstance(last, Ended)
        return last.verdict


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is kept of a simulated measurement."""

    verdict: str
    blocks: int
    settled: bool = True
    speedup: float = math.nan
    covered: bool = False
    fewest: int | None = None
    most: int | None = None


def ending(simulated: Simulated) -> Ending:
    """Runs it in this process."""
    verdict = simulated.run()
    estimate = verdict.interval
    if estimate is None:
        return Ending(verdict=verdict.verdict, blocks=verdict.blocks, settled=verdict.settled)
    forecast = verdict.forecast
    return Ending(
        verdict=verdict.verdict,
        blocks=verdict.blocks,
        settled=verdict.settled,
        speedup=estimate.speedup,
        covered=estimate.low <= 1 + simulated.effect <= estimate.high,
        fewest=forecast and forecast.fewest,
        most=forecast and forecast.most,
    )


class Results:
    """Simulated measurements that came to an end, in memory and, with a path, in a file of JSON lines."""

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._code = path, fingerprint(contents(ROOT, files_below(ROOT / "optim/evidence")))
        self._known: dict[Simulated, Ending] = {}
        if path is not None and path.exists():
            text = path.read_text()
            path.write_text(text if not text or text.endswith("\n") else text + "\n")  # behind a torn last line
            for line in text.splitlines():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self._read(json.loads(line))

    def _read(self, plain: dict[str, Any]) -> None:
        if plain["code"] == self._code:
            simulated = Simulated(**{**plain["simulated"], "dies": tuple(plain["simulated"]["dies"])})
            self._known[simulated] = Ending(**plain["ending"])

    def missing(self, simulated: Iterable[Simulated]) -> list[Simulated]:
        """Those that are not known yet."""
        return [simulation for simulation in simulated if simulation not in self._known]

    def keep(self, pairs: Iterable[tuple[Simulated, Ending]]) -> None:
        """Keeps each as it comes."""
        for simulated, came in pairs:
            self._known[simulated] = came
            if self._path is not None:
                plain = {"code": self._code, "simulated": asdict(simulated), "ending": asdict(came)}
                with self._path.open("a") as file:
                    file.write(json.dumps(plain) + "\n")

    def of(self, simulated: Iterable[Simulated]) -> list[Ending]:
        """What they came to."""
        return [self._known[simulation] for simulation in simulated]


def endings(simulated: Iterable[Simulated], workers: int = 1, results: Results | None = None) -> list[Ending]:
    """All of them, on so many cores; those that ``results`` holds are not simulated again."""
    every, kept = list(simulated), results or Results()
    missing = kept.missing(every)
    if workers == 1:
        kept.keep((simulation, ending(simulation)) for simulation in missing)
    else:
        with ProcessPoolExecutor(workers) as pool:
            kept.keep(zip(missing, pool.map(ending, missing, chunksize=5), strict=True))
    return kept.of(every)


def wrong_within(ends: Sequence[Ending], blocks: int) -> float:
    """The share of measurements of equal configs that said faster or slower within so many blocks."""
    return float(np.mean([end.verdict.endswith(("faster", "slower")) and end.blocks <= blocks for end in ends]))


def equal_rows(
    count: int, blocks: Sequence[int] = BLOCKS, workers: int = 1, results: Results | None = None
) -> Iterator[tuple[str, list[float], float]]:
    """(machine, wrong within each number of blocks, coverage at the stop) of equal configs."""
    machines = [*((name, 1.0) for name in MACHINES), ("lognormal 2%", UNEQUAL)]
    for machine, unequal in machines:
        runs = [Simulated(machine=machine, blocks=max(blocks), seed=seed, unequal=unequal) for seed in range(count)]
        ends = endings(runs, workers, results)
        name = machine if unequal == 1 else f"{machine}, the second {unequal:g}x as noisy"
        yield name, [wrong_within(ends, most) for most in blocks], float(np.mean([end.covered for end in ends]))


@dataclass(frozen=True, kw_only=True)
class Power:
    """Shares of 0-1; ``blocks`` is the median of those that found it; ``bias`` of their speedup at the stop."""

    machine: str
    effect: float
    found: float
    wrong: float
    blocks: float
    bias: float
    covered: float


def power_rows(
    count: int, machines: Sequence[str] = POWER, effects: Sequence[float] = EFFECTS, blocks: int = 20,
    workers: int = 1, results: Results | None = None,
) -> Iterator[Power]:  # fmt: skip
    """How many of a true gain are found within so many blocks, and what is said of its size."""
    for machine in machines:
        for effect in effects:
            runs = [Simulated(machine=machine, effect=effect, blocks=blocks, seed=seed) for seed in range(count)]
            ends = endings(runs, workers, results)
            hits = [end for end in ends if end.verdict.endswith("faster")]
            mistakes = ("slower", "slightly slower", *(("same",) if effect > MARGIN else ()))
            yield Power(
                machine=machine,
                effect=effect,
                found=len(hits) / count,
                wrong=float(np.mean([end.verdict in mistakes for end in ends])),
                blocks=float(np.median([hit.blocks for hit in hits])) if hits else math.nan,
                bias=float(np.mean([hit.speedup for hit in hits])) / (1 + effect) - 1 if hits else math.nan,
                covered=float(np.mean([end.covered for end in ends])),
            )


def death_rows(
    count: int, workers: int = 1, results: Results | None = None
) -> Iterator[tuple[tuple[float, float], dict[str, float]]]:
    """(share of runs that die by side, verdicts' shares); the second config is 20% faster where it lives."""
    for dies in ((0.0, 0.0), (0.01, 0.01), (0.1, 0.1), (0.3, 0.3), (0.0, 0.1), (0.0, 0.3), (0.0, 1.0)):
        runs = [Simulated(machine="lognormal 2%", effect=0.2, blocks=40, seed=seed, dies=dies) for seed in range(count)]
        verdicts = [ending.verdict for ending in endings(runs, workers, results)]
        yield dies, {word: verdicts.count(word) / count for word in sorted(set(verdicts))}


def timeout_rows(
    count: int, workers: int = 1, results: Results | None = None
) -> Iterator[tuple[float, dict[str, float]]]:
    """(share of the runs of two equal configs that time out by chance, verdicts' shares), up to 30 blocks."""
    for share in (0.05, 0.08, 0.12, 0.2):
        runs = [Simulated(machine="lognormal 2%", blocks=30, seed=seed, timeouts=share) for seed in range(count)]
        verdicts = [ending.verdict for ending in endings(runs, workers, results)]
        yield share, {word: verdicts.count(word) / count for word in sorted(set(verdicts))}


def forecast_rows(
    count: int, workers: int = 1, results: Results | None = None, *, after: Sequence[int] = (8, 15), most: int = 100,
    machines: Sequence[str] = FORECASTS, effects: Sequence[float] = (0.0, 0.01, 0.02, 0.05),
) -> Iterator[tuple[str, int, int, float, float]]:  # fmt: skip
    """(machine, blocks so far, forecasts, share that held, median width most / fewest), over all true gains.

    A forecast holds where the measurement, gone on, settles within its range; of one that is not settled after ``most``
    blocks it holds where its range reaches beyond them.
    """
    for machine in machines:
        plans = [
            Simulated(machine=machine, effect=effect, blocks=most, seed=seed) for effect in effects
            for seed in range(count)
        ]  # fmt: skip
        whole = endings(plans, workers, results)
        for blocks in after:
            short = endings([replace(plan, blocks=blocks, noise_blocks=most) for plan in plans], workers, results)
            told = [(begun, end) for begun, end in zip(short, whole, strict=True) if not begun.settled]
            held = [_held(begun, end, most) for begun, end in told]
            widths = [(begun.most or math.inf) / (begun.fewest or 1) for begun, _ in told]
            yield machine, blocks, len(told), _mean(held), float(np.median(widths or [math.nan]))


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else math.nan


def _held(forecast: Ending, whole: Ending, most: int) -> bool:
    """Whether a measurement settled where it had been forecast to."""
    last = math.inf if forecast.most is None else forecast.blocks + forecast.most
    if not whole.settled:
        return forecast.fewest is None or last >= most
    return forecast.fewest is not None and forecast.blocks + forecast.fewest <= whole.blocks <= last


def attribution_rows(count: int, seed: int = 0) -> Iterator[tuple[str, float]]:
    """What attributions of five wins, 3 blocks at 2% noise, say falsely; beside what single intervals would say."""
    random, wins = np.random.default_rng(seed), tuple("abcde")
    null = [attribute(_attribution_blocks(random, {}), wins) for _ in range(count)]
    shown = [any(not effect.low <= 1 <= effect.high for effect in attribution.effects.values()) for attribution in null]
    yield "a null win shown as something, of five null wins", float(np.mean(shown))
    factors = {"a": 1.3, "b": 1.06, "c": 1.03, "d": 1.01, "e": 1.0}
    real = [attribute(_attribution_blocks(random, factors), wins) for _ in range(count)]
    best = math.prod(factors.values())
    losses = [
        max((best / math.prod(factors[win] for win in config) - 1 for config in attribution.as_good), default=0.0)
        for attribution in real
    ]
    yield "a config called as good that is more than 1% slower", float(np.mean(np.array(losses) > MARGIN + 1e-9))
    yield "what a contender may cost does not hold", float(
        np.mean([
            any(
                attribution.losses[contender] < best / math.prod(factors[win] for win in contender) - 1
                for contender in attribution.contenders
            )
            for attribution in real
        ])
    )  # fmt: skip
    held = [
        all(effect.low <= factors[win] <= effect.high for win, effect in attribution.effects.items())
        for attribution in real
    ]
    yield "all five effects within their intervals at once", float(np.mean(held))
    far = [attribute(_attribution_blocks(random, factors, far=1 / 200), wins) for _ in range(count)]
    beside = [
        all(estimate.low <= factors[win] <= estimate.high for win, estimate in attribution.beside.items())
        for attribution in far
    ]
    named = np.array([bool(attribution.outliers) for attribution in far])
    yield "one run in 200 three times as long: named", float(named.mean())
    yield "the same: what all five bring beside the others holds", float(np.mean(beside))
    yield "the same, where none was named", float(np.mean(np.array(beside)[~named])) if not named.all() else math.nan
    yield "without such runs: named", float(np.mean([bool(attribution.outliers) for attribution in (*null, *real)]))


def _attribution_blocks(
    random: Random, factors: dict[str, float], far: float = 0.0
) -> list[dict[frozenset[str], float]]:
    """Three blocks; a share ``far`` of their runs takes three times as long."""
    configs = subsets(tuple("abcde"))
    truth = {config: 10 / math.prod(factors.get(win, 1.0) for win in config) for config in configs}
    blocks = [
        {config: seconds * math.exp(random.normal(0, 0.02)) for config, seconds in truth.items()} for _ in range(3)
    ]
    if not far:
        return blocks
    return [
        {config: seconds * (3 if random.random() < far else 1) for config, seconds in block.items()} for block in blocks
    ]


def attribution_pool_rows(count: int, seed: int = 0, most: int = 4) -> Iterator[tuple[str, float]]:
    """How often pools of attributions of five wins hold for all five at once, beside the others, 3 blocks each.

    Two ways to come to one: so many attributions as were planned, and another one until something is claimed that is
    not so. And a machine on which each config has a state of its own in each attribution, as its code's place in memory
    may do.
    """
    random, nothing = np.random.default_rng(seed), dict.fromkeys("abcde", 1.0)
    factors = {"a": 1.3, "b": 1.06, "c": 1.03, "d": 1.01, "e": 1.0}
    for pooled in (2, most):
        held = [_pool_holds([_attribution_part(random, factors) for _ in range(pooled)], factors) for _ in range(count)]
        yield f"{pooled} attributions", float(np.mean(held))
    held = []
    for _ in range(count):
        parts = [_attribution_part(random, nothing)]
        while (holds := _pool_holds(parts, nothing)) and len(parts) < most:
            parts.append(_attribution_part(random, nothing))
        held.append(holds)
    yield f"one to {most}, until a win that brings nothing seems to bring something", float(np.mean(held))
    for state in (0.01, 0.03):
        held = [
            _pool_holds([_attribution_part(random, factors, state) for _ in range(2)], factors) for _ in range(count)
        ]
        yield f"2 attributions, configs differ by {state:.0%} from one to the other", float(np.mean(held))


def _attribution_part(random: Random, factors: dict[str, float], state: float = 0.0) -> list[dict[str, Outcome]]:
    """Three blocks at 2% noise, by arm; ``state``: the spread of what a config has of its own in this attribution."""
    arms = attribution_arms(tuple("abcde"))
    level = {
        arm.name: math.log(10 / math.prod(factors[win] for win in arm.wins)) + random.normal(0, state) for arm in arms
    }
    seconds = [
        {name: math.exp(log_seconds + random.normal(0, 0.02)) for name, log_seconds in level.items()} for _ in range(3)
    ]
    facts = {"results_fingerprint": "same", "cache_state": "cold", "workload": "simulated", "machine": "simulated"}
    return [
        {name: Outcome(wall_seconds=wall_seconds, **facts) for name, wall_seconds in block.items()} for block in seconds
    ]


def _pool_holds(parts: Sequence[Sequence[dict[str, Outcome]]], factors: dict[str, float]) -> bool:
    spec = Spec(kind="attribution", arms=attribution_arms(tuple("abcde"))).to_json()
    verdict = pool([Part(number=number, blocks=blocks) for number, blocks in enumerate(parts, 1)], spec).verdict
    beside = (verdict.attribution or {})["beside"]
    return all(share["low"] <= factors[share["win"]] <= share["high"] for share in beside)


def change_rows(count: int, seed: int = 0) -> Iterator[tuple[str, float, float]]:
    """(history, a change of the code announced, the change found): 20 sittings of 5 runs, one machine state each."""
    for name, spread, step in (
        ("a state for each sitting, 8%", 0.08, 0.0),
        ("a state for each sitting, 3%", 0.03, 0.0),
        ("3%, and 30% slower from sitting 10 on", 0.03, 0.3),
    ):
        random = np.random.default_rng([seed, int(100 * spread), int(100 * step)])
        announced = noticed = 0
        for _ in range(count):
            states = random.normal(0, spread, 20) + math.log1p(step) * (np.arange(20) >= 10)
            sittings = [(np.exp(state + random.normal(0, 0.01, 5)) * 10).tolist() for state in states]
            places = change_points([float(np.exp(np.mean(np.log(runs)))) for runs in sittings])
            announced += bool(places) and not step
            noticed += step > 0 and any(abs(place - 10) <= 1 for place in places)
        yield name, announced / count, noticed / count if step else math.nan


# What people do today, on the same machines: whole arrays at once, since nothing of the product is in it.


def _by_difference(before: Floats, after: Floats, clear: np.ndarray) -> np.ndarray:
    """Faster or slower by the difference of log seconds, where it is clear."""
    return np.where(clear, np.where(before > after, "faster", "slower"), "unresolved")


def one_each(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """One run each; what differs by more than the margin is believed."""
    before, after = noise[:, 0], noise[:, 1] - math.log1p(effect)
    return _by_difference(before, after, np.abs(before - after) > math.log1p(MARGIN))


def _five_each(noise: Floats, effect: float) -> tuple[Floats, Floats]:
    return noise[:, :EACH], noise[:, EACH : 2 * EACH] - math.log1p(effect)


def means_of_five(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """Five runs of the one, then five of the other; means that differ by more than the margin are believed."""
    before, after = (np.log(np.exp(part).mean(axis=1)) for part in _five_each(noise, effect))
    return _by_difference(before, after, np.abs(before - after) > math.log1p(MARGIN))


def task_t_test(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """One run each; a paired t-test over their tasks, which vary by 5% of their own and share the run's noise."""
    from scipy import stats  # over a second to import

    before = noise[:, :1] + random.normal(0, 0.05, (len(noise), TASKS))
    after = noise[:, 1:2] - math.log1p(effect) + random.normal(0, 0.05, (len(noise), TASKS))
    clear = stats.ttest_rel(before, after, axis=1).pvalue < 0.05
    return _by_difference(before.mean(axis=1), after.mean(axis=1), clear)


def mann_whitney(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """Five runs of the one, then five of the other; Mann-Whitney at 5%."""
    from scipy import stats  # over a second to import

    before, after = _five_each(noise, effect)
    clear = stats.mannwhitneyu(before, after, axis=1, method="exact").pvalue < 0.05
    return _by_difference(np.median(before, axis=1), np.median(after, axis=1), clear)


def asv(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """asv's rule: Mann-Whitney at p < 0.002, which five each never reach; then 99% intervals that do not overlap.

    The interval of so few is that of a posterior for Laplace noise, density (sum |sample - centre|) ** -samples.
    """
    before, after = (np.exp(part) for part in _five_each(noise, effect))
    (low, high), (other_low, other_high) = _laplace_interval(before), _laplace_interval(after)
    clear = (high < other_low) | (other_high < low)
    return _by_difference(np.median(before, axis=1), np.median(after, axis=1), clear)


def _laplace_interval(samples: Floats) -> tuple[Floats, Floats]:
    middle = np.median(samples, axis=1, keepdims=True)
    scale = np.abs(samples - middle).mean(axis=1, keepdims=True)
    grid = np.sinh(np.linspace(-6, 6, 801))
    distance = np.abs((samples - middle)[:, :, None] / scale[:, :, None] - grid).sum(axis=1)
    density = distance ** -float(samples.shape[1]) * np.gradient(grid)
    share = density.cumsum(axis=1) / density.sum(axis=1, keepdims=True)
    low, high = (grid[(share < level).sum(axis=1)] * scale[:, 0] + middle[:, 0] for level in (0.005, 0.995))
    return np.minimum(low, samples.min(axis=1)), np.maximum(high, samples.max(axis=1))


def hyperfine(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """hyperfine's way: ten runs of the one, then ten of the other; Welch's t-test at 5%, as its script does it."""
    from scipy import stats  # over a second to import

    before, after = noise[:, :10], noise[:, 10:20] - math.log1p(effect)
    clear = stats.ttest_ind(np.exp(before), np.exp(after), axis=1, equal_var=False).pvalue < 0.05
    return _by_difference(before.mean(axis=1), after.mean(axis=1), clear)


def mixture_t(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """The t-mixture martingale (H. Wang, A. Ramdas, arXiv 2310.03722) after each of 20 blocks ordered by a coin.

    That is what version 1 measured by; its prior is that effects are about as large as a trial's noise.
    """
    runs = noise[:, :80].reshape(len(noise), 20, 4)
    coins = np.where(random.random((len(noise), 20)) < 0.5, 1.0, -1.0)
    trials = coins * (runs[:, :, 0] + runs[:, :, 3] - runs[:, :, 1] - runs[:, :, 2]) / 2 + math.log1p(effect)
    count, total, squares = np.arange(1, 21), trials.cumsum(axis=1), (trials**2).cumsum(axis=1)
    against = (count + 1) * squares
    capital = -0.5 * np.log(count + 1) + count / 2 * (np.log(against) - np.log(against - total**2))
    clear = (capital >= math.log(20)) & (count >= 3)
    first = clear.argmax(axis=1)
    return _by_difference(total[np.arange(len(noise)), first], np.zeros(len(noise)), clear.any(axis=1))


def looking_t_test(noise: Floats, effect: float, random: Random) -> np.ndarray:
    """A paired t-test at 5% after each of 20 interleaved pairs, stopped at the first that is clear."""
    from scipy import stats  # over a second to import

    before, after = noise[:, :40:2], noise[:, 1:40:2] - math.log1p(effect)
    verdicts = np.full(len(noise), "unresolved")
    for pairs in range(3, 21):
        difference = (before - after)[:, :pairs]
        clear = (stats.ttest_1samp(difference, 0, axis=1).pvalue < 0.05) & (verdicts == "unresolved")
        verdicts = np.where(clear, np.where(difference.mean(axis=1) > 0, "faster", "slower"), verdicts)
    return verdicts


PRACTICES: dict[str, Callable[[Floats, float, Random], np.ndarray]] = {
    "one run each": one_each,
    "mean of five each, in turn": means_of_five,
    "Welch on ten each, in turn": hyperfine,
    "t-test over 100 task times": task_t_test,
    "t-test after each of 20 pairs": looking_t_test,
    "Mann-Whitney, five each": mann_whitney,
    "asv's rule, five each": asv,
    "t-mixture, 20 blocks by a coin": mixture_t,
}


PRACTICE_MACHINES = (
    *("lognormal 2%", "AR(1) 0.9", "two speeds 1.3x", "Pareto bursts", "t(1.5)", "middle runs 5%, noise 0.5%"),
)


def practice_rows(
    count: int, seed: int = 0, practices: Iterable[str] = tuple(PRACTICES)
) -> Iterator[tuple[str, str, float, float]]:
    """(practice, machine, wrong on equal configs, finds a true 2%)."""
    for practice in practices:
        decide = PRACTICES[practice]
        for machine in PRACTICE_MACHINES:
            random = np.random.default_rng([seed, *machine.encode()])
            noise = np.array([MACHINES[machine](random, 80) for _ in range(count)])
            wrong = np.isin(decide(noise, 0.0, random), ("faster", "slower")).mean()
            yield practice, machine, float(wrong), float((decide(noise, 0.02, random) == "faster").mean())


@dataclass(frozen=True, kw_only=True)
class Options:
    """How much is simulated: measurements a row, the most blocks of each column, on so many cores."""

    count: int
    blocks: Sequence[int]
    workers: int
    results: Results


def _print_equal(options: Options) -> None:
    print(f"\nEqual configs, {options.count} measurements: faster or slower is wrong; the interval holds the truth")
    print(f"{'machine':44}" + "".join(f"{f'<= {most}':>9}" for most in options.blocks) + f"{'coverage':>10}")
    for machine, wrong, covered in equal_rows(options.count, options.blocks, options.workers, options.results):
        print(f"{machine:44}" + "".join(f"{share:9.1%}" for share in wrong) + f"{covered:10.1%}", flush=True)


def _print_power(options: Options) -> None:
    print(f"\nA true gain, up to 20 blocks of 4 runs, {options.count} measurements")
    print(f"{'machine':20}{'gain':>6}{'found':>8}{'wrong':>8}{'blocks':>8}{'bias at stop':>14}{'coverage':>10}")
    for row in power_rows(options.count, workers=options.workers, results=options.results):
        print(
            f"{row.machine:20}{row.effect:6.1%}{row.found:8.1%}{row.wrong:8.1%}{row.blocks:8.0f}"
            f"{row.bias:+14.2%}{row.covered:10.1%}",
            flush=True,
        )


def _print_deaths(options: Options) -> None:
    print(f"\nRuns that die (first, second config, which is 20% faster where it lives), {options.count} measurements")
    for dies, shares in death_rows(options.count, options.workers, options.results):
        print(f"  {dies[0]:4.0%} {dies[1]:4.0%}  " + ", ".join(f"{word} {share:.1%}" for word, share in shares.items()))
    print("Chance timeouts in the runs of both of two equal configs")
    for timeouts, shares in timeout_rows(options.count, options.workers, options.results):
        print(f"  {timeouts:4.0%}  " + ", ".join(f"{word} {share:.1%}" for word, share in shares.items()))


def _print_forecasts(options: Options) -> None:
    count = max(options.count // 4, 1)
    print(f"\nForecasts, {count} measurements of each of no gain, 1%, 2% and 5%, up to 100 blocks")
    for machine, blocks, told, held, width in forecast_rows(count, options.workers, options.results):
        print(
            f"  {machine:32} after {blocks:2} blocks: {told:4} open, held in {held:6.1%}, {width:.0f}x wide", flush=True
        )


def _print_attribution(options: Options) -> None:
    count = min(options.count, 300)
    print(f"\nAttribution of five wins, 32 configs, 3 blocks, 2% noise, {count} attributions")
    for what, share in attribution_rows(count):
        print(f"  {what}: {share:.1%}")
    print("What each win brings beside the others holds for all five at once in pools of such attributions")
    for what, share in attribution_pool_rows(count):
        print(f"  {what}: {share:.1%}", flush=True)


def _print_changes(options: Options) -> None:
    print(f"\nChanges in {options.count} histories of 20 sittings of 5 runs (the code's only where it changed)")
    for name, announced, noticed in change_rows(options.count):
        print(
            f"  {name}: {announced:.1%} with a change announced"
            + ("" if math.isnan(noticed) else f", {noticed:.1%} found")
        )


def _print_practices(options: Options) -> None:
    print(f"\nWhat people do today, {options.count} comparisons: wrong on equal configs / finds a true 2%")
    for practice, machine, wrong, hits in practice_rows(options.count):
        print(f"  {practice:32}{machine:28}{wrong:8.1%}{hits:8.1%}")


TABLES: dict[str, Callable[[Options], None]] = {
    "equal": _print_equal,
    "power": _print_power,
    "deaths": _print_deaths,
    "forecasts": _print_forecasts,
    "attribution": _print_attribution,
    "changes": _print_changes,
    "practices": _print_practices,
}


def main() -> None:
    """Prints the tables that were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sims", "--measurements", type=int, help="measurements a row (default 1000, quick 100)")
    parser.add_argument("--blocks", type=int, nargs="+", help="columns of equal configs (default 20 50 200)")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help="a file that keeps each measurement, so that a long run goes on")
    parser.add_argument("--only", nargs="*", choices=TABLES, default=list(TABLES))
    given = parser.parse_args()
    options = Options(
        count=given.sims or (100 if given.quick else 1000),
        blocks=given.blocks or (BLOCKS[:2] if given.quick else BLOCKS),
        workers=given.workers,
        results=Results(given.results),
    )
    start = time.perf_counter()
    for name in given.only:
        TABLES[name](options)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
