import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tradestream.testing.process_memory import Held, read_mib, watch

_MIB = 1 << 20
_HOLD = "import sys; held = bytearray({mib} << 20); print(flush=True); {then}"
_WAIT = "sys.stdin.read()"


@contextmanager
def holding(mib: int, then: str = _WAIT) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program that has held so much, up to the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD.format(mib=mib, then=then)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def looks(count: int) -> Iterator[bool]:
    yield from (False for _ in range(count))
    yield True


def seen(process: "subprocess.Popen[bytes]", count: int = 3) -> Held:
    rounds = looks(count)
    return watch(process.pid, lambda: next(rounds))


def test_what_was_given_back_still_counts_in_the_peak() -> None:
    with holding(64, f"del held; {_WAIT}") as process:
        while (held := read_mib(process.pid)) is not None and held[1] > 64:
            pass
        found = seen(process)

    assert 64 < found.peak < 128
    assert found.last < 64


def test_what_this_process_holds_is_not_counted() -> None:
    ours = bytearray(256 * _MIB)

    with holding(1) as process:
        found = seen(process)

    assert len(ours) == 256 * _MIB
    assert found.peak < 128


def test_children_count_with_their_parent() -> None:
    child = (
        f'subprocess.run([sys.executable, "-c", {_HOLD.format(mib=48, then=_WAIT)!r}])'
    )
    with holding(32, f"import subprocess; {child}") as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = seen(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait()

    assert found.processes == 2
    assert found.peak > 32 + 48


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    with holding(1) as process:
        process.kill()
        process.wait()

        assert read_mib(process.pid) is None
        assert seen(process) == Held(0.0, 0.0, 0)


@pytest.mark.parametrize("mib", [16, 64])
def test_more_memory_is_more(mib: int) -> None:
    with holding(mib) as process:
        found = seen(process)

    assert found.peak > mib
