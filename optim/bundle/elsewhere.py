"""What a bundle does where it is run: interleaved blocks of fresh processes, kept and shown as they come.

``open_bundle`` is given the project; ``Bundle.measure`` is what a notebook's cell calls, ``Bundle.main`` the command.
The verdict is not spoken here: it is judged at home, from the blocks.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optim.bundle.contents import Contents
from optim.bundle.devices import with_devices
from optim.bundle.ledger import FileLedger, outcome_of
from optim.evidence.measure import (
    BlockFinished,
    BlockRepeated,
    Ended,
    Placed,
    RunEnded,
    RunFailed,
    RunStarted,
    Stopped,
    drive,
)
from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import Attempt
from optim.evidence.spec import AFTER_ARMS, BEFORE_ARMS, Arm, Spec, SpecError, pair_arms
from optim.evidence.statistics import MIN_BLOCKS
from optim.evidence.verdicts import Verdict
from optim.pipelines.external.pipeline import put_back
from optim.pipelines.protocol import Interrupted, Job, RunProblem, Session, Target
from profiles.configs import UnknownConfig, config_label, parse_config, stored_text
from profiles.interruption import interruptible
from profiles.owned import SHARED, owned_folder, owned_in, remove_left
from profiles.recorder import Recorder

__all__ = ["Bundle", "BundleProblem", "Recorder", "open_bundle"]

MOST_MINUTES = 60.0 * 24 * 7
_HOW = "python quickwin_bundle.py measure none {win} --blocks 8 --minutes 60"


class BundleProblem(Exception):
    """A measurement that can not be made here; the sentence says why and what would work."""

    def __init__(self, sentence: str, exit_code: int = 3) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def open_bundle(plain: Mapping[str, Any]) -> Bundle:
    """The bundle of a project, as ``Contents.to_json`` wrote it."""
    return Bundle(Contents.from_json(plain))


class Bundle:
    """A project on a machine elsewhere."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents

    def measure(
        self,
        before: str,
        after: str,
        *,
        blocks: int = 12,
        minutes: float | None = None,
        warm: bool = False,
        parameters: Mapping[str, Any] | None = None,
        folder: str | os.PathLike[str] | None = None,
        journal: str | os.PathLike[str] | None = None,
        machine: str | None = None,
        echo: bool = True,
        duet: bool = False,
    ) -> str:
        """Measures two configs in interleaved blocks, A B B A or B A A B; gives the path of the journal.

        Begun again after a kill, it goes on with what the journal holds.

        Args:
            before: the wins that are on before: ``none``, ``all``, ``kept``, names joined by commas, ``all-NAME``.
            after: likewise.
            blocks: so many whole blocks (four runs each) in all; 6 at the least can show anything.
            minutes: no block begins later than this in this sitting.
            warm: with primed caches, else with empty ones.
            parameters: changes of the project's parameters.
            folder: where the command runs; by default the current one.
            journal: the file; by default named by what is measured, in the current folder.
            machine: what you call this machine, such as ``Kaggle T4 x2``: its runs are comparable with those of the
                same name; by default a fingerprint of its hardware.
            echo: whether its lines are printed too, so that any log of this machine brings them home.
            duet: refused; both configs at once is for the machine at home.

        Raises:
            BundleProblem: it can not be done; KeyboardInterrupt: it was interrupted, and what was finished is kept.
        """
        if duet:
            raise BundleProblem(
                "a bundle runs one after the other: for both at once use measure --duet of Quickwin itself", 2
            )
        place = Path(folder or ".").resolve()
        pipeline = self.contents.pipeline(place)
        put_back(place, pipeline.command)  # what a killed sitting set aside, also where nothing is left to do
        try:
            values = pipeline.parameters(parameters or {})
            spec = self._spec((before, after), blocks, minutes, "warm" if warm else "cold", values)
            path = Path(journal or _file_name(spec))
            ledger = FileLedger(path, spec, echo)
        except (RunProblem, UnknownConfig, SpecError) as problem:
            raise BundleProblem(str(problem), 2) from problem
        except OSError as problem:
            raise BundleProblem(f"the journal can not be written: {problem}") from problem
        with contextlib.closing(ledger):
            sitting = _Sitting(self.contents, spec, ledger, path, machine)
            place = Path(tempfile.gettempdir())
            for item in owned_in(place, SHARED):
                if item.left:
                    remove_left(item)
            with owned_folder(SHARED, place) as scratch:
                sitting.sit(lambda job: pipeline.session(job), scratch)
        return str(path)

    def _spec(
        self, configs: tuple[str, str], blocks: int, minutes: float | None, state: str, values: Mapping[str, Any]
    ) -> Spec:
        names, command = tuple(self.contents.toggles), self.contents.command
        before, after = (stored_text(parse_config(text, names, self.contents.kept)) for text in configs)
        if blocks < MIN_BLOCKS:
            _say(f"Note: fewer than {MIN_BLOCKS} blocks show nothing for sure; run it again with more to go on.")
        return Spec(
            kind="pair",
            arms=pair_arms(before, after),
            pipeline=self.contents.name,
            parameters=dict(values),
            cache_state=state,
            max_blocks=blocks,
            max_minutes=MOST_MINUTES if minutes is None else minutes,
            margin=command.margin,
            label=f"{self.contents.name} on {platform.node() or 'another machine'}",
        )

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """The command line; gives the exit code: 0 done, 2 usage, 3 could not or interrupted, with what was finished
        kept, 130 interrupted before anything was."""
        options = self._parser().parse_args(arguments)
        if options.act == "wins":
            for name in self.contents.toggles:
                print(name)
            return 0
        try:
            with interruptible():
                changes = dict(_parameter(text) for text in options.set)
                self.measure(
                    options.before, options.after, blocks=options.blocks, minutes=options.minutes, warm=options.warm,
                    parameters=changes, folder=options.folder, journal=options.journal, machine=options.machine,
                    echo=not options.no_echo, duet=options.duet,
                )  # fmt: skip
        except BundleProblem as problem:
            print(f"Error: {problem}", file=sys.stderr)
            return problem.exit_code
        except KeyboardInterrupt as interrupt:
            if not interrupt.args:
                _say("Interrupted before anything ran. Run it again to go on.")
            return 3 if any(interrupt.args) else 130
        return 0

    def _parser(self) -> argparse.ArgumentParser:
        win = next(iter(self.contents.toggles), "all")
        parser = argparse.ArgumentParser(
            description=f"Measures {self.contents.name} on this machine, offline; Quickwin at home judges the journal.",
            epilog=f"For example: {_HOW.format(win=win)}",
        )
        acts = parser.add_subparsers(dest="act", required=True, metavar="measure|wins")
        acts.add_parser("wins", help="the names of the wins")
        act = acts.add_parser("measure", help="two configs against each other, in interleaved blocks")
        act.add_argument(
            "before", help="the wins that are on before: none, all, kept, names joined by commas, all-NAME"
        )
        act.add_argument("after", help="likewise, after")
        act.add_argument("--blocks", type=int, default=12, help="whole blocks in all (default 12)")
        act.add_argument("--minutes", type=float, help="no block begins later than this")
        act.add_argument("--warm", action="store_true", help="with primed caches; else with empty ones")
        act.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another parameter")
        act.add_argument("--folder", help="where the command runs (default: here)")
        act.add_argument("--journal", help="the file to write and to go on with")
        act.add_argument("--machine", help="what you call this machine (default: a fingerprint of its hardware)")
        act.add_argument("--duet", action="store_true", help=argparse.SUPPRESS)
        act.add_argument("--no-echo", action="store_true", help="keep the journal's lines off the standard output")
        return parser


class _Sitting:
    """One sitting of a measurement, from its begin, or where it was left, to its end or the next stop."""

    def __init__(self, contents: Contents, spec: Spec, ledger: FileLedger, path: Path, machine: str | None) -> None:
        self._contents, self._ledger, self._path, self._machine = contents, ledger, path, machine
        begun, self._done, self._tried = ledger.spec, ledger.done(), ledger.tried()
        lost = max([0, *self._done, *(attempt.block for attempt in self._tried)]) - len(self._done)
        self._wanted = spec.max_blocks
        # The order is the one that was drawn when it was begun; the budget is this sitting's.
        self._spec = begun.replace(max_blocks=spec.max_blocks + lost, max_minutes=spec.max_minutes)
        self._attempt = 1
        self._session: Session | None = None
        self._label = begun.label or contents.name

    def sit(self, session: Any, scratch: Path) -> None:
        """Measures, and says what comes of it."""
        self._greet()
        if len(self._done) >= self._wanted:
            return
        targets = tuple(dict.fromkeys(Target(config=arm.wins) for arm in self._spec.arms))
        job = Job(
            targets=targets, parameters=self._spec.parameters, cache_state=self._spec.cache_state, scratch=scratch
        )
        try:
            with session(job) as self._session:
                assert self._session is not None
                for target in targets if self._spec.cache_state == "warm" else ():
                    self._session.prime(target)
                self._follow()
        except RunProblem as problem:
            raise BundleProblem(f"{problem}") from problem
        except (KeyboardInterrupt, Interrupted, Stopped):
            self._ledger.end("stopped", "interrupted")
            kept = f"what was finished is kept in {self._path}" if self._ledger.has_runs else "no run was finished"
            _say(f"Interrupted; {kept}. Run it again to go on.")
            raise KeyboardInterrupt(self._ledger.has_runs) from None

    def _greet(self) -> None:
        before, after = self._names()
        kept = f", going on behind {_count(len(self._done), 'block')}" if self._done else ""
        _say(f"{before} against {after}, {self._spec.cache_state} caches, {self._wanted} blocks{kept}; {self._path}")
        if self._done:
            _say(self._standing(list(self._done.values())))

    def _follow(self) -> None:
        for event in drive(
            self._spec, self._run, self, self._judge, done=self._done, tried=self._tried, clock=time.monotonic
        ):
            if isinstance(event, RunStarted):
                self._attempt = event.attempt
            elif isinstance(event, RunEnded):
                _say(self._run_words(event))
            elif isinstance(event, BlockRepeated):
                self._ledger.flush()
                _say(f"block {event.block}: {self._name(event.arm.config)}: {event.reason} (attempt {event.attempt})")
            elif isinstance(event, BlockFinished):
                _say(f"block {event.block}, {event.seconds:.1f} s: {event.verdict.reason}")
            elif isinstance(event, Ended):
                self._ledger.end(event.status, event.why)
                _say(f"Over: {self._why(event)}. {event.verdict.reason}")
                _say(f"At home: quickwin import {self._path}   (or any log or notebook that shows these lines)")
                if event.status == "failed":
                    raise BundleProblem(event.why)

    def _why(self, event: Ended) -> str:
        done = event.verdict.blocks
        return f"all {_count(done, 'block')} are there" if done >= self._wanted else event.why

    def _run(self, arm: Arm, block: int, position: int) -> Outcome:
        assert self._session is not None
        try:
            ran = self._session.run(Target(config=arm.wins), f"{self._label} block {block} {arm.name}")
        except RunProblem as problem:
            raise RunFailed(str(problem)) from problem
        assert ran.record is not None
        environment = ran.record.environment and with_devices(ran.record.environment, self._machine)
        record = ran.record.replace(environment=environment).to_json()
        place = {"block": block, "attempt": self._attempt, "arm": arm.name, "position": position}
        self._ledger.add_run({**place, "ended": ran.ended, "record": record}, position == len(self._spec.arms))
        return outcome_of(record, ran.ended)

    def add_block(self, block: int, runs: Sequence[Placed], verdict: Verdict) -> None:
        """Keeps a finished block."""
        self._ledger.add_block(block, self._attempt)

    def update(self, status: str, verdict: Verdict) -> None:
        """Nothing of a verdict is kept here: it is judged at home."""

    def _judge(self, spec: Spec, blocks: Sequence[Mapping[str, Outcome]], tried: Sequence[Attempt]) -> Verdict:
        return Verdict(verdict="unresolved", reason=self._standing(blocks), blocks=len(blocks))

    def _standing(self, blocks: Sequence[Mapping[str, Outcome]]) -> str:
        """The ratio so far, and what the same config against itself shows."""
        if not blocks:
            return "no block yet."
        before, after = (_mean_log(blocks, arms) for arms in (BEFORE_ARMS, AFTER_ARMS))
        noise = math.sqrt(sum(_log(block["A"], block["A2"]) ** 2 for block in blocks) / len(blocks) / 2)
        names = self._names()
        answers = {run.results_fingerprint for block in blocks for run in block.values()} - {None}
        other = " The answers differ!" if len(answers) > 1 else "" if answers else " Answers are not checked."
        return (
            f"{names[0]} {math.exp(before):.3f} s, {names[1]} {math.exp(after):.3f} s: {math.exp(before - after):.3f}x "
            f"over {_count(len(blocks), 'block')}; a run varies by {100 * noise:.1f}%.{other}"
        )

    def _run_words(self, event: RunEnded) -> str:
        seconds = event.outcome.wall_seconds
        how = f"{seconds:.3f} s" if event.outcome.status == "finished" and seconds is not None else event.outcome.status
        place = f"block {event.block}, run {event.position} of {len(self._spec.arms)}"
        return f"  {place}: {self._name(event.arm.config)} {how}"

    def _names(self) -> tuple[str, str]:
        return self._name(self._spec.arms[0].config), self._name(self._spec.arms[1].config)

    def _name(self, config: str) -> str:
        return config_label([] if config == "none" else config.split(","), tuple(self._contents.toggles))


def _mean_log(blocks: Sequence[Mapping[str, Outcome]], arms: Sequence[str]) -> float:
    logs = [math.log(block[arm].wall_seconds or 1.0) for block in blocks for arm in arms]
    return sum(logs) / len(logs)


def _log(outcome: Outcome, other: Outcome) -> float:
    return math.log((outcome.wall_seconds or 1.0) / (other.wall_seconds or 1.0))


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _file_name(spec: Spec) -> str:
    sides = "-against-".join(re.sub(r"[^\w.+-]+", "+", arm.config)[:60] for arm in spec.arms[:2])
    return f"quickwin-{sides}-{spec.cache_state}.jsonl"


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BundleProblem(f"a parameter is given as NAME=VALUE, got {text!r}", 2)
    return name.strip(), value
