"""What a program and all processes that it starts hold in memory.

Read from the kernel's own high-water mark of each process (`VmHWM`), which begins at
nil with the program: what the parent held before is not in it, unlike in what
`wait4` tells. A page that two processes share counts in both, so that the sum is
never less than what a container is charged for.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.01
_KIB_A_MIB = 1024
_PEAK, _NOW = "VmHWM", "VmRSS"


@dataclass(frozen=True, slots=True)
class Held:
    """Memory of a family of processes, in MiB.

    Attributes:
        peak: Most that all processes alive at one moment have held, each at most.
        last: What they held when they were looked at last.
        processes: Most processes at one moment.
    """

    peak: float
    last: float
    processes: int


def watch(pid: int, over: Callable[[], bool]) -> Held:
    """Look at a process and its descendants until `over` says so.

    Args:
        pid: The first process, a child of this one that nobody waits for meanwhile.
        over: Asked before each look.

    Returns:
        What they held; nil if none was seen.
    """
    peak = last = 0.0
    most = 0
    while not over():
        held = [read_mib(one) for one in _family(pid)]
        alive = [mib for mib in held if mib is not None]
        if alive:
            peak = max(peak, sum(high for high, _ in alive))
            last = sum(now for _, now in alive)
            most = max(most, len(alive))
        time.sleep(POLL_SECONDS)
    return Held(peak, last, most)


def read_mib(pid: int) -> tuple[float, float] | None:
    """Return the most that a process has held and what it holds; None if gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = dict(line.split(":", 1) for line in lines)
    if _PEAK not in found:
        return None  # a zombie has no memory
    peak, now = (int(found[name].split()[0]) for name in (_PEAK, _NOW))
    return peak / _KIB_A_MIB, now / _KIB_A_MIB


def _family(pid: int) -> list[int]:
    try:
        first = psutil.Process(pid)
        return [pid, *(child.pid for child in first.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []
