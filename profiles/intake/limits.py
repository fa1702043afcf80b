"""What reading foreign files may cost at most."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MB = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Limits of one preview. Memory, output and sizes in bytes, times in seconds.

    ``cpu_seconds`` is per file, ``wall_seconds`` for the whole preview. ``unpacked_bytes`` is what one file may
    unpack to altogether, ``nesting`` how many archives may lie within each other.
    """

    cpu_seconds: float = 30.0
    wall_seconds: float = 120.0
    memory_bytes: int = 512 * MB
    output_bytes: int = 64 * MB
    unpacked_bytes: int = 160 * MB
    file_bytes: int = 200 * MB
    members: int = 1000
    nesting: int = 3

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
