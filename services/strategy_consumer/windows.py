"""Checks of the window of a result."""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from protos.discovery.v1.result_pb2 import Window
from tradestream.candles import HOUR_SECONDS, interval_label, parse_interval
from tradestream.discovery.checks import number, require
from tradestream.errors import InvalidMessageError

_YEAR_2200 = 7_258_118_400


@dataclass(frozen=True, slots=True)
class CheckedWindow:
    """A window that keeps its promises; times in seconds since 1970.

    Attributes:
        start: First bar, inclusive.
        end: End, exclusive.
        anchor: First bar that existed.
        first_hour: Clock hour of the anchor.
        most_hours: Clock hours from there to the end.
        bars: Bars that existed.
        missing: Bars that were missing.
        price_tick: Price step of the engine.
        volume_lot: Volume step of the engine.
    """

    start: int
    end: int
    anchor: int
    first_hour: int
    most_hours: int
    bars: int
    missing: int
    price_tick: float
    volume_lot: float


def check_window(window: Window, interval: str) -> CheckedWindow:
    """Return a window, once for all messages that share it.

    Raises:
        InvalidMessageError: If the times are not in order, the counts of bars
            do not add up, or an increment is not positive.
    """
    return _check(window.SerializeToString(deterministic=True), interval)


@lru_cache(maxsize=4096)
def _check(serialized: bytes, interval: str) -> CheckedWindow:
    window = Window.FromString(serialized)
    stamps = window.start_time, window.end_time, window.anchor
    start, end, anchor = (stamp.seconds for stamp in stamps)
    if any(stamp.nanos for stamp in stamps):
        raise InvalidMessageError("window: whole seconds are required, had nanoseconds")
    if not 0 <= start <= anchor < end < _YEAR_2200:
        raise InvalidMessageError(
            "window: 1970 <= start <= anchor < end < 2200 is required, "
            f"was {start}, {anchor}, {end}"
        )
    bars, missing = window.bars, window.missing
    expected = (end - start) / _interval_seconds(interval)
    if bars < 1 or missing < 0 or bars + missing != expected:
        raise InvalidMessageError(
            f"window: {expected:g} bars are required, was {bars} and {missing} missing"
        )
    for name, step in (
        ("price_tick", window.price_tick),
        ("volume_lot", window.volume_lot),
    ):
        if not 0 < step < inf:
            raise InvalidMessageError(f"{name}: more than 0 is required, was {step}")
    first_hour = anchor // HOUR_SECONDS * HOUR_SECONDS
    return CheckedWindow(
        start=start,
        end=end,
        anchor=anchor,
        first_hour=first_hour,
        most_hours=-(-(end - first_hour) // HOUR_SECONDS),
        bars=bars,
        missing=missing,
        price_tick=window.price_tick,
        volume_lot=window.volume_lot,
    )


def _interval_seconds(interval: str) -> int:
    try:
        seconds = parse_interval(interval)
    except ValueError as error:
        raise InvalidMessageError(f"interval: {error}") from error
    label = interval_label(seconds)
    # One name an interval: the name is part of a strategy's identity.
    require(label == interval, f"interval: the name {label} is required", interval)
    return int(number("interval", seconds, 60, 86_400))
