"""The project as a bundle carries it: the command, the switches of its wins, and which of them are kept, as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.pipelines.external.pipeline import CommandPipeline
from optim.pipelines.external.switching import Toggle
from optim.project.command import Answers, Caches, Command, Switch

#: The time of a run, where a bundle can not have what the project wants: no importer comes with it.
_TIMES = {"log": "wall"}


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What is measured elsewhere. ``kept`` are the wins that were decided to be kept when the bundle was made."""

    name: str
    command: Command
    toggles: Mapping[str, Toggle]
    kept: tuple[str, ...] = ()

    def pipeline(self, folder: Path) -> CommandPipeline:
        """The command in a folder."""
        command = dataclasses.replace(self.command, time=_TIMES.get(self.command.time or "", self.command.time))
        return CommandPipeline(name=self.name, folder=folder, command=command, toggles=self.toggles)

    def to_json(self) -> dict[str, Any]:
        """As the bundle holds it; ``from_json`` gives the same back."""
        return {
            "name": self.name,
            "command": dataclasses.asdict(self.command),
            "toggles": {name: dataclasses.asdict(toggle) for name, toggle in self.toggles.items()},
            "kept": list(self.kept),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Contents:
        """Reads what ``to_json`` wrote, after a way through JSON too."""
        return cls(
            name=plain["name"],
            command=_command(plain["command"]),
            toggles={
                name: Toggle(on=_switch(toggle["on"]), off=_switch(toggle["off"]))
                for name, toggle in plain["toggles"].items()
            },
            kept=tuple(plain["kept"]),
        )


def _command(plain: Mapping[str, Any]) -> Command:
    answers = plain["answers"]
    return Command(
        **{
            **plain,
            "inputs": tuple(plain["inputs"]),
            "answers": None if answers is None else Answers(**{**answers, "files": tuple(answers["files"])}),
            "caches": Caches(paths=tuple(plain["caches"]["paths"]), reset=tuple(plain["caches"]["reset"])),
        }
    )


def _switch(plain: Mapping[str, Any]) -> Switch:
    return Switch(args=tuple(plain["args"]), env=plain["env"], ref=plain["ref"])
