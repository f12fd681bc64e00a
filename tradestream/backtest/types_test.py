"""What every strategy type must be able to do, on candles of each kind."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import (
    instrument_of,
    quiet_market,
    random_walk,
    recorded,
)

TRADED = {
    "walk": random_walk(2000),
    "BTC": recorded("BTC-USD_1m", 0, 2000),
    "ADA": recorded("ADA-BTC_5m", 0, 2000),
}
SERIES = {**TRADED, "quiet": quiet_market(1300)}
CUTS = (3, 8, 21, 61, 150, 333, 777, 1200)
LEAST_SHARE = 0.05

each_type = pytest.mark.parametrize("name", list(CATALOGUE))
each_market = pytest.mark.parametrize("market", list(TRADED))


@cache
def window_on(market: str, bars: int | None = None) -> Window:
    """Return a window on the first bars of a market, with the whole one's ticks."""
    whole = SERIES[market]
    return Window(
        whole if bars is None else whole.slice(0, bars),
        instrument_of(whole),
        Costs(),
        row_budget_bytes=4 << 20,
    )


@each_market
@each_type
def test_can_enter_and_exit(name: str, market: str) -> None:
    space, window = Space(CATALOGUE[name]), window_on(market)
    genomes = space.random(40, seed=1)

    trades = window.evaluate(name, genomes).trades

    assert np.max(trades) >= 2
    signals = [window.signals(name, space.parameters(g)) for g in genomes]
    assert any(np.any(enter) for enter, _ in signals)
    assert any(np.any(leave) for _, leave in signals)


@each_market
@each_type
def test_every_parameter_changes_trades(name: str, market: str) -> None:
    space, window = Space(CATALOGUE[name]), window_on(market)
    genomes, others = space.random(200, seed=2), space.random(200, seed=3)
    base = window.evaluate(name, genomes)
    for j, parameter in enumerate(CATALOGUE[name].parameters):
        changed = genomes.copy()
        changed[:, j] = others[:, j]
        valid = np.array([is_valid(space, genome) for genome in changed])
        different = valid & (changed[:, j] != genomes[:, j])

        other = window.evaluate(name, np.where(valid[:, None], changed, genomes))

        moved = (other.total_return != base.total_return) | (
            other.trades != base.trades
        )
        share = np.mean(moved[different])
        assert share >= LEAST_SHARE, f"{parameter.name} changes {share:.0%}"


def is_valid(space: Space, genome: Floats) -> bool:
    try:
        space.strategy.check(space.parameters(genome))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("market", list(SERIES))
@each_type
def test_signals_do_not_look_ahead(name: str, market: str) -> None:
    genomes = Space(CATALOGUE[name]).random(8, seed=4)
    for genome in genomes:
        parameters = Space(CATALOGUE[name]).parameters(genome)
        whole = window_on(market).signals(name, parameters)
        for bars in CUTS:
            cut = window_on(market, bars).signals(name, parameters)

            for early, late in zip(cut, whole, strict=True):
                assert early.tobytes() == late[:bars].tobytes(), (parameters, bars)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from(list(CATALOGUE)),
    st.sampled_from(list(SERIES)),
    st.integers(3, 1200),
    st.integers(0, 1000),
)
def test_no_cut_at_any_bar_changes_what_was_before(
    name: str, market: str, bars: int, seed: int
) -> None:
    space = Space(CATALOGUE[name])
    parameters = space.parameters(space.random(1, seed=seed)[0])
    whole, series = window_on(market), SERIES[market].slice(0, bars)

    cut = Window(series, whole.instrument, Costs(), row_budget_bytes=1 << 20).signals(
        name, parameters
    )

    for early, late in zip(cut, whole.signals(name, parameters), strict=True):
        assert early.tobytes() == late[:bars].tobytes()


def test_no_two_types_trade_alike() -> None:
    window = window_on("walk")
    outcomes = {
        name: window.evaluate(name, Space(CATALOGUE[name]).random(50, seed=5))
        for name in CATALOGUE
    }
    returns = {name: set(o.total_return) - {0.0} for name, o in outcomes.items()}
    for name, own in returns.items():
        assert own
        for other in returns:
            assert other == name or not own & returns[other], (name, other)


def still(bars: int, volume: float) -> CandleSeries:
    """Return a market whose price never moves."""
    walk = random_walk(bars)
    price = np.full(bars, 100.0)
    return CandleSeries(
        "STILL-USD", 60, walk.open_times, price, price, price, price,
        np.full(bars, volume),
    )  # fmt: skip


@pytest.mark.parametrize("volume", [0.0, 2.0], ids=["no volume", "volume"])
@each_type
def test_a_market_that_never_moves_is_never_bought(name: str, volume: float) -> None:
    series = still(500, volume)
    window = Window(
        series, instrument_of(random_walk(10)), Costs(), row_budget_bytes=1 << 20
    )

    result = window.evaluate(name, Space(CATALOGUE[name]).random(20, seed=6))

    assert not np.any(result.trades)
    assert not np.any(result.total_return)
    assert not np.any(result.hourly)


@each_type
def test_a_market_without_volume_gives_numbers_or_no_trades(name: str) -> None:
    walk = random_walk(800)
    series = CandleSeries(
        walk.symbol, 60, walk.open_times, walk.opens, walk.highs, walk.lows,
        walk.closes, np.zeros(800),
    )  # fmt: skip
    window = Window(series, instrument_of(walk), Costs(), row_budget_bytes=1 << 20)

    result = window.evaluate(name, Space(CATALOGUE[name]).random(20, seed=7))

    assert np.all(np.isfinite(result.total_return))
    assert np.all(np.isfinite(result.hourly))
    traded = result.trades > 0
    assert np.all(np.isfinite(result.metrics["sharpe"][traded]))
