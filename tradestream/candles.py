"""Bars of one symbol, column by column.

A bar covers [open_time, open_time + interval), UTC, aligned to its interval.
Only closed bars are ever stored or traded on.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tradestream.errors import InvalidCandleError

MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
LEAST_BARS = 3
"""Fewer give no standard deviation of returns, so nothing is measured on them."""

Floats = NDArray[np.float64]
Seconds = NDArray[np.int64]


def to_seconds(at: datetime) -> int:
    """Return `at`, which must be timezone-aware, as whole seconds since 1970."""
    if at.tzinfo is None:
        raise ValueError(f"a timezone-aware time is required, was {at!r}")
    return int(at.timestamp())


def to_datetime(seconds: int) -> datetime:
    """Return whole seconds since 1970 as an aware UTC time."""
    return datetime.fromtimestamp(int(seconds), UTC)


@dataclass(frozen=True, slots=True, eq=False)
class CandleSeries:
    """Bars of one symbol and interval, oldest first.

    Attributes:
        symbol: Trading pair, base first, e.g. `BTC-USD`.
        interval_seconds: Length of a bar in seconds, e.g. 60.
        open_times: Shape (n,), seconds since 1970, strictly ascending, each a
            multiple of `interval_seconds`. Missing bars are simply not there.
        opens: Shape (n,), quote currency, positive, no NaN.
        highs: Shape (n,), at least open, close, and low.
        lows: Shape (n,), at most open and close, positive.
        closes: Shape (n,), quote currency, positive, no NaN.
        volumes: Shape (n,), base currency, zero or more, no NaN.
    """

    symbol: str
    interval_seconds: int
    open_times: Seconds
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats

    @classmethod
    def empty(
        cls, symbol: str, interval_seconds: int = MINUTE_SECONDS
    ) -> "CandleSeries":
        """Return a series without bars."""
        none = np.empty(0)
        times = np.empty(0, np.int64)
        return cls(symbol, interval_seconds, times, none, none, none, none, none)

    def __len__(self) -> int:
        return len(self.open_times)

    def between(self, start: datetime, end: datetime) -> "CandleSeries":
        """Return the bars that open in [start, end)."""
        first, last = np.searchsorted(
            self.open_times, [to_seconds(start), to_seconds(end)]
        )
        return self.slice(int(first), int(last))

    def slice(self, first: int, last: int) -> "CandleSeries":
        """Return bars `first` up to, not including, `last`, by position."""
        return CandleSeries(
            self.symbol,
            self.interval_seconds,
            self.open_times[first:last],
            self.opens[first:last],
            self.highs[first:last],
            self.lows[first:last],
            self.closes[first:last],
            self.volumes[first:last],
        )

    def missing(self) -> int:
        """Return how many bars are absent between the first and the last."""
        if len(self) < 2:
            return 0
        span = int(self.open_times[-1] - self.open_times[0]) // self.interval_seconds
        return span + 1 - len(self)

    def fingerprint(self) -> str:
        """Return a hash that changes when any bar of the series changes."""
        digest = hashlib.sha256(f"{self.symbol}|{self.interval_seconds}".encode())
        digest.update(np.ascontiguousarray(self.open_times, "<i8").tobytes())
        for column in (self.opens, self.highs, self.lows, self.closes, self.volumes):
            digest.update(np.ascontiguousarray(column, "<f8").tobytes())
        return digest.hexdigest()

    def validate(self) -> None:
        """Check every promise of this class.

        Raises:
            InvalidCandleError: Names the first bar that breaks one, and which.
        """
        times, volumes = self.open_times, self.volumes
        for rule, broken in (
            (
                "open time is not aligned to the interval",
                times % self.interval_seconds != 0,
            ),
            (
                "open times are not strictly ascending",
                np.diff(times, prepend=times[:1] - 1) <= 0,
            ),
            ("prices must be positive and finite", ~self._positive()),
            ("high is below open, close, or low", self.highs < self._top()),
            (
                "low is above open or close",
                self.lows > np.minimum(self.opens, self.closes),
            ),
            (
                "volume must be finite and at least 0",
                ~((volumes >= 0) & np.isfinite(volumes)),
            ),
        ):
            if bool(np.any(broken)):
                at = to_datetime(times[int(np.argmax(broken))])
                raise InvalidCandleError(f"{self.symbol} bar {at.isoformat()}: {rule}")

    def _positive(self) -> NDArray[np.bool_]:
        prices = np.stack([self.opens, self.highs, self.lows, self.closes])
        return np.asarray(np.all(np.isfinite(prices) & (prices > 0), axis=0))

    def _top(self) -> Floats:
        return np.maximum(np.maximum(self.opens, self.closes), self.lows)


def interval_label(interval_seconds: int) -> str:
    """Return the name of an interval, e.g. `1m`, `5m`, `1h`, `1d`, or `15s`."""
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if interval_seconds % seconds == 0:
            return f"{interval_seconds // seconds}{unit}"
    return f"{interval_seconds}s"


def parse_interval(label: str) -> int:
    """Return the seconds of an interval's name, e.g. 300 for `5m`.

    Raises:
        ValueError: If `label` is not a positive number and one of s, m, h, d.
    """
    units = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
    number, unit = label[:-1], label[-1:]
    if unit not in units or not number.isdecimal() or int(number) < 1:
        raise ValueError(
            f"an interval such as 1m, 5m, or 1h is required, was {label!r}"
        )
    return int(number) * units[unit]


def aggregate(series: CandleSeries, interval_seconds: int) -> CandleSeries:
    """Return `series` as longer bars; a bar stands where any shorter bar does.

    Args:
        series: Bars whose interval divides `interval_seconds`.
        interval_seconds: Length of the bars to make, in seconds.

    Raises:
        ValueError: If `interval_seconds` is not a multiple of the series' own.
    """
    if interval_seconds == series.interval_seconds:
        return series
    if interval_seconds % series.interval_seconds:
        raise ValueError(
            f"a multiple of {series.interval_seconds} s is required, "
            f"was {interval_seconds} s"
        )
    if not len(series):
        return CandleSeries.empty(series.symbol, interval_seconds)
    buckets = series.open_times // interval_seconds * interval_seconds
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
    ends = np.append(starts[1:], len(series)) - 1
    return CandleSeries(
        series.symbol,
        interval_seconds,
        buckets[starts],
        series.opens[starts],
        np.maximum.reduceat(series.highs, starts),
        np.minimum.reduceat(series.lows, starts),
        series.closes[ends],
        np.add.reduceat(series.volumes, starts),
    )
