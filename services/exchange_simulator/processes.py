"""Seeded processes of minute returns, made one day at a time.

A process has a state (a tuple of floats) that one day hands to the next, so
that days are made once, in order, and the same seed gives the same days.
Returns are natural-log returns; volatilities are per square root of a minute.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import numpy as np

from tradestream.candles import Floats

MINUTES = 1440
State = tuple[float, ...]


class Process(Protocol):
    """How the price of a synthetic market moves."""

    def start(self, random: np.random.Generator) -> State:
        """Return the state before the first day."""
        ...

    def day(
        self, random: np.random.Generator, state: State
    ) -> tuple[Floats, Floats, State]:
        """Return a day's returns (1440,), volatilities (1440,), and the next state."""
        ...


@dataclass(frozen=True, slots=True)
class Brownian:
    """Geometric Brownian motion: nothing to find, whatever the search says.

    Attributes:
        volatility: Standard deviation of a minute's return.
        drift: Mean of a minute's return.
    """

    volatility: float
    drift: float = 0.0

    def start(self, random: np.random.Generator) -> State:  # noqa: ARG002
        """Return the empty state."""
        return ()

    def day(
        self, random: np.random.Generator, state: State
    ) -> tuple[Floats, Floats, State]:
        """Return independent normal returns."""
        returns = self.drift + self.volatility * random.standard_normal(MINUTES)
        return returns, np.full(MINUTES, self.volatility), state


@dataclass(frozen=True, slots=True)
class Garch:
    """GARCH(1,1) with Student's t: storms and calm, fat tails, no edge.

    σ²ₜ = ω + α·r²ₜ₋₁ + β·σ²ₜ₋₁, with ω set so that the mean of σ² is volatility².
    """

    volatility: float
    alpha: float = 0.05
    beta: float = 0.93
    degrees: float = 5.0

    def start(self, random: np.random.Generator) -> State:  # noqa: ARG002
        """Return the long-run variance."""
        return (self.volatility**2,)

    def day(
        self, random: np.random.Generator, state: State
    ) -> tuple[Floats, Floats, State]:
        """Return returns whose variance remembers the last ones."""
        omega = self.volatility**2 * (1 - self.alpha - self.beta)
        unit = np.sqrt((self.degrees - 2) / self.degrees)
        shocks = random.standard_t(self.degrees, MINUTES) * unit
        factors = (self.alpha * shocks**2 + self.beta).tolist()
        variances = list(
            accumulate(factors, lambda v, f: omega + f * v, initial=state[0])
        )
        volatilities = np.sqrt(np.array(variances[:-1]))
        return shocks * volatilities, volatilities, (variances[-1],)


@dataclass(frozen=True, slots=True)
class TrendPersistence:
    """Spells of upward and downward drift of exponential length: a planted edge.

    Attributes:
        volatility: Standard deviation of a minute's return around its drift.
        drift: Size of the drift a minute; its sign turns with each spell.
        spell_minutes: Mean length of a spell.
    """

    volatility: float
    drift: float
    spell_minutes: float

    def start(self, random: np.random.Generator) -> State:
        """Return the first spell: its sign, and the minutes that it lasts."""
        sign = 1.0 if random.random() < 0.5 else -1.0
        return sign, self._length(random)

    def day(
        self, random: np.random.Generator, state: State
    ) -> tuple[Floats, Floats, State]:
        """Return normal returns around the drift of the spell they fall in."""
        sign, left = state
        signs = np.empty(MINUTES)
        at = 0
        while at < MINUTES:
            until = min(at + int(left), MINUTES)
            signs[at:until] = sign
            left -= until - at
            at = until
            if left < 1:
                sign, left = -sign, self._length(random)
        noise = self.volatility * random.standard_normal(MINUTES)
        volatilities = np.full(MINUTES, self.volatility)
        return self.drift * signs + noise, volatilities, (sign, left)

    def _length(self, random: np.random.Generator) -> float:
        return 1.0 + float(int(random.exponential(self.spell_minutes)))


@dataclass(frozen=True, slots=True)
class MeanReversion:
    """A deviation that decays around a wandering level: a planted edge.

    log price = level + deviation; the deviation is an AR(1) process
    (Ornstein-Uhlenbeck in discrete time), the level a random walk.

    Attributes:
        volatility: Standard deviation of a minute's step of the level.
        deviation: Standing standard deviation of the deviation.
        half_life_minutes: Time in which a deviation halves, on average.
    """

    volatility: float
    deviation: float
    half_life_minutes: float

    def start(self, random: np.random.Generator) -> State:
        """Return a deviation drawn from its standing distribution."""
        return (self.deviation * float(random.standard_normal()),)

    def day(
        self, random: np.random.Generator, state: State
    ) -> tuple[Floats, Floats, State]:
        """Return the steps of level and deviation together."""
        keep = 0.5 ** (1 / self.half_life_minutes)
        step = self.deviation * float(np.sqrt(1 - keep**2))
        shocks = (step * random.standard_normal(MINUTES)).tolist()
        path = list(accumulate(shocks, lambda x, e: keep * x + e, initial=state[0]))
        wander = self.volatility * random.standard_normal(MINUTES)
        total = float(np.hypot(self.volatility, step))
        return np.diff(path) + wander, np.full(MINUTES, total), (path[-1],)
