"""Whether signals of the past are still what they were, bit for bit.

Two ways to lose that: a rule that looks ahead (a longer series changes earlier
signals), and a candle that was corrected (the same minute now signals
differently). Pure.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import CandleSeries

Bits = NDArray[np.bool_]


class Signals(NamedTuple):
    """What a strategy says at each bar, shape (n,) each."""

    enter: Bits
    leave: Bits


def digest(series: CandleSeries, signals: Signals, count: int) -> str:
    """Return a hash of the minutes at which the first `count` bars signal.

    Args:
        series: The bars.
        signals: Of these bars.
        count: How many of them to look at.
    """
    content = hashlib.sha256()
    for bits in signals:
        times = series.open_times[:count][bits[:count]]
        content.update(np.ascontiguousarray(times, "<i8").tobytes())
        content.update(b"|")
    return content.hexdigest()


def cut_points(
    first_new: int, called: Iterable[int], bars: int, most: int
) -> list[int]:
    """Return after how many bars to cut a series to see whether rules look ahead.

    Before and after the first new bar, and after bars that called, spread evenly
    when there are many; the whole series itself is no cut.

    Args:
        first_new: Index of the first new bar.
        called: Indices of bars with a call.
        bars: How many there are.
        most: Largest number of cuts after calls, at least 1.
    """
    after = sorted({index + 1 for index in called})
    if len(after) > most:
        chosen = np.linspace(0, len(after) - 1, most).round().astype(int)
        after = [after[i] for i in sorted(set(chosen.tolist()))]
    return sorted({n for n in (first_new, first_new + 1, *after) if 0 < n < bars})


def looks_ahead(
    whole: Signals, cuts: Iterable[int], compute: Callable[[int], Signals | None]
) -> int | None:
    """Return the first cut whose signals differ from those of the whole, or None.

    Args:
        whole: Signals computed from all bars.
        cuts: After how many bars to cut.
        compute: Signals computed from that many bars alone; None when they are
            too few to compute anything.
    """
    for count in cuts:
        cut = compute(count)
        if cut is not None and not (
            np.array_equal(cut.enter, whole.enter[:count])
            and np.array_equal(cut.leave, whole.leave[:count])
        ):
            return count
    return None
