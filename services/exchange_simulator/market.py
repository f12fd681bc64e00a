"""One market of the venue: its name, and its bars up to any moment."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.exchange_simulator.course import happened, prices_of, sizes_of
from services.exchange_simulator.days import DAY_SECONDS, DayBars, Increments
from services.exchange_simulator.sources import DaySource
from tradestream.candles import CandleSeries, Floats, aggregate


@dataclass(frozen=True)
class Market:
    """A product of the venue.

    Attributes:
        symbol: Product id, e.g. `TREND1-USD`.
        display_name: What the market is, in words, for `/products` and people.
        increments: Decimals of its prices and volumes.
        market_cap_usd: What the listings say; fixed, so that ranks do not flip.
        first_day: Days since 1970 of its first day.
        open_source: Opens its days from the first on.
        interval_seconds: Length of its own bars; shorter ones cannot be had.
        twin: Market whose bars it shows under its own name.
    """

    symbol: str
    display_name: str
    increments: Increments
    market_cap_usd: float
    first_day: int
    open_source: Callable[[], DaySource]
    interval_seconds: int = 60
    twin: "Market | None" = None

    @property
    def base(self) -> str:
        """The currency that is traded."""
        return self.symbol.split("-")[0]

    @property
    def quote(self) -> str:
        """The currency that prices are in."""
        return self.symbol.split("-")[1]

    @cached_property
    def history(self) -> "History":
        """The bars, made as far as they are asked for."""
        return History(self) if self.twin is None else self.twin.history


class History:
    """The days of a market made so far, as one run of slots.

    A slot is one bar's place in time; slot 0 opens at `start_seconds`.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._source = market.open_source()
        self._rows: dict[int, list[bytes]] = {}
        self.days: list[DayBars] = []
        self.interval = market.interval_seconds
        self.start_seconds = market.first_day * DAY_SECONDS
        self.slots_per_day = DAY_SECONDS // self.interval

    def slot(self, seconds: int) -> int:
        """Return the slot that a moment falls in; negative before the start."""
        return (seconds - self.start_seconds) // self.interval

    def day(self, number: int) -> DayBars:
        """Return a day by its number, making those before it if need be."""
        while len(self.days) <= number:
            self.days.append(self._source.next_day())
        return self.days[number]

    def rows(self, first: int, end: int) -> list[bytes]:
        """Return the traded bars of slots [first, end), rendered, oldest first."""
        first = max(first, 0)
        rows: list[bytes] = []
        for number in range(first // self.slots_per_day, -(-end // self.slots_per_day)):
            at = number * self.slots_per_day
            rows += self._rendered(number)[max(first - at, 0) : max(end - at, 0)]
        return [row for row in rows if row]

    def series(self, first: int, end: int, open_share: float = 1.0) -> CandleSeries:
        """Return the traded bars of slots [first, end).

        Args:
            first: First slot; before the market's start counts as its start.
            end: Slot after the last.
            open_share: How much of the last slot's time has passed, in [0, 1]:
                below 1 its bar is shown as it stands so far.
        """
        first = max(first, 0)
        if end <= first:
            return CandleSeries.empty(self._market.symbol, self.interval)
        numbers = range(first // self.slots_per_day, -(-end // self.slots_per_day))
        days = [self.day(number) for number in numbers]
        at = first - numbers[0] * self.slots_per_day
        keep = slice(at, at + end - first)
        prices = np.concatenate([day.prices for day in days])[keep]
        volumes = np.concatenate([day.volumes for day in days])[keep]
        traded = np.concatenate([day.traded for day in days])[keep]
        if open_share < 1.0:
            self._shorten(prices[-1], volumes, open_share)
        times = self.start_seconds + np.arange(first, end) * self.interval
        columns = (*prices[traded].T, volumes[traded])
        return CandleSeries(self._market.symbol, self.interval, times[traded], *columns)

    def buckets(
        self, granularity: int, start: int, end: int, now: float
    ) -> CandleSeries:
        """Return the bars of a granularity that open in [start, end), up to `now`.

        Args:
            granularity: Length of a bar, a multiple of the market's own.
            start: Open time of the first, seconds since 1970, aligned.
            end: Open time after the last.
            now: Seconds since 1970; the bar that is still open comes as it stands.
        """
        passed = (now - self.start_seconds) / self.interval
        open_slot = int(np.floor(passed))
        last = min(self.slot(end), open_slot + 1)
        is_open = last == open_slot + 1
        share = passed - open_slot if is_open else 1.0
        return aggregate(self.series(self.slot(start), last, share), granularity)

    def _shorten(self, bar: Floats, volumes: Floats, share: float) -> None:
        """Take back from the last bar the trades that did not happen yet."""
        decimals = self._market.increments.volume_decimals
        count = happened(share)
        seen = prices_of(*bar.tolist())[:count]
        bar[:] = seen[0], max(seen), min(seen), seen[-1]
        sizes = sizes_of(float(volumes[-1]), decimals)[:count]
        volumes[-1] = round(sum(sizes), decimals)

    def _rendered(self, number: int) -> list[bytes]:
        if number not in self._rows:
            day = self.day(number)
            start = self.start_seconds + number * DAY_SECONDS
            times = range(start, start + DAY_SECONDS, self.interval)
            self._rows[number] = [
                render_row(t, o, h, low, c, v) if traded else b""
                for t, (o, h, low, c), v, traded in zip(
                    times,
                    day.prices.tolist(),
                    day.volumes.tolist(),
                    day.traded.tolist(),
                    strict=True,
                )
            ]
        return self._rows[number]


def render_row(
    time: int, opened: float, high: float, low: float, closed: float, volume: float
) -> bytes:
    """Return one bar as the venue writes it: time, low, high, open, close, volume."""
    return f"[{time},{low},{high},{opened},{closed},{volume}]".encode()
