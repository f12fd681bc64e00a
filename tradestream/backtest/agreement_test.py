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

COSTS = Costs(10, 2)
GENOMES = 8
MARKETS = {
    "random walk": lambda: random_walk(500),
    "random walk of 15 minutes": lambda: random_walk(300, interval_seconds=900),
    "flat minutes, no volume, holes": lambda: quiet_market(500),
    "BTC-USD minutes": lambda: recorded("BTC-USD_1m", 2000, 2500),
    "ADA-BTC five minutes with holes": lambda: recorded("ADA-BTC_5m", 0, 500),
    "prices of 5e12 ticks": lambda: random_walk(300, seed=3, price=5e10),
}


@pytest.fixture(scope="module", params=list(MARKETS))
def market(request: pytest.FixtureRequest) -> CandleSeries:
    return MARKETS[request.param]()


@pytest.fixture(scope="module")
def window(market: CandleSeries) -> Window:
    return Window(market, instrument_of(market), COSTS)


@pytest.fixture(scope="module")
def rows(market: CandleSeries) -> PlainRows:
    return PlainRows(market, instrument_of(market))


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_trades_and_metrics_equal_those_of_a_plain_loop(
    name: str, market: CandleSeries, window: Window, rows: PlainRows
) -> None:
    space = Space(CATALOGUE[name])
    genomes = space.random(GENOMES, seed=name)

    result = window.evaluate(name, genomes)

    for i, genome in enumerate(genomes):
        parameters = space.parameters(genome)
        signals = plain_signals(rows, name, parameters)
        plain = PlainBacktest(market, COSTS, signals)
        fills = fills_of(window, name, genome)
        interleaved = np.column_stack([fills.entries, fills.exits]).ravel().tolist()
        assert interleaved == plain.fills, parameters
        equity = equity_of(window, fills) / 10_000
        np.testing.assert_allclose(equity, plain.equity, rtol=1e-9)
        np.testing.assert_allclose(
            result.hourly[i], plain.hourly(market), rtol=1e-9, atol=1e-12
        )
        wanted = plain.metrics(market, COSTS)
        for metric in METRICS:
            value = wanted[metric]
            got = result.metrics[metric][i]
            expected = np.nan if value is None else value
            np.testing.assert_allclose(
                got, expected, rtol=1e-9, atol=1e-9, err_msg=f"{metric} {parameters}"
            )


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_signals_and_report_equal_those_of_a_plain_loop(
    name: str, market: CandleSeries, rows: PlainRows
) -> None:
    parameters = CATALOGUE[name].defaults()

    report = backtest(market, instrument_of(market), COSTS, name, parameters)

    enter, leave = plain_signals(rows, name, parameters)
    plain = PlainBacktest(market, COSTS, (enter, leave))
    wanted = plain.metrics(market, COSTS)
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
