"""Trades and equity against vectorbt's, from signals that are not the engine's.

vectorbt gets the rules as TA-Lib, pandas, and numpy compute them, a bar late, with
opens as the price of an order: it fills at the next open, with our fee and slippage.
Three conventions differ, and are bridged:

- Fees of a purchase: ours is a share of the cash, vectorbt's of what was bought; the
  same money is f / (1 − f) there.
- A position open at the end: ours is sold at the last close, vectorbt's is marked at
  it; the costs of that sale are taken off here.
- Both rules true on one bar: ours enters when flat and exits when not; vectorbt has
  no such mode. Genomes to which that happens are left out; a quarter must remain,
  and all do of most types.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
import vectorbt as vbt

from tests.peers import prices, volumes
from tests.peers.rows import Bits, Frame
from tradestream.backtest.costs import Costs
from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, random_walk, recorded

GENOMES = 40
CASH = 10_000.0
RULES = prices.RULES | volumes.RULES
MARKETS = {
    "walk": random_walk(1500),
    "BTC": recorded("BTC-USD_1m", 3000, 4500),
    "ADA": recorded("ADA-BTC_5m", 1000, 2500),
}
COSTS = Costs()


@cache
def window_on(market: str) -> Window:
    return Window(MARKETS[market], instrument_of(MARKETS[market]), COSTS)


@pytest.mark.parametrize("market", list(MARKETS))
@pytest.mark.parametrize("name", list(RULES))
def test_trades_equal_those_of_vectorbt(name: str, market: str) -> None:
    series, window, space = MARKETS[market], window_on(market), Space(CATALOGUE[name])
    genomes = space.random(GENOMES, seed=f"{name} {market}")
    frame = Frame(series, instrument_of(series))
    rules = [RULES[name](frame, *space.parameters(g).values()) for g in genomes]
    clear = [i for i, (enter, leave) in enumerate(rules) if not np.any(enter & leave)]
    assert len(clear) >= GENOMES / 4

    theirs = _portfolio(
        series,
        np.stack([rules[i][0] for i in clear], axis=1),
        np.stack([rules[i][1] for i in clear], axis=1),
    )

    trades = theirs.trades.records
    ours = window.evaluate(name, genomes)
    traded = 0
    for column, i in enumerate(clear):
        fills = fills_of(window, name, genomes[i])
        own = trades[trades["col"] == column]
        closed = own["status"].to_numpy() == 1
        parameters = space.parameters(genomes[i])
        assert fills.entries.tolist() == own["entry_idx"].tolist(), parameters
        assert (fills.exits < len(series)).tolist() == closed.tolist(), parameters
        assert fills.exits[closed].tolist() == own["exit_idx"][closed].tolist()
        final = theirs.final_value().iloc[column]
        if not np.all(closed):
            final *= (1 - COSTS.slippage) * (1 - COSTS.fee)
        assert ours.metrics["final_equity"][i] == pytest.approx(final, rel=1e-9)
        traded += len(own)
    assert traded > 0


def test_most_types_are_compared() -> None:
    assert len(RULES) >= 25
    assert set(RULES) <= set(CATALOGUE)


def _portfolio(series: CandleSeries, enter: Bits, leave: Bits) -> vbt.Portfolio:
    index = pd.to_datetime(series.open_times, unit="s", utc=True)
    buys, sells = (np.vstack([np.zeros_like(x[:1]), x[:-1]]) for x in (enter, leave))
    fees = np.where(buys, COSTS.fee / (1 - COSTS.fee), COSTS.fee)
    return vbt.Portfolio.from_signals(
        pd.Series(series.closes, index),
        pd.DataFrame(buys, index),
        pd.DataFrame(sells, index),
        price=pd.Series(series.opens, index),
        fees=pd.DataFrame(fees, index),
        slippage=COSTS.slippage,
        init_cash=CASH,
        freq=f"{series.interval_seconds}s",
    )
