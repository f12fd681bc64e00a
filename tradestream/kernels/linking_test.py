import ctypes
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.linking import link
from tradestream.kernels.objects import ObjectFile, Relocation, Section, Symbol

_ADDRESS = bytes(8)
# mov rax, ADDRESS; ret, and the same with what stands at the address.
TELL = Section(b"\x48\xb8" + _ADDRESS + b"\xc3", 16, writable=False)
READ = Section(b"\x48\xb8" + _ADDRESS + b"\x48\x8b\x00\xc3", 16, writable=False)


def made(*sections: Section, of: Symbol, addend: int = 0) -> ObjectFile:
    """Return code that has the address of a symbol in it."""
    start = Symbol("start", 1, 0, 0)
    numbered = dict(enumerate(sections, start=1))
    return ObjectFile(numbered, (start, of), (Relocation(1, 2, 1, addend),))


def call(address: int) -> int:
    return int(ctypes.CFUNCTYPE(ctypes.c_uint64)(address)())


def outside(known: dict[str, int]) -> Callable[[str], int]:
    return lambda name: known[name]


def allowed(address: int) -> str:
    """Return what may be done with the page of an address."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line)
        assert found
        if int(found[1], 16) <= address < int(found[2], 16):
            return found[3]
    raise AssertionError("no such page")


def test_addresses_from_outside_are_filled_in_with_their_addend() -> None:
    parsed = made(TELL, of=Symbol("far", None, 0, 0), addend=3)

    assert call(link(parsed, outside({"far": 1 << 40}))["start"]) == (1 << 40) + 3


def test_addresses_within_are_those_of_the_section() -> None:
    data = Section(b"\1" * 8 + b"\2" * 8, 8, writable=True)

    at = link(made(READ, data, of=Symbol("near", 2, 8, 0)), outside({}))

    assert call(at["start"]) == int.from_bytes(b"\2" * 8, "little")
    assert ctypes.string_at(at["near"], 8) == b"\2" * 8


def test_sections_stand_where_their_alignment_wants_them() -> None:
    wide = Section(b"\3" * 5, 64, writable=False)

    at = link(made(TELL, wide, of=Symbol("near", 2, 0, 0)), outside({}))

    assert at["near"] % 64 == 0
    assert call(at["start"]) == at["near"]


def test_a_place_of_its_own_holds_what_is_outside() -> None:
    at = link(made(READ, of=Symbol("own", None, 0, 8)), outside({"own": 77}))

    assert call(at["start"]) == 77
    assert ctypes.c_uint64.from_address(at["own"]).value == 77


def test_a_larger_place_of_its_own_is_refused() -> None:
    with pytest.raises(MachineCodeError, match="8 bytes at most is required, own asks"):
        link(made(READ, of=Symbol("own", None, 0, 16)), outside({"own": 77}))


def test_pages_can_be_run_or_written_to_and_never_both() -> None:
    data = Section(bytes(8), 8, writable=True)

    at = link(made(READ, data, of=Symbol("own", None, 0, 8)), outside({"own": 1}))
    near = link(made(READ, data, of=Symbol("near", 2, 0, 0)), outside({}))["near"]

    assert allowed(at["start"]) == "r-xp"
    assert allowed(at["own"]) == "rw-p"
    assert allowed(near) == "rw-p"
