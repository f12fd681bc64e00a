"""A market that shows its bars bit by bit, for tests of the generator."""

from datetime import UTC, datetime, timedelta

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries, to_datetime, to_seconds
from tradestream.instruments import Instrument
from tradestream.signals.calls import walk
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import random_walk

NOW = datetime(2026, 3, 14, 9, 30, 2, tzinfo=UTC)
CLOSED = NOW.replace(second=0)
MINUTE = timedelta(minutes=1)
NAME = "SMA_EMA_CROSSOVER"


class Market:
    """Two days of BTC-USD minutes behind `NOW` and some ahead, in a store."""

    def __init__(self, *, ahead: int = 200) -> None:
        walk_ = random_walk(2880 + ahead)
        start = to_seconds(CLOSED - timedelta(days=2))
        self.series = CandleSeries(
            "BTC-USD", 60, start + 60 * np.arange(len(walk_)), walk_.opens,
            walk_.highs, walk_.lows, walk_.closes, walk_.volumes,
        )  # fmt: skip
        self.store = MemoryCandleStore()
        self.show(until=CLOSED)

    def show(self, *, until: datetime, start: datetime | None = None) -> None:
        """Write the bars that open in [start, until)."""
        begin = start or to_datetime(int(self.series.open_times[0]))
        shown = self.series.between(begin, until)
        self.store.write(shown, source="test", written_at=until)

    def correct(self, at: datetime, close: float) -> None:
        """Give the bar at `at` another close."""
        bar = self.store.read("BTC-USD", 60, at, at + MINUTE)
        new = np.array([close])
        self.store.write(
            CandleSeries(
                "BTC-USD", 60, bar.open_times, bar.opens, np.maximum(bar.highs, new),
                np.minimum(bar.lows, new), new, bar.volumes,
            ),
            source="test",
            written_at=NOW,
        )  # fmt: skip

    def expected(self, start: datetime, until: datetime) -> list[tuple[datetime, str]]:
        """Return what the backtest's signals call for in [start, until), from flat."""
        series = self.series.between(to_datetime(0), until)
        window = Window(series, Instrument("BTC-USD", 0.01, 0.001), Costs())
        enter, leave = window.signals(NAME, CATALOGUE[NAME].defaults())
        first = int(np.searchsorted(series.open_times, to_seconds(start)))
        calls, _ = walk(
            enter[first:].tolist(), leave[first:].tolist(), in_position=False
        )
        return [
            (to_datetime(int(series.open_times[first + c.index])), c.action)
            for c in calls
        ]
