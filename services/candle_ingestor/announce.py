"""Bars as messages of the topic `candles`."""

from collections.abc import Sequence

import numpy as np

from protos.marketdata.v1.candle_pb2 import Candle
from tradestream.bus.codec import encode
from tradestream.bus.port import Message
from tradestream.candle_store.port import Change
from tradestream.candles import CandleSeries, interval_label, to_seconds


def announcement(series: CandleSeries, changes: Sequence[Change]) -> list[Message]:
    """Return a message for each changed bar, oldest first, corrections last.

    Args:
        series: Holds at least the bars of `changes`.
        changes: Which bars, and how they came to be.
    """
    ordered = sorted(changes, key=lambda c: (c.corrected, c.open_time))
    return [_message(series, change) for change in ordered]


def _message(series: CandleSeries, change: Change) -> Message:
    place = int(np.searchsorted(series.open_times, to_seconds(change.open_time)))
    candle = Candle(
        symbol=series.symbol,
        interval=interval_label(series.interval_seconds),
        open=series.opens[place],
        high=series.highs[place],
        low=series.lows[place],
        close=series.closes[place],
        volume=series.volumes[place],
        source=change.source,
        corrected=change.corrected,
    )
    candle.open_time.FromDatetime(change.open_time)
    candle.written_at.FromDatetime(change.written_at)
    identity = f"{series.symbol}|{change.open_time.isoformat()}"
    return encode(candle, key=series.symbol, correlation_id=identity)
