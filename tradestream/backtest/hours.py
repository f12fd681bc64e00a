"""Clock hours: which bars belong to which, holes included."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradestream.candles import HOUR_SECONDS, CandleSeries, Floats, Seconds


@dataclass(frozen=True, slots=True, eq=False)
class ClockHours:
    """The clock hours that a series touches, empty ones between them included.

    Attributes:
        first: Start of the first hour, seconds since 1970.
        count: How many there are.
        starts: Shape (count,), first bar at or after the start of each hour.
        of_bar: Shape (n,), hour of each bar, from 0.
    """

    first: int
    count: int
    starts: Seconds
    of_bar: Seconds

    @classmethod
    def of(cls, series: CandleSeries) -> "ClockHours":
        """Return the hours of a series of one bar or more."""
        of_bar = series.open_times // HOUR_SECONDS
        first, count = int(of_bar[0]), int(of_bar[-1] - of_bar[0]) + 1
        starts: Any = np.searchsorted(of_bar, first + np.arange(count))
        return cls(first * HOUR_SECONDS, count, starts.astype(np.int64), of_bar - first)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of one value a bar over each hour, shape (count,)."""
        return np.asarray(np.bincount(self.of_bar, values, self.count), np.float64)
