"""What a strategy calls for, bar by bar.

The conventions of the backtest: flat, only `enter` counts; in a position, only
`exit`; one call a bar. Pure.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["ENTER", "EXIT"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call at the close of a bar.

    Attributes:
        index: Which of the bars.
        action: What to do.
    """

    index: int
    action: Action


def walk(
    enter: Sequence[bool], leave: Sequence[bool], *, in_position: bool
) -> tuple[list[Call], bool]:
    """Return the calls of some bars, and whether there is a position after them.

    Args:
        enter: Of each bar, oldest first.
        leave: Of the same bars.
        in_position: Whether there is a position before the first of them.
    """
    calls: list[Call] = []
    for index, (enters, leaves) in enumerate(zip(enter, leave, strict=True)):
        if leaves if in_position else enters:
            calls.append(Call(index, "EXIT" if in_position else "ENTER"))
            in_position = not in_position
    return calls, in_position


def signal_id(strategy_id: str, bar_open_time: datetime, action: Action) -> str:
    """Return the id of a signal: the same call has the same id, whoever computes it.

    Args:
        strategy_id: Hex sha256.
        bar_open_time: Start of the bar whose close called, timezone-aware.
        action: What to do.
    """
    if bar_open_time.tzinfo is None:
        raise ValueError(f"a timezone-aware time is required, was {bar_open_time!r}")
    content = f"{strategy_id}|{int(bar_open_time.timestamp())}|{action}"
    return hashlib.sha256(content.encode()).hexdigest()
