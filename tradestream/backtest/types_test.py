"""What every strategy type must be able to do, on candles of each kind."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
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

SERIES = {
    "walk": random_walk(2000),
    "BTC": recorded("BTC-USD_1m", 0, 2000),
    "ADA": recorded("ADA-BTC_5m", 0, 2000),
}
CUT = 777


def window_on(series: CandleSeries, symbol_of: CandleSeries | None = None) -> Window:
    return Window(series, instrument_of(symbol_of or series), Costs())


WINDOWS = {name: window_on(series) for name, series in SERIES.items()}

each_type = pytest.mark.parametrize("name", list(CATALOGUE))
each_market = pytest.mark.parametrize("market", list(SERIES))


@each_market
@each_type
def test_can_enter_and_exit(name: str, market: str) -> None:
    genomes = Space(CATALOGUE[name]).random(40, seed=1)

    trades = WINDOWS[market].evaluate(name, genomes).trades

    assert np.max(trades) >= 2
    assert any(
        np.any(leave)
        for leave in (_signals(market, name, genome) for genome in genomes)
    )


@each_market
@each_type
def test_every_parameter_changes_trades(name: str, market: str) -> None:
    space, window = Space(CATALOGUE[name]), WINDOWS[market]
    genomes, others = space.random(200, seed=2), space.random(200, seed=3)
    base = window.evaluate(name, genomes)
    for j, parameter in enumerate(CATALOGUE[name].parameters):
        changed = genomes.copy()
        changed[:, j] = others[:, j]
        valid = np.array([_is_valid(space, g) for g in changed])
        different = valid & (changed[:, j] != genomes[:, j])

        other = window.evaluate(name, np.where(valid[:, None], changed, genomes))

        moved = (other.total_return != base.total_return) | (
            other.trades != base.trades
        )
        share = np.mean(moved[different])
        assert share >= 0.05, parameter.name


@each_type
def test_signals_do_not_look_ahead(name: str) -> None:
    for series in (*SERIES.values(), quiet_market(1200)):
        whole, cut = window_on(series), window_on(series.slice(0, CUT), series)
        for genome in Space(CATALOGUE[name]).random(12, seed=4):
            parameters = Space(CATALOGUE[name]).parameters(genome)

            before = cut.signals(name, parameters)

            after = whole.signals(name, parameters)
            assert before[0].tobytes() == after[0][:CUT].tobytes()
            assert before[1].tobytes() == after[1][:CUT].tobytes()


def test_no_two_types_trade_alike() -> None:
    window = WINDOWS["walk"]
    outcomes = [
        window.evaluate(name, Space(CATALOGUE[name]).random(50, seed=5)).total_return
        for name in CATALOGUE
    ]
    for i, one in enumerate(outcomes):
        for other in outcomes[i + 1 :]:
            both = np.intersect1d(one[one != 0], other[other != 0])
            assert len(both) == 0


def _signals(market: str, name: str, genome: np.ndarray) -> np.ndarray:
    parameters = Space(CATALOGUE[name]).parameters(genome)
    return WINDOWS[market].signals(name, parameters)[1]


def _is_valid(space: Space, genome: np.ndarray) -> bool:
    try:
        space.strategy.check(space.parameters(genome))
    except ValueError:
        return False
    return True
