"""Archives by content: .gz and .zip, also within each other. Members are read in memory, never written anywhere.

What an archive says of its sizes is not believed: bytes are counted as they come, and stop at the limit.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiles.importers._names import clean
from profiles.importers.base import Loss
from profiles.intake.limits import Limits

_GZIP = b"\x1f\x8b\x08"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_JUNK = ("__MACOSX/", ".DS_Store")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One file out of an archive, or the file itself; ``data`` is None where nothing of it could be read."""

    name: str
    data: bytes | None
    losses: tuple[Loss, ...] = ()


class _Budget:
    """The bytes that may still be unpacked."""

    def __init__(self, limits: Limits) -> None:
        self.left = limits.unpacked_bytes
        self.said = f"it unpacks to more than {limits.unpacked_bytes >> 20} MB, of which the rest was left out"


def is_archive(data: bytes) -> bool:
    """Whether the content is a gzip file or a zip archive."""
    return data.startswith((_GZIP, *_ZIP))


def unpack(name: str, data: bytes, limits: Limits) -> Iterator[Member]:
    """The files in ``data``, one after the other; ``data`` itself where it is no archive."""
    yield from _unpack(name, data, limits, _Budget(limits), 0)


def _unpack(name: str, data: bytes, limits: Limits, budget: _Budget, depth: int) -> Iterator[Member]:
    if not is_archive(data):
        yield Member(name=name, data=data)
    elif depth >= limits.nesting:
        yield _refused(name, f"archives within archives are read {limits.nesting} deep, this one lies deeper")
    elif data.startswith(_GZIP):
        unpacked, losses = _gunzip(data, budget)
        inner = name[:-3] if name.lower().endswith(".gz") else name
        yield from _with(losses, _unpack(inner, unpacked, limits, budget, depth + 1))
    else:
        yield from _unzip(name, data, limits, budget, depth + 1)


def _refused(name: str, reason: str) -> Member:
    return Member(name=name, data=None, losses=(Loss(reason=reason),))


def _with(losses: tuple[Loss, ...], members: Iterator[Member]) -> Iterator[Member]:
    for member in members:
        yield Member(name=member.name, data=member.data, losses=(*losses, *member.losses))


def _gunzip(data: bytes, budget: _Budget) -> tuple[bytes, tuple[Loss, ...]]:
    """All members of a gzip file, as far as they go."""
    out, rest = io.BytesIO(), data
    while rest.startswith(_GZIP):
        inflate = zlib.decompressobj(wbits=31)
        loss = _inflate(inflate, rest, out, budget)
        if loss:
            return out.getvalue(), (Loss(reason=loss),)
        if not inflate.eof:
            return out.getvalue(), (Loss(reason="the gzip file was cut: its end is missing"),)
        rest = inflate.unused_data
    if rest.strip(b"\0"):
        return out.getvalue(), (Loss(reason=f"{len(rest):,} bytes after the end of the gzip file were left out"),)
    return out.getvalue(), ()


def _inflate(inflate: zlib._Decompress, data: bytes, out: io.BytesIO, budget: _Budget) -> str | None:
    """Inflates into ``out`` within the budget; gives what went wrong."""
    while data and not inflate.eof:
        try:
            piece = inflate.decompress(data, _CHUNK)
        except zlib.error:
            return "the gzip file is damaged; what came before the damage was read"
        if len(piece) > budget.left:
            return budget.said
        budget.left -= len(piece)
        out.write(piece)
        data = inflate.unconsumed_tail
    return None


def _unzip(name: str, data: bytes, limits: Limits, budget: _Budget, depth: int) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.is_dir() and not _is_junk(info.filename)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        yield _refused(name, f"the zip archive is cut or damaged: {clean(str(error), 100)}")
        return
    if not infos:
        yield _refused(name, "the zip archive holds no file")
    for info in infos[: limits.members]:
        inner = f"{name}/{clean(info.filename)}"
        body, losses = _read(archive, info, budget)
        if body is None:
            yield Member(name=inner, data=None, losses=losses)
        else:
            yield from _with(losses, _unpack(inner, body, limits, budget, depth))
    if len(infos) > limits.members:
        yield _refused(name, f"the archive holds {len(infos):,} files, of which the first {limits.members:,} were read")


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or name.endswith(_JUNK[1])


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> tuple[bytes | None, tuple[Loss, ...]]:
    if info.flag_bits & _ENCRYPTED:
        return None, (Loss(reason="the file is encrypted and was left out"),)
    if info.compress_type not in _METHODS:
        return None, (Loss(reason="only files stored or deflated are read; this one is packed in another way"),)
    out = io.BytesIO()
    try:
        with archive.open(info) as member:
            over = _copy(member.read, out, budget)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError) as error:
        reason = f"the file is damaged inside the archive: {clean(str(error), 100)}"
        return out.getvalue() or None, (Loss(reason=reason),)
    return out.getvalue(), (Loss(reason=over),) if over else ()


def _copy(read: Callable[[int], bytes], out: io.BytesIO, budget: _Budget) -> str | None:
    while piece := read(_CHUNK):
        if len(piece) > budget.left:
            return budget.said
        budget.left -= len(piece)
        out.write(piece)
    return None
