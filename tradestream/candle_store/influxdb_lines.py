"""Bars, holes, and increments as InfluxDB's line protocol.

Python's shortest form of a float is read back by the server as the same float.
A number that is not finite would make it refuse the whole batch, so that what
is written is validated before.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from tradestream.candle_store.influxdb_digits import Bytes, decimal, whole
from tradestream.candles import CandleSeries, Floats, Seconds
from tradestream.errors import InvalidCandleError
from tradestream.instruments import MAX_DECIMALS, Instrument

CANDLES = "candles"
HOLES = "venue_holes"
INSTRUMENTS = "instruments"
INTERVAL = "1m"
_FIELDS = ("open", "high", "low", "close", "volume")

# A bucket drops points by their time after a year; holes and increments must
# outlive that. So their time is no time but a key, all within seconds of 2200:
# one shard, which never ends. A hole's own times are fields.
_KEY_NANOSECONDS = 7_258_118_400 * 1_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Below, number × 10^10 is exact enough for one rounding; above 2^20 a float has
# no eleventh decimal. Python rounds what lies between, which few prices do.
_SCALED_BELOW = 2.0**51 / 10**MAX_DECIMALS
_WHOLE_ABOVE = 2.0**20


def micros(at: datetime) -> int:
    """Return a time as microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(number: int) -> datetime:
    """Return microseconds since 1970 as an aware UTC time."""
    return _EPOCH + number * _MICROSECOND


def hole_key(start_seconds: int) -> int:
    """Return the key, as nanoseconds, of a hole that begins at a time."""
    return _KEY_NANOSECONDS + start_seconds


def check_symbol(name: str) -> None:
    """Check that a symbol can be a tag.

    Raises:
        InvalidCandleError: If it is empty, or holds what a tag cannot.
    """
    if not name or not name.isprintable() or "\\" in name:
        raise InvalidCandleError(
            "a symbol of printable characters without backslash is required,"
            f" was {name!r}"
        )


def rounded(series: CandleSeries) -> CandleSeries:
    """Return the series with ten decimals, as every candle store keeps them."""
    columns = map(_round, _numbers(series))
    times = series.open_times
    return CandleSeries(series.symbol, series.interval_seconds, times, *columns)


def history(source: str, written_at: datetime, *, corrected: bool) -> str:
    """Return the fields that say how a bar came to be."""
    text = source.replace("\\", "\\\\").replace('"', '\\"')
    fields = f'source="{text}",written_at={micros(written_at)}i'
    return f"{fields},corrected_at={micros(written_at)}i" if corrected else fields


def bar_lines(series: CandleSeries, histories: Sequence[str]) -> bytes:
    """Return one line a bar; precision of times: seconds.

    Args:
        series: At least one bar, of finite numbers.
        histories: What `history` says of each bar, in the same order.
    """
    head = f"{CANDLES},interval={INTERVAL},symbol={_tag(series.symbol)} "
    if histories.count(histories[0]) == len(histories):
        columns = [decimal(column) for column in _numbers(series)]
        if all(column is not None for column in columns):
            texts = [column for column in columns if column is not None]
            return _table(head, texts, histories[0], series.open_times)
    return _rows(head, series, histories)


def _table(head: str, columns: Sequence[Bytes], rest: str, times: Seconds) -> bytes:
    """Return the lines of bars whose numbers are texts already."""
    names = [f"{name}=" for name in _FIELDS]
    fixed = [head + names[0], *(f",{name}" for name in names[1:]), f",{rest} "]
    parts: list[Bytes] = []
    for text, column in zip(
        fixed, [*columns, whole(times, len(str(int(times[-1]))))], strict=True
    ):
        parts += [np.frombuffer(text.encode(), np.uint8), column]
    parts.append(np.frombuffer(b"\n", np.uint8))
    lines = np.empty((len(times), sum(part.shape[-1] for part in parts)), np.uint8)
    begin = 0
    for part in parts:
        lines[:, begin : begin + part.shape[-1]] = part
        begin += part.shape[-1]
    return lines.tobytes()


def _rows(head: str, series: CandleSeries, histories: Sequence[str]) -> bytes:
    """Return the lines of any bars; four times slower."""
    columns = [c.tolist() for c in (*_numbers(series), series.open_times)]
    return "\n".join(
        [
            f"{head}open={o},high={h},low={low},close={c},volume={v},{rest} {t}"
            for o, h, low, c, v, t, rest in zip(*columns, histories, strict=True)
        ]
    ).encode()


def hole_lines(
    symbol: str, holes: Sequence[tuple[int, int]], checked_at: datetime
) -> bytes:
    """Return one line a hole (start, end in seconds); precision: nanoseconds."""
    head = f"{HOLES},symbol={_tag(symbol)}"
    return "\n".join(
        f"{head} start={start}i,end={end}i,checked_at={micros(checked_at)}i"
        f" {hole_key(start)}"
        for start, end in holes
    ).encode()


def instrument_lines(instruments: Iterable[Instrument]) -> bytes:
    """Return one line a symbol; precision: nanoseconds."""
    return "\n".join(
        f"{INSTRUMENTS},symbol={_tag(known.symbol)}"
        f" price_tick={known.price_tick!r},volume_lot={known.volume_lot!r}"
        f" {_KEY_NANOSECONDS}"
        for known in instruments
    ).encode()


def _numbers(series: CandleSeries) -> tuple[Floats, ...]:
    return series.opens, series.highs, series.lows, series.closes, series.volumes


def _tag(text: str) -> str:
    for special in (",", "=", " "):
        text = text.replace(special, f"\\{special}")
    return text


def _round(values: Floats) -> Floats:
    made = np.round(values, MAX_DECIMALS)
    size = np.abs(values)
    made[size >= _WHOLE_ABOVE] = values[size >= _WHOLE_ABOVE]
    between = np.flatnonzero((size >= _SCALED_BELOW) & (size < _WHOLE_ABOVE))
    made[between] = [round(x, MAX_DECIMALS) for x in values[between].tolist()]
    return made
