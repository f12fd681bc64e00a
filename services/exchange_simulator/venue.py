"""The venue's markets: one recorded, the rest seeded, each named for what it is.

The strengths of the planted edges are set from what `calibrate.py` prints.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from services.exchange_simulator.days import Increments
from services.exchange_simulator.market import Market
from services.exchange_simulator.processes import (
    Brownian,
    Garch,
    MeanReversion,
    Process,
    TrendPersistence,
)
from services.exchange_simulator.recording import read_recording
from services.exchange_simulator.sources import RecordedDays, SyntheticDays

RECORDED_DAYS_BEHIND = 13
"""Whole recorded days that lie before the day the venue first opened on."""

_BASIS_POINT = 1e-4
_SYNTHETIC = Increments(price_decimals=4, volume_decimals=4)

PLANTED: dict[str, tuple[Process, int]] = {
    "TREND1-USD": (TrendPersistence(5 * _BASIS_POINT, 0.82 * _BASIS_POINT, 360), 40),
    "TREND2-USD": (TrendPersistence(6 * _BASIS_POINT, 0.94 * _BASIS_POINT, 420), 40),
    "TREND3-USD": (TrendPersistence(6 * _BASIS_POINT, 0.61 * _BASIS_POINT, 420), 12),
    "REVERT1-USD": (MeanReversion(2 * _BASIS_POINT, 80 * _BASIS_POINT, 18), 40),
    "REVERT2-USD": (MeanReversion(2 * _BASIS_POINT, 90 * _BASIS_POINT, 18), 40),
    "REVERT3-USD": (MeanReversion(20 * _BASIS_POINT, 92 * _BASIS_POINT, 30), 12),
}
"""Planted markets: the process, and about which annual Sharpe its best design
genome has at default costs on a year. The README has what was measured."""

_MARKET_CAPS = {"GBM7-USD": 8e9}
"""Market caps besides those by rank: one market that drifts without an edge is
among the 20 largest, because a rising price is what must not pass for one."""

_EDGES = {TrendPersistence: "Trend persistence", MeanReversion: "Mean reversion"}


@dataclass(frozen=True, slots=True)
class Venue:
    """All markets, by product id.

    Attributes:
        origin: First day of the synthetic markets; the same origin and seed
            serve the same past for ever.
        markets: By product id, largest market cap first.
    """

    origin: date
    markets: dict[str, Market] = field(default_factory=dict)


def open_venue(
    *,
    origin: date,
    history_days: int,
    seed: int,
    with_altcoin: bool = False,
    twins: int = 0,
) -> Venue:
    """Return the venue.

    Args:
        origin: First day of the synthetic markets.
        history_days: Days from the origin to the day that the venue opened on;
            the recorded market starts `RECORDED_DAYS_BEHIND` days before that.
        seed: Seed of everything that is random.
        with_altcoin: Also serve the recorded five-minute market, for tests.
        twins: Further names of each market, with the same bars, to measure with
            many symbols.
    """
    first_day = (origin - date(1970, 1, 1)).days
    recorded_from = first_day + max(history_days - RECORDED_DAYS_BEHIND, 0)
    markets = [_bitcoin(recorded_from, seed), *synthetic_markets(first_day, seed)]
    if with_altcoin:
        markets.append(_altcoin(recorded_from, seed))
    markets += [_twin(market, n) for n in range(1, twins + 1) for market in markets]
    return Venue(origin, {market.symbol: market for market in markets})


def synthetic_markets(first_day: int, seed: int) -> list[Market]:
    """Return the seeded markets, largest market cap first.

    Args:
        first_day: Days since 1970 of their first day.
        seed: Seed of the whole venue.
    """
    markets = [
        _market(symbol, name, process, quiet, first_day, seed, rank)
        for rank, (symbol, name, process, quiet) in enumerate(_synthetic())
    ]
    return sorted(markets, key=lambda market: -market.market_cap_usd)


def _synthetic() -> Iterator[tuple[str, str, Process, float]]:
    for symbol, (planted, sharpe) in PLANTED.items():
        edge = _EDGES[type(planted)]
        name = f"{edge}, planted edge (annual Sharpe about {sharpe})"
        yield symbol, name, planted, 0.0
    for number in range(1, 8):
        garch = Garch((4 + number / 2) * _BASIS_POINT)
        quiet = 0.01 if number == 7 else 0.0
        thin = ", 1 % of minutes without a trade" if quiet else ""
        name = f"GARCH with Student's t, no edge{thin}"
        yield f"GARCH{number}-USD", name, garch, quiet
    for number in range(1, 9):
        drift = 30 * _BASIS_POINT / 1440 if number > 6 else 0.0
        brownian = Brownian((3.5 + number / 2) * _BASIS_POINT, drift)
        words = "drift +0.3 % a day" if drift else "no drift"
        yield f"GBM{number}-USD", f"Geometric Brownian, {words}, no edge", brownian, 0.0


def _market(
    symbol: str,
    name: str,
    process: Process,
    quiet_share: float,
    first_day: int,
    seed: int,
    rank: int,
) -> Market:  # fmt: skip
    return Market(
        symbol=symbol,
        display_name=name,
        increments=_SYNTHETIC,
        market_cap_usd=_MARKET_CAPS.get(symbol, 100e9 / (rank + 1)),
        first_day=first_day,
        open_source=partial(
            SyntheticDays,
            symbol,
            process,
            seed=seed,
            start_price=50.0 + 7.0 * rank,
            typical_volume=40.0,
            increments=_SYNTHETIC,
            quiet_share=quiet_share,
        ),
    )


def _twin(market: Market, number: int) -> Market:
    symbol = f"{market.base}T{number:03d}-{market.quote}"
    cap = market.market_cap_usd / 1_000  # behind the markets themselves
    return replace(market, symbol=symbol, market_cap_usd=cap, twin=market)


def _bitcoin(first_day: int, seed: int) -> Market:
    increments = Increments(price_decimals=2, volume_decimals=8)
    return Market(
        symbol="BTC-USD",
        display_name="Bitcoin, recorded in March 2023, then a bootstrap of it",
        increments=increments,
        market_cap_usd=450e9,
        first_day=first_day,
        open_source=lambda: RecordedDays(
            "BTC-USD",
            read_recording("BTC-USD_1m_2023-03-01_2023-03-14.csv.gz", 60),
            seed=seed,
            increments=increments,
        ),
    )


def _altcoin(first_day: int, seed: int) -> Market:
    increments = Increments(price_decimals=8, volume_decimals=8)
    return Market(
        symbol="ADA-BTC",
        display_name="Cardano, recorded in January 2018, then a bootstrap of it",
        increments=increments,
        market_cap_usd=1e9,
        first_day=first_day,
        open_source=lambda: RecordedDays(
            "ADA-BTC",
            read_recording("ADA-BTC_5m_2018-01-10_2018-01-30.csv.gz", 300),
            seed=seed,
            increments=increments,
        ),
        interval_seconds=300,
    )


def default_origin(today: date, history_days: int) -> date:
    """Return the origin of a venue that opens today."""
    return date.fromordinal(today.toordinal() - history_days)
