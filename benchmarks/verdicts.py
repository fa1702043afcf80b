"""How often verdicts are wrong, and how soon right: Quickwin's interval beside what people do today, simulated.

    python -m benchmarks.verdicts --measurements 1000

The unit is the run. A machine's noise makes log seconds of runs one after the other; arms take their turns in it. Each
practice sees the same machine and says faster, slower, same or nothing. Wrong is: faster or slower where nothing
changed; slower, or the same, where it got faster by more than the margin.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from optim.evidence.spec import MIN_LOOK
from optim.evidence.statistics import MARGIN, Floats, classify, half_width, running_intervals

BLOCKS, ARMS, EACH, TASKS = 20, 3, 5, 100
EFFECTS = (0.0, 0.02, 0.05, 0.10)
Random = np.random.Generator


def normal(spread: float) -> Callable[[Random, tuple[int, int]], Floats]:
    return lambda random, shape: random.normal(0, spread, shape)


def drift(random: Random, shape: tuple[int, int]) -> Floats:
    """2% noise on a slope of up to 20% over all runs, up or down, and a random walk."""
    slope = random.uniform(-0.2, 0.2, (shape[0], 1)) * np.linspace(0, 1, shape[1])
    return random.normal(0, 0.02, shape) + slope + random.normal(0, 0.005, shape).cumsum(axis=1)


def bursts(random: Random, shape: tuple[int, int]) -> Floats:
    """2% noise; now and then something else takes 5-40% of the machine for about four runs."""
    busy, state = np.zeros(shape, bool), np.zeros(shape[0], bool)
    for run in range(shape[1]):
        state = np.where(state, random.random(shape[0]) > 0.25, random.random(shape[0]) < 0.03)
        busy[:, run] = state
    return random.normal(0, 0.02, shape) + busy * random.uniform(0.05, 0.4, shape)


def heavy_tails(random: Random, shape: tuple[int, int]) -> Floats:
    """Student's t with 2 degrees of freedom: 2% as a rule, sometimes far more."""
    return 0.02 * random.standard_t(2, shape)


def spikes(random: Random, shape: tuple[int, int]) -> Floats:
    """0.1% noise, but one run in seven takes 20% more."""
    return random.normal(0, 0.001, shape) + 0.2 * (random.random(shape) < 0.15)


MACHINES: dict[str, Callable[[Random, tuple[int, int]], Floats]] = {
    "1% noise": normal(0.01),
    "2% noise": normal(0.02),
    "5% noise": normal(0.05),
    "drift": drift,
    "bursts": bursts,
    "heavy tails": heavy_tails,
    "spikes": spikes,
}


@dataclass(frozen=True)
class Row:
    """What a practice came to on one machine at one effect: shares of 0-1, and the runs that it took (median)."""

    practice: str
    machine: str
    effect: float
    wrong: float
    found: float
    runs: float


def interleaved(noise: Floats, effect: float, random: Random) -> Floats:
    """Log ratios of the blocks, shape (measurements, BLOCKS): random order, every second block the other way round."""
    order = random.random((len(noise), BLOCKS, ARMS)).argsort(axis=2)
    order[:, 1::2] = ARMS - 1 - order[:, : BLOCKS - BLOCKS % 2 : 2]
    runs = np.take_along_axis(noise.reshape(len(noise), BLOCKS, ARMS), order, axis=2)
    return runs[:, :, 0] - runs[:, :, 1] + math.log1p(effect)


def quickwin(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """Looks after each block from the fifth on and stops at the first verdict."""
    _, low, high = running_intervals(interleaved(noise, effect, random))
    said = classify(low, high)
    settled = (said != "unresolved") & (np.arange(1, BLOCKS + 1) >= MIN_LOOK)
    stop = np.where(settled.any(axis=1), settled.argmax(axis=1), BLOCKS - 1)
    return said[np.arange(len(said)), stop], ARMS * (stop + 1.0)


def _by_difference(before: Floats, after: Floats, clear: np.ndarray) -> np.ndarray:
    """Faster or slower by the difference of log seconds, where it is clear."""
    return np.where(clear, np.where(before > after, "faster", "slower"), "unresolved")


def one_each(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """One run each; what differs by more than the margin is believed."""
    before, after = noise[:, 0], noise[:, 1] - math.log1p(effect)
    return _by_difference(before, after, np.abs(before - after) > math.log1p(MARGIN)), np.full(len(noise), 2.0)


def _five_each(noise: Floats, effect: float) -> tuple[Floats, Floats]:
    return noise[:, :EACH], noise[:, EACH : 2 * EACH] - math.log1p(effect)


def means_of_five(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """Five runs of the one, then five of the other; means that differ by more than the margin are believed."""
    before, after = (np.log(np.exp(part).mean(axis=1)) for part in _five_each(noise, effect))
    return _by_difference(before, after, np.abs(before - after) > math.log1p(MARGIN)), np.full(len(noise), 2.0 * EACH)


def task_t_test(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """One run each; a paired t-test over their tasks, which vary by 5% of their own and share the run's noise."""
    before = noise[:, :1] + random.normal(0, 0.05, (len(noise), TASKS))
    after = noise[:, 1:2] - math.log1p(effect) + random.normal(0, 0.05, (len(noise), TASKS))
    clear = stats.ttest_rel(before, after, axis=1).pvalue < 0.05
    return _by_difference(before.mean(axis=1), after.mean(axis=1), clear), np.full(len(noise), 2.0)


def mann_whitney(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """Five runs of the one, then five of the other; Mann-Whitney at 5%."""
    before, after = _five_each(noise, effect)
    clear = stats.mannwhitneyu(before, after, axis=1, method="exact").pvalue < 0.05
    return _by_difference(np.median(before, axis=1), np.median(after, axis=1), clear), np.full(len(noise), 2.0 * EACH)


def asv(noise: Floats, effect: float, random: Random) -> tuple[np.ndarray, Floats]:
    """asv's rule: Mann-Whitney at p < 0.002, which five each never reach; then 99% intervals that do not overlap.

    The interval of so few is that of a posterior for Laplace noise, density (sum |sample - centre|) ** -samples.
    """
    before, after = (np.exp(part) for part in _five_each(noise, effect))
    (low, high), (other_low, other_high) = _laplace_interval(before), _laplace_interval(after)
    clear = (high < other_low) | (other_high < low)
    return _by_difference(np.median(before, axis=1), np.median(after, axis=1), clear), np.full(len(noise), 2.0 * EACH)


def _laplace_interval(samples: Floats) -> tuple[Floats, Floats]:
    middle = np.median(samples, axis=1, keepdims=True)
    scale = np.abs(samples - middle).mean(axis=1, keepdims=True)
    grid = np.sinh(np.linspace(-6, 6, 801))
    distance = np.abs((samples - middle)[:, :, None] / scale[:, :, None] - grid).sum(axis=1)
    density = distance ** -float(samples.shape[1]) * np.gradient(grid)
    share = density.cumsum(axis=1) / density.sum(axis=1, keepdims=True)
    low, high = (grid[(share < level).sum(axis=1)] * scale[:, 0] + middle[:, 0] for level in (0.005, 0.995))
    return np.minimum(low, samples.min(axis=1)), np.maximum(high, samples.max(axis=1))


PRACTICES = {
    "Quickwin, up to 20 blocks": quickwin,
    "one run each": one_each,
    "mean of five each, in turn": means_of_five,
    "t-test over 100 task times": task_t_test,
    "Mann-Whitney, five each": mann_whitney,
    "asv's rule, five each": asv,
}


def simulate(measurements: int, seed: int = 0) -> Iterator[Row]:
    """A row per practice, machine and effect."""
    for practice, decide in PRACTICES.items():
        for machine, noise_of in MACHINES.items():
            random = np.random.default_rng([seed, *machine.encode()])
            noise = noise_of(random, (measurements, BLOCKS * ARMS))
            for effect in EFFECTS:
                said, runs = decide(noise, effect, random)
                mistakes = ("faster", "slower") if effect == 0 else ("slower", "same")
                wrong, found = np.isin(said, mistakes).mean(), (said == "faster").mean()
                yield Row(practice, machine, effect, float(wrong), float(found), float(np.median(runs)))


def boundaries() -> dict[str, Floats]:
    """Half widths after each block, in standard deviations: ours, and alpha spending with t quantiles over 20 looks."""
    looks, used = np.arange(1, BLOCKS + 1), np.arange(1, BLOCKS + 1) / BLOCKS
    pocock = 0.05 * np.log1p((math.e - 1) * used)
    fleming = 2 * stats.norm.sf(stats.norm.ppf(0.975) / np.sqrt(used))
    found = {"mixture martingale": np.asarray(half_width(looks))}
    for name, spent in (("Pocock spending", pocock), ("O'Brien-Fleming spending", fleming)):
        each = np.diff(spent, prepend=0.0)
        width = np.full(BLOCKS, np.inf)
        width[1:] = stats.t.isf(np.maximum(each[1:], 1e-300) / 2, looks[1:] - 1) / np.sqrt(looks[1:] - 1)
        found[name] = width
    found["mixture martingale"][:2] = np.inf
    return found


def compare_boundaries(measurements: int, seed: int = 0) -> Iterator[tuple[str, str, float, float, float]]:
    """(method, machine, wrong on equal arms, blocks until 5% is found, blocks until 100% is found), medians."""
    for method, width in boundaries().items():
        for machine, noise_of in MACHINES.items():
            random = np.random.default_rng([seed, *machine.encode()])
            noise = noise_of(random, (measurements, BLOCKS * ARMS))
            hits = [_crossings(interleaved(noise, effect, random), width) for effect in (0.0, 0.05, 1.0)]
            wrong = float((hits[0] < BLOCKS + 1).mean())
            yield method, machine, wrong, float(np.median(hits[1])), float(np.median(hits[2]))


def _crossings(ratios: Floats, width: Floats) -> Floats:
    """The first block after which 0 is left out; BLOCKS + 1 for never."""
    count = np.arange(1, BLOCKS + 1)
    mean = ratios.cumsum(axis=1) / count
    spread = np.sqrt(np.maximum((ratios**2).cumsum(axis=1) / count - mean**2, 1e-18))
    out = np.abs(mean) > width * spread
    return np.where(out.any(axis=1), out.argmax(axis=1) + 1.0, BLOCKS + 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measurements", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.perf_counter()
    print(f"{'practice':28}{'machine':13}{'wrong A/A':>10}" + "".join(f"{f'finds {e:.0%}':>18}" for e in EFFECTS[1:]))
    rows = list(simulate(options.measurements, options.seed))
    for equal, *changed in zip(*[iter(rows)] * len(EFFECTS), strict=True):
        cells = "".join(
            f"{row.found:8.1%} {row.runs:3.0f} runs" + ("*" if row.wrong > 0.05 else " ") for row in changed
        )
        print(f"{equal.practice:28}{equal.machine:13}{equal.wrong:10.1%}{cells}")
    print("runs: median until the verdict; *: more than 5% say slower or the same\n")
    print(
        f"{'method (looks after each block)':33}{'machine':13}{'wrong A/A':>10}{'5% found at':>13}{'2x found at':>13}"
    )
    for method, machine, wrong, five, double in compare_boundaries(options.measurements, options.seed):
        print(f"{method:33}{machine:13}{wrong:10.1%}{five:13.0f}{double:13.0f}")
    took = f"{options.measurements} measurements each; {time.perf_counter() - start:.1f} s"
    print(f"medians in blocks, {BLOCKS + 1}: not within {BLOCKS}; {took}")


if __name__ == "__main__":
    main()
