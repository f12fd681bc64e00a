"""The promises that rows of a candle file must keep, checked a column at a time.

Pure: no I/O. `candle_files` turns row numbers into lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import interval_label, to_datetime
from tradestream.instruments import infer_increment

Floats = NDArray[np.float64]

_COLUMNS = ("open", "high", "low", "close", "volume")
_MOST_STEPS = 2.0**53
"""A float counts to here without a gap; the engine counts prices in steps."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """The first row that breaks a promise.

    Attributes:
        row: Its number, 0 for the first row below the header.
        column: Name of the column at fault.
        text: What was required and what was found.
        other_row: An earlier row that it clashes with, if any.
    """

    row: int
    column: str
    text: str
    other_row: int | None = None


def first_broken_row(
    times: NDArray[np.int64], prices: Sequence[Floats], interval_seconds: int
) -> BrokenRow | None:
    """Return the first row that breaks a promise of `CandleSeries`, None if all hold.

    Args:
        times: Shape (n,), open times in seconds since 1970, n ≥ 1.
        prices: open, high, low, close, volume, each shape (n,).
        interval_seconds: Length of a bar.
    """
    found = [
        _first_value(name, values)
        for name, values in zip(_COLUMNS, prices, strict=True)
    ]
    found += [_first_range(*prices[:4]), _first_time(times, interval_seconds)]
    broken = [b for b in found if b is not None]
    # Steps can be inferred only from numbers that are sound.
    if not broken:
        broken = _beyond_floats(prices) or _beyond_steps(prices[:4])
    return min(broken, key=lambda b: b.row, default=None)


def _beyond_floats(columns: Sequence[Floats]) -> list[BrokenRow]:
    """Return the first number of each column that is too large to count by ones."""
    return [
        BrokenRow(row, name, f"at most 2**53 is required, was {values[row]:g}")
        for name, values in zip(_COLUMNS, columns, strict=True)
        if (row := _first(values > _MOST_STEPS)) is not None
    ]


def _beyond_steps(prices: Sequence[Floats]) -> list[BrokenRow]:
    """Return the first price of each column that is no exact count of price steps."""
    tick = infer_increment(np.concatenate(prices))
    least, most = tick / 2, tick * _MOST_STEPS
    found = []
    for name, values in zip(_COLUMNS[:4], prices, strict=True):
        row = _first((values < least) | (values > most))
        if row is not None:
            wanted = (
                f"at least {tick:g}" if values[row] < least else f"at most {most:g}"
            )
            found.append(
                BrokenRow(
                    row,
                    name,
                    f"{wanted} is required as prices have steps of {tick:g}, "
                    f"was {values[row]:g}",
                )
            )
    return found


def _first_value(name: str, values: Floats) -> BrokenRow | None:
    """Return the first price not above 0, or volume below 0, or number not finite."""
    enough = values >= 0 if name == "volume" else values > 0
    row = _first(~(enough & np.isfinite(values)))
    if row is None:
        return None
    least = "of at least 0" if name == "volume" else "above 0"
    return BrokenRow(
        row, name, f"a finite number {least} is required, was {values[row]:g}"
    )


def _first_range(
    opens: Floats, highs: Floats, lows: Floats, closes: Floats
) -> BrokenRow | None:
    """Return the first row whose high or low does not hold its open and close."""
    row = _first(
        (highs < lows) | (highs < np.maximum(opens, closes))
        | (lows > np.minimum(opens, closes))
    )  # fmt: skip
    if row is None:
        return None
    values = {"open": opens[row], "close": closes[row], "low": lows[row]}
    for name in ("low", "open", "close"):
        if highs[row] < values[name]:
            return BrokenRow(
                row,
                "high",
                f"at least {name} is required, was {highs[row]:g} < {values[name]:g}",
            )
    name = "open" if lows[row] > opens[row] else "close"
    return BrokenRow(
        row, "low", f"at most {name} is required, was {lows[row]:g} > {values[name]:g}"
    )


def _first_time(times: NDArray[np.int64], interval_seconds: int) -> BrokenRow | None:
    """Return the first row out of order, doubled, or off the interval's grid."""
    behind = _first(np.diff(times, prepend=times[0] - 1) <= 0)
    unaligned = _first(times % interval_seconds != 0)
    if unaligned is not None and (behind is None or unaligned < behind):
        return BrokenRow(
            unaligned,
            "open_time",
            f"a multiple of the interval {interval_label(interval_seconds)} is "
            f"required, was {to_datetime(int(times[unaligned])).isoformat()}",
        )
    if behind is None:
        return None
    at = to_datetime(int(times[behind])).isoformat()
    same = np.flatnonzero(times[:behind] == times[behind])
    if len(same):
        return BrokenRow(
            behind, "open_time", f"a new time is required, was {at} again", int(same[0])
        )
    return BrokenRow(
        behind,
        "open_time",
        f"rows oldest first are required, was {at} after "
        f"{to_datetime(int(times[behind - 1])).isoformat()}",
    )


def _first(broken: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(broken)) if bool(broken.any()) else None
