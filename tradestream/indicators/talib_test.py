"""Rows against TA-Lib, where it has the same indicator."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import talib

from tradestream.backtest.costs import Costs
from tradestream.backtest.inspect_rows import row_of
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, Floats
from tradestream.testing.markets import (
    instrument_of,
    random_walk,
    recorded,
)


@dataclass(frozen=True)
class Ticks:
    """Prices as whole ticks."""

    high: Floats
    low: Floats
    close: Floats


CASES: dict[str, Callable[[Ticks], Floats]] = {
    "ema(close, 13)": lambda p: talib.EMA(p.close, 13),
    "sma(close, 21)": lambda p: talib.SMA(p.close, 21),
    "rsi(9)": lambda p: talib.RSI(p.close, 9),
    "wilder(true_range, 14)": lambda p: talib.ATR(p.high, p.low, p.close, 14),
    "sar(0.02, 0.02, 0.2)": lambda p: talib.SAR(p.high, p.low, 0.02, 0.2),
    "sar(0.03, 0.015, 0.35)": lambda p: np.abs(
        talib.SAREXT(p.high, p.low, 0, 0, 0.03, 0.015, 0.35, 0.03, 0.015, 0.35)
    ),
    "williams_r(11)": lambda p: talib.WILLR(p.high, p.low, p.close, 11),
    "highest(high, 20)": lambda p: talib.MAX(p.high, 20),
    "lowest(low, 20)": lambda p: talib.MIN(p.low, 20),
    "midrange(14)": lambda p: talib.MIDPRICE(p.high, p.low, 14),
    "sma(median, 8)": lambda p: talib.SMA(talib.MEDPRICE(p.high, p.low), 8),
}


def ticks(series: CandleSeries) -> Ticks:
    tick = instrument_of(series).price_tick
    high, low, close = (
        np.rint(x / tick) for x in (series.highs, series.lows, series.closes)
    )
    return Ticks(high, low, close)


def window_on(series: CandleSeries) -> Window:
    return Window(series, instrument_of(series), Costs())


@pytest.mark.parametrize("text", list(CASES))
@pytest.mark.parametrize(
    "series",
    [random_walk(400), recorded("BTC-USD_1m", 5000, 5400)],
    ids=["walk", "BTC"],
)
def test_rows_agree_with_talib(text: str, series: CandleSeries) -> None:
    ours = row_of(window_on(series), text)

    theirs = CASES[text](ticks(series))
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_bands_agree_with_talib() -> None:
    series = random_walk(400)
    close = ticks(series).close
    upper, middle, _ = talib.BBANDS(close, 20, 2, 2)

    ours = row_of(window_on(series), "band_position(20)")

    np.testing.assert_allclose(
        ours, (close - middle) / ((upper - middle) / 2), rtol=1e-6
    )
    variance = np.array([np.var(close[t - 19 : t + 1]) for t in range(19, 400)])
    exact = (close - middle)[19:] / np.sqrt(variance)
    np.testing.assert_allclose(ours[19:], exact, rtol=1e-9, atol=1e-12)


def test_a_flat_market_reads_neutral() -> None:
    series = random_walk(400)
    price = np.full(len(series), 10.0)
    flat = replace(
        series, opens=price, highs=price, lows=price, closes=price, volumes=0 * price
    )
    window = window_on(flat)

    assert set(row_of(window, "rsi(9)")[9:]) == {50.0}
    assert set(row_of(window, "williams_r(9)")[8:]) == {-50.0}
    assert set(row_of(window, "band_position(9)")[8:]) == {0.0}
    assert np.all(np.isnan(row_of(window, "vwap(9)")))
