"""Object files as LLVM writes them for x86-64: sections, symbols, relocations.

Pure: from bytes to what is in them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tradestream.kernels.errors import MachineCodeError

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")

_RELOCATABLE, _X86_64 = 1, 62
_SYMBOLS, _STRINGS, _ADDENDS, _NO_BITS = 2, 3, 4, 8
_WRITE, _IN_MEMORY = 1, 2
_ABSOLUTE_64 = 1
_UNDEFINED, _ABSOLUTE, _COMMON = 0, 0xFFF1, 0xFFF2
_UNWINDING = ".eh_frame"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an object file that stands in memory."""

    content: bytes
    alignment: int
    writable: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name: at a place of a section, of `size` bytes of its own, or outside.

    Attributes:
        name: As the linker knows it.
        section: Number of its section, None if it has none.
        offset: From the start of the section.
        own_bytes: Size of the writable place that it asks for, else 0.
    """

    name: str
    section: int | None
    offset: int
    own_bytes: int


@dataclass(frozen=True, slots=True)
class Relocation:
    """Eight bytes of a section that hold the address of a symbol plus an addend."""

    section: int
    offset: int
    symbol: int
    addend: int


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """What a linker needs of an object file; sections are known by number."""

    sections: dict[int, Section]
    symbols: tuple[Symbol, ...]
    relocations: tuple[Relocation, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


def parse(data: bytes) -> ObjectFile:
    """Return what is in an object file.

    Raises:
        MachineCodeError: If it is of another kind than LLVM makes for Numba: not
            of x86-64, or with addresses that are not absolute.
    """
    headers = _headers(data)
    sections = {
        number: Section(
            bytes(h.size) if h.kind == _NO_BITS else data[h.offset : h.offset + h.size],
            max(1, h.alignment),
            bool(h.flags & _WRITE),
        )
        for number, h in enumerate(headers)
        # Frames are unwound for exceptions of C++, of which there are none.
        if h.flags & _IN_MEMORY and h.name != _UNWINDING
    }
    return ObjectFile(
        sections,
        tuple(_symbols(data, headers)),
        tuple(_relocations(data, headers, sections)),
    )


def _headers(data: bytes) -> list[_Header]:
    if len(data) < _HEADER.size or not data.startswith(b"\x7fELF\x02\x01"):
        raise MachineCodeError("an object file of 64 bits is required, was another")
    (_, kind, machine, _, _, _, start, _, _, _, _, _, count, names) = (
        _HEADER.unpack_from(data)
    )
    if (kind, machine) != (_RELOCATABLE, _X86_64):
        raise MachineCodeError(f"an object file of x86-64 is required, was {machine}")
    raw = [_SECTION.unpack_from(data, start + i * _SECTION.size) for i in range(count)]
    strings = raw[names][4]
    return [
        _Header(_text(data, strings + r[0]), r[1], r[2], r[4], r[5], r[6], r[7], r[8])
        for r in raw
    ]


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode()


def _symbols(data: bytes, headers: list[_Header]) -> Iterator[Symbol]:
    for table in (h for h in headers if h.kind == _SYMBOLS):
        strings = headers[table.link].offset
        for at in range(table.offset, table.offset + table.size, _SYMBOL.size):
            name, _, _, section, value, size = _SYMBOL.unpack_from(data, at)
            own = size if section == _COMMON else 0
            home = None if section in (_UNDEFINED, _ABSOLUTE, _COMMON) else section
            yield Symbol(_text(data, strings + name), home, value, own)


def _relocations(
    data: bytes, headers: list[_Header], sections: dict[int, Section]
) -> Iterator[Relocation]:
    for table in (h for h in headers if h.kind == _ADDENDS and h.info in sections):
        for at in range(table.offset, table.offset + table.size, _RELOCATION.size):
            offset, info, addend = _RELOCATION.unpack_from(data, at)
            if info & 0xFFFFFFFF != _ABSOLUTE_64:
                raise MachineCodeError(
                    f"absolute addresses are required, was type {info & 0xFFFFFFFF}"
                )
            yield Relocation(table.info, offset, info >> 32, addend)
