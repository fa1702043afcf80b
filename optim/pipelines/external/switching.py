"""From a config to what is executed: arguments, environment, and the git refs that it needs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from optim.project.command import RUN_VARIABLES, Command, Parameter, Switch, argv
from profiles.configs import Config
from profiles.program import ROOT


@dataclass(frozen=True, kw_only=True, slots=True)
class Toggle:
    """How a win is switched on, and off where leaving the switch out is not enough."""

    on: Switch
    off: Switch = field(default_factory=Switch)


def switches(toggles: Mapping[str, Toggle], config: Config) -> list[Switch]:
    """The switches of a config, in the order of the wins."""
    return [toggle.on if win in config else toggle.off for win, toggle in toggles.items()]


def arguments(
    command: Command, toggles: Mapping[str, Toggle], config: Config, parameters: Mapping[str, Parameter]
) -> list[str]:
    """The command's arguments with those of the switches behind them."""
    added = (part for switch in switches(toggles, config) for part in switch.args)
    return [*argv(command.command, parameters), *added]


def environment(command: Command, toggles: Mapping[str, Toggle], config: Config) -> dict[str, str]:
    """The environment of a run: the user's without any path of ours, the command's, the switches'.

    What a run of Quickwin's own was given is not handed on.
    """
    merged = {name: value for name, value in os.environ.items() if name not in RUN_VARIABLES}
    merged = {**merged, **command.env}
    for switch in switches(toggles, config):
        merged.update(switch.env)
    if (path := merged.get("PYTHONPATH")) is not None:
        kept = without_ours(path.split(os.pathsep))
        merged.pop("PYTHONPATH")
        merged |= {"PYTHONPATH": os.pathsep.join(kept)} if kept else {}
    return merged


def without_ours(paths: Iterable[str]) -> list[str]:
    """The folders of a path that are not Quickwin's own."""
    return [path for path in paths if path and Path(path).resolve() != ROOT]


def refs(toggles: Mapping[str, Toggle], config: Config) -> tuple[str, ...]:
    """The refs that a config merges, in the order of the wins."""
    return tuple(dict.fromkeys(switch.ref for switch in switches(toggles, config) if switch.ref))
