"""Machine code put into memory, its addresses filled in.

Pages with code are never writable once they can run. What was linked stays for as
long as the process lives.
"""

import ctypes
import mmap
import os
import struct
from collections.abc import Callable

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.objects import ObjectFile

_ADDRESS = struct.Struct("<Q")
_READ_AND_RUN = 5

_kept: list[mmap.mmap] = []


def link(parsed: ObjectFile, outside: Callable[[str], int]) -> dict[str, int]:
    """Return the addresses of the symbols of an object file, ready to be called.

    Args:
        parsed: The object file.
        outside: Says where a symbol is that the file does not have; of one that
            asks for a writable place of its own, what stands there at first.

    Raises:
        MachineCodeError: If a place is asked for that is larger than an address.
        OSError: If the system lets no memory be run.
    """
    bases, code_bytes = _laid(parsed, writable=False)
    slots, own_bytes = _laid(parsed, writable=True)
    code, code_at = _memory(code_bytes)
    own, own_at = _memory(own_bytes + 8 * len(parsed.symbols))
    bases = {number: code_at + start for number, start in bases.items()}
    bases |= {number: own_at + start for number, start in slots.items()}
    for number, section in parsed.sections.items():
        ctypes.memmove(bases[number], section.content, len(section.content))
    places: list[int] = []
    for i, symbol in enumerate(parsed.symbols):
        if symbol.own_bytes > _ADDRESS.size:
            raise MachineCodeError(
                f"a place of {_ADDRESS.size} bytes at most is required, "
                f"{symbol.name} asks for {symbol.own_bytes}"
            )
        if symbol.own_bytes:
            places.append(own_at + own_bytes + 8 * i)
            _ADDRESS.pack_into(own, own_bytes + 8 * i, outside(symbol.name))
        elif symbol.section in bases:
            places.append(bases[symbol.section] + symbol.offset)
        else:
            places.append(0)
    for one in parsed.relocations:
        address = places[one.symbol] or outside(parsed.symbols[one.symbol].name)
        at = bases[one.section] + one.offset
        ctypes.memmove(at, _ADDRESS.pack(address + one.addend), _ADDRESS.size)
    _let_run(code_at, len(code))
    _kept.extend((code, own))
    named = zip(parsed.symbols, places, strict=True)
    return {symbol.name: place for symbol, place in named if place and symbol.name}


def _laid(parsed: ObjectFile, *, writable: bool) -> tuple[dict[int, int], int]:
    """Return where sections of a kind start, and how many bytes they take."""
    starts, end = {}, 0
    for number, section in parsed.sections.items():
        if section.writable is writable:
            starts[number] = end + -end % section.alignment
            end = starts[number] + len(section.content)
    return starts, end + -end % _ADDRESS.size


def _memory(size: int) -> tuple[mmap.mmap, int]:
    """Return whole pages of private memory, and where they are."""
    block = mmap.mmap(-1, max(1, size + -size % mmap.PAGESIZE), mmap.MAP_PRIVATE)
    return block, ctypes.addressof(ctypes.c_char.from_buffer(block))


def _let_run(address: int, size: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    protect = libc.mprotect
    protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    if protect(address, size, _READ_AND_RUN):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
