"""The engine against plain loops over bars, on markets pleasant and not."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.report import backtest
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import (
    bouncing_market,
    instrument_of,
    jumping_market,
    quiet_market,
    random_walk,
    recorded,
)
from tradestream.testing.plain.backtest import PlainBacktest
from tradestream.testing.plain.comparison import compare
from tradestream.testing.plain.rows import Bars
from tradestream.testing.plain.types import plain_signals

GENOMES = 9
"""One more than the engine takes at once."""


def constant_market(bars: int) -> CandleSeries:
    """Return a market of one price, without volume."""
    walk = random_walk(bars)
    price, nothing = np.full(bars, 10.0), np.zeros(bars)
    return replace(
        walk, opens=price, highs=price, lows=price, closes=price, volumes=nothing
    )


MARKETS = {
    "random walk": (random_walk(500), Costs()),
    "15 minutes": (random_walk(300, interval_seconds=900), Costs(5, 20)),
    "flat minutes, no volume, holes": (quiet_market(500), Costs()),
    "flat minutes at no cost": (quiet_market(500, seed=3), Costs(0, 0)),
    "bounces of few ticks": (bouncing_market(500), Costs()),
    "one price, no volume": (constant_market(300), Costs()),
    "a threefold jump": (jumping_market(300, factor=3), Costs()),
    "three bars": (random_walk(3), Costs()),
    "sixty-two bars": (random_walk(62), Costs()),
    "BTC-USD minutes": (recorded("BTC-USD_1m", 2000, 2500), Costs()),
    "ADA-BTC five minutes, holes": (recorded("ADA-BTC_5m", 0, 500), Costs()),
    "prices of 5e12 ticks": (random_walk(300, seed=3, price=5e10), Costs()),
}

each_market = pytest.mark.parametrize("market", list(MARKETS), scope="module")
each_type = pytest.mark.parametrize("name", list(CATALOGUE))


@cache
def window_on(market: str) -> Window:
    series, costs = MARKETS[market]
    return Window(series, instrument_of(series), costs)


@cache
def bars_of(market: str) -> Bars:
    series, _ = MARKETS[market]
    return Bars(series, instrument_of(series))


@each_market
@each_type
def test_trades_and_metrics_equal_those_of_a_plain_loop(name: str, market: str) -> None:
    genomes = Space(CATALOGUE[name]).random(GENOMES, seed=f"{name} on {market}")

    compared = list(compare(window_on(market), bars_of(market), name, genomes))

    assert len(compared) == GENOMES
    assert [c for c in compared if not c.agrees] == []


@each_market
@each_type
def test_signals_and_report_equal_those_of_a_plain_loop(name: str, market: str) -> None:
    series, costs = MARKETS[market]
    parameters = CATALOGUE[name].defaults()

    report = backtest(series, instrument_of(series), costs, name, parameters)

    enter, leave = plain_signals(bars_of(market), name, parameters)
    plain = PlainBacktest(series, costs, (enter, leave))
    wanted = plain.metrics(series, costs)
    assert report.enter.tolist() == enter
    assert report.exit.tolist() == leave
    assert len(report.trades) == report.metrics["trades"] == len(plain.gains)
    assert [t.net_return for t in report.trades] == pytest.approx(plain.returns)
    assert report.equity[-1] == pytest.approx(report.metrics["final_equity"])
    for metric, value in wanted.items():
        got = report.metrics[metric]
        assert got == (None if value is None else pytest.approx(value, rel=1e-9)), (
            metric
        )
