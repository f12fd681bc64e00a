"""Where a market's days come from: a process, or a recording and its bootstrap."""

import zlib
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.exchange_simulator.days import DayBars, Increments, day_of_path
from services.exchange_simulator.processes import Process, State
from services.exchange_simulator.recording import Recording
from tradestream.candles import Floats

MEAN_BLOCK_BARS = 60


class DaySource(Protocol):
    """Makes days in order; the same seed makes the same days."""

    def next_day(self) -> DayBars:
        """Return the day after the last one returned."""
        ...


def random_of(seed: int, symbol: str, day: int) -> np.random.Generator:
    """Return the generator of one day of one symbol."""
    return np.random.default_rng([seed, zlib.crc32(symbol.encode()), day + 1])


class SyntheticDays:
    """Days of a process.

    Args:
        symbol: Name that the seed is mixed with.
        process: How the price moves.
        seed: Seed of the whole venue.
        start_price: Price at the first minute, quote currency.
        typical_volume: Median volume of a quiet minute, base currency.
        quiet_share: Share of minutes in which nothing trades.
    """

    def __init__(
        self,
        symbol: str,
        process: Process,
        *,
        seed: int,
        start_price: float,
        typical_volume: float,
        increments: Increments,
        quiet_share: float = 0.0,
    ) -> None:
        self._symbol = symbol
        self._process = process
        self._seed = seed
        self._price = start_price
        self._typical_volume = typical_volume
        self._increments = increments
        self._quiet_share = quiet_share
        self._state: State = process.start(random_of(seed, symbol, -1))
        self._days = 0

    def next_day(self) -> DayBars:
        """Return the next day of the process."""
        random = random_of(self._seed, self._symbol, self._days)
        returns, volatilities, self._state = self._process.day(random, self._state)
        day = day_of_path(
            self._price,
            returns,
            volatilities,
            typical_volume=self._typical_volume,
            increments=self._increments,
            random=random,
        )
        if self._quiet_share:
            day.traded[:] = random.random(len(day)) >= self._quiet_share
        self._price *= float(np.exp(returns.sum()))
        self._days += 1
        return day


class RecordedDays:
    """The days of a recording, then a bootstrap of its own returns.

    After its end: a stationary bootstrap (Politis and Romano, 1994) whose blocks
    have a geometric length of mean `MEAN_BLOCK_BARS`, each bar with a random
    sign. Volatility clusters as it did; direction is a coin's, so that nothing
    recorded comes back to be "found" again.
    """

    def __init__(
        self, symbol: str, recording: Recording, *, seed: int, increments: Increments
    ) -> None:
        self._symbol = symbol
        self._recording = recording
        self._seed = seed
        self._increments = increments
        self._price = recording.last_close
        self._days = 0

    def next_day(self) -> DayBars:
        """Return the next recorded day, or the next of the bootstrap."""
        recorded = self._recording.days
        number, self._days = self._days, self._days + 1
        if number >= len(recorded):
            return self._made(number)
        day = recorded[number]
        # The files carry noise of floats in the last decimals.
        return replace(day, prices=self._increments.prices(day.prices))

    def _made(self, number: int) -> DayBars:
        random = random_of(self._seed, self._symbol, number)
        recording = self._recording
        slots = len(recording.days[0])
        picks = stationary_blocks(
            len(recording.returns), slots, MEAN_BLOCK_BARS, random
        )
        signs = np.where(random.random(slots) < 0.5, -1.0, 1.0)
        ends = np.cumsum(signs * recording.returns[picks])
        starts = np.concatenate(([0.0], ends[:-1]))
        # A bar turned upside down has its wicks the other way round.
        above = np.where(signs > 0, recording.above[picks], recording.below[picks])
        below = np.where(signs > 0, recording.below[picks], recording.above[picks])
        top, bottom = np.maximum(starts, ends) + above, np.minimum(starts, ends) - below
        path = np.stack([starts, top, bottom, ends], axis=1)
        prices = self._increments.prices(self._price * np.exp(path))
        self._price *= float(np.exp(ends[-1]))
        volumes: Floats = recording.volumes[picks]
        return DayBars(prices, volumes, volumes > 0)


def stationary_blocks(
    length: int, count: int, mean_block: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """Return `count` positions in [0, length), in blocks that wrap around."""
    fresh = random.random(count) < 1 / mean_block
    fresh[0] = True
    heads = np.flatnonzero(fresh)
    origins = random.integers(0, length, len(heads))
    block = np.cumsum(fresh) - 1
    return np.asarray((origins[block] + np.arange(count) - heads[block]) % length)
