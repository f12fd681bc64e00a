"""Candle rows of Coinbase Exchange: what is a bar, and what is not.

A row is [time, low, high, open, close, volume], all numbers, time in seconds.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np

from tradestream.candles import MINUTE_SECONDS, CandleSeries, Floats, to_seconds
from tradestream.venues.port import CandlePage

_TIME, _LOW, _HIGH, _OPEN, _CLOSE, _VOLUME = range(6)
_COLUMNS = 6
_NUMBERS = frozenset((int, float))
# NUMERIC(20, 10) and NUMERIC(30, 10) of the store hold no others.
_SMALLEST_PRICE, _LARGEST_PRICE, _LARGEST_VOLUME = 1e-10, 9e9, 9e19

# Each returns the mask of the rows that break it.
_Rule = Callable[[Floats, int], Any]
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("not finite", lambda n, _: ~np.isfinite(n).all(axis=1)),
    ("price not positive", lambda n, _: (n[:, _LOW : _CLOSE + 1] <= 0).any(axis=1)),
    (
        "price or volume beyond what can be stored",
        lambda n, _: (
            (n[:, _LOW : _CLOSE + 1] < _SMALLEST_PRICE).any(axis=1)
            | (n[:, _LOW : _CLOSE + 1] > _LARGEST_PRICE).any(axis=1)
            | (n[:, _VOLUME] > _LARGEST_VOLUME)
        ),
    ),
    ("volume negative", lambda n, _: n[:, _VOLUME] < 0),
    ("high below low", lambda n, _: n[:, _HIGH] < n[:, _LOW]),
    (
        "open or close outside low and high",
        lambda n, _: (
            (n[:, (_OPEN, _CLOSE)] > n[:, _HIGH, None])
            | (n[:, (_OPEN, _CLOSE)] < n[:, _LOW, None])
        ).any(axis=1),
    ),
    ("time not on a minute", lambda n, _: n[:, _TIME] % MINUTE_SECONDS != 0),
    ("time in the future", lambda n, now: n[:, _TIME] > now),
)


def read_rows(
    symbol: str, rows: list[Any], start: datetime, end: datetime, now: datetime
) -> CandlePage:
    """Return the bars of [start, end) among rows in any order.

    Rows outside the span are left out without a count: the venue may send the
    bar before `start` and the one that is still open. A row that no bar can be
    is counted by the first rule that it breaks.

    Args:
        symbol: What the rows are of.
        rows: The decoded answer.
        start: First open time that is wanted.
        end: Open time after the last that is wanted.
        now: A bar that opens later is from the future.
    """
    rejected: Counter[str] = Counter()
    numbers = _as_numbers(rows, rejected)
    for reason, broken_by in _RULES:
        broken = broken_by(numbers, to_seconds(now))
        count = int(np.count_nonzero(broken))
        if count:
            rejected[reason] += count
            numbers = numbers[~broken]
    times = numbers[:, _TIME]
    numbers = numbers[(times >= to_seconds(start)) & (times < to_seconds(end))]
    _, first = np.unique(numbers[:, _TIME], return_index=True)
    if len(first) < len(numbers):
        rejected["time twice"] += len(numbers) - len(first)
    time, low, high, opened, close, volume = np.ascontiguousarray(numbers[first].T)
    series = CandleSeries(
        symbol, MINUTE_SECONDS, time.astype(np.int64), opened, high, low, close, volume
    )
    return CandlePage(series, dict(rejected))


def _as_numbers(rows: list[Any], rejected: Counter[str]) -> Floats:
    plain = [row for row in rows if _is_plain(row)]
    if len(plain) < len(rows):
        rejected["not six numbers"] += len(rows) - len(plain)
    return np.array(plain, np.float64).reshape(-1, _COLUMNS)


def _is_plain(row: Any) -> bool:
    return (
        type(row) is list
        and len(row) == _COLUMNS
        and _NUMBERS.issuperset(map(type, row))
    )
