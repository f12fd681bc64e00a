"""The engine against plain loops over bars, on markets pleasant and not."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import equity_of, fills_of
from tradestream.backtest.metrics import METRICS
from tradestream.backtest.report import backtest
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import (
    instrument_of,
    quiet_market,
    random_walk,
    recorded,
)
from tradestream.testing.plain_backtest import PlainBacktest, plain_signals
from tradestream.testing.plain_rows import PlainRows

GENOMES = 8
MARKETS = {
    "random walk": (random_walk(500), Costs()),
    "15 minutes": (random_walk(300, interval_seconds=900), Costs(5, 20)),
    "flat minutes, no volume, holes": (quiet_market(500), Costs()),
    "flat minutes at no cost": (quiet_market(500, seed=3), Costs(0, 0)),
    "BTC-USD minutes": (recorded("BTC-USD_1m", 2000, 2500), Costs()),
    "ADA-BTC five minutes, holes": (recorded("ADA-BTC_5m", 0, 500), Costs()),
    "prices of 5e12 ticks": (random_walk(300, seed=3, price=5e10), Costs()),
}

each_market = pytest.mark.parametrize("market_name", list(MARKETS), scope="module")


@pytest.fixture(scope="module")
def market(market_name: str) -> CandleSeries:
    return MARKETS[market_name][0]


@pytest.fixture(scope="module")
def costs(market_name: str) -> Costs:
    return MARKETS[market_name][1]


@pytest.fixture(scope="module")
def window(market: CandleSeries, costs: Costs) -> Window:
    return Window(market, instrument_of(market), costs)


@pytest.fixture(scope="module")
def rows(market: CandleSeries) -> PlainRows:
    return PlainRows(market, instrument_of(market))


@each_market
@pytest.mark.parametrize("name", list(CATALOGUE))
def test_trades_and_metrics_equal_those_of_a_plain_loop(
    name: str, market: CandleSeries, costs: Costs, window: Window, rows: PlainRows
) -> None:
    space = Space(CATALOGUE[name])
    genomes = space.random(GENOMES, seed=name)

    result = window.evaluate(name, genomes)

    for i, genome in enumerate(genomes):
        parameters = space.parameters(genome)
        signals = plain_signals(rows, name, parameters)
        plain = PlainBacktest(market, costs, signals)
        fills = fills_of(window, name, genome)
        interleaved = np.column_stack([fills.entries, fills.exits]).ravel().tolist()
        assert interleaved == plain.fills, parameters
        equity = equity_of(window, fills) / 10_000
        np.testing.assert_allclose(equity, plain.equity, rtol=1e-9)
        np.testing.assert_allclose(
            result.hourly[i], plain.hourly(market), rtol=1e-9, atol=1e-12
        )
        wanted = plain.metrics(market, costs)
        for metric in METRICS:
            value = wanted[metric]
            got = result.metrics[metric][i]
            expected = np.nan if value is None else value
            np.testing.assert_allclose(
                got, expected, rtol=1e-9, atol=1e-9, err_msg=f"{metric} {parameters}"
            )


@each_market
@pytest.mark.parametrize("name", list(CATALOGUE))
def test_signals_and_report_equal_those_of_a_plain_loop(
    name: str, market: CandleSeries, costs: Costs, rows: PlainRows
) -> None:
    parameters = CATALOGUE[name].defaults()

    report = backtest(market, instrument_of(market), costs, name, parameters)

    enter, leave = plain_signals(rows, name, parameters)
    plain = PlainBacktest(market, costs, (enter, leave))
    wanted = plain.metrics(market, costs)
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
