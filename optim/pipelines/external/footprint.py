"""Which files of a project's folder are no code: what a command reads, writes and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optim.pipelines.external.answers import matches
from optim.project.command import Command, Parameter, fill


def input_patterns(command: Command, parameters: Mapping[str, Parameter]) -> list[str]:
    """The patterns of its inputs."""
    return [fill(pattern, parameters) for pattern in command.inputs]


def answer_patterns(command: Command, parameters: Mapping[str, Parameter]) -> list[str]:
    """The patterns of its answers, where they are files."""
    return [fill(pattern, parameters) for pattern in (command.answers.files if command.answers else ())]


def no_code(folder: Path, command: Command, parameters: Mapping[str, Parameter]) -> list[str]:
    """Caches, inputs and answers that are there, relative to the folder."""
    patterns = [*input_patterns(command, parameters), *answer_patterns(command, parameters)]
    files = [path for path in matches(folder, patterns) if path.is_relative_to(folder)]
    return [*command.caches.paths, *(path.relative_to(folder).as_posix() for path in files)]
