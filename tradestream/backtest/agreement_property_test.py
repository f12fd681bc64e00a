"""The engine against plain loops on whatever market hypothesis thinks of.

Few ticks and few lots, so that ties, flat minutes, and empty volume are the rule.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestream.backtest.costs import Costs
from tradestream.backtest.program import catalogue_programs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.instruments import Instrument
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import START
from tradestream.testing.plain.comparison import compare
from tradestream.testing.plain.rows import Bars

MARKET = Instrument("FEW-USD", 0.01, 1.0)
PROGRAMS = catalogue_programs()


def market_of(moves: bytes, lowest: int) -> CandleSeries:
    """Return a bar for each byte: close, lots, and tails from its bits."""
    bits = np.frombuffer(moves, np.uint8).astype(np.int64)
    closes = lowest + bits % 4
    opens = np.append(closes[0], closes[:-1])
    highs = np.maximum(opens, closes) + bits // 4 % 2
    lows = np.minimum(opens, closes) - bits // 8 % 2
    return CandleSeries(
        "FEW-USD",
        60,
        START + 60 * np.arange(len(bits)),
        np.round(0.01 * opens, 2),
        np.round(0.01 * highs, 2),
        np.round(0.01 * lows, 2),
        np.round(0.01 * closes, 2),
        (bits // 16 % 3).astype(np.float64),
    )


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.binary(min_size=3, max_size=220),
    st.integers(2, 400),
    st.sampled_from(list(CATALOGUE)),
    st.integers(0, 2**32),
)
def test_trades_and_metrics_equal_those_of_a_plain_loop(
    moves: bytes, lowest: int, name: str, seed: int
) -> None:
    series = market_of(moves, lowest)
    window = Window(series, MARKET, Costs(), programs=PROGRAMS)
    genomes = Space(CATALOGUE[name]).random(2, seed)

    compared = list(compare(window, Bars(series, MARKET), name, genomes))

    assert [one for one in compared if not one.agrees] == []
