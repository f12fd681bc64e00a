"""A type and an indicator of a user's own, without touching an engine."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.discovery.search import SearchConfig, search
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType, integer, number
from tradestream.testing.markets import instrument_of, quiet_market, random_walk


@indicator("own_streak", columns=("open", "close"), unit="ratio")
def own_streak(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Rising bars among the last n, minus falling ones."""
    opens = row(argument(inputs, 0, 0), bars)
    closes = row(argument(inputs, 1, 0), bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        count = 0.0
        for t in range(bars):
            count += np.sign(closes[t] - opens[t])
            if t >= period:
                count -= np.sign(closes[t - period] - opens[t - period])
            out[t] = count if t >= period - 1 else np.nan


@indicator("own_peek", columns=("close",), parameters=0, unit="price")
def own_peek(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """The next close, which nobody can know."""
    closes = row(argument(inputs, 0, 0), bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = closes[min(t + 1, bars - 1)]


OWN = StrategyType(
    name="OWN_STREAK",
    idea="Buys a run of rising bars above an average, until it turns.",
    parameters=(
        integer("n", 2, 20),
        integer("average", 5, 60, above="n"),
        number("share", 0.1, 0.9),
    ),
    let={"streak": "own_streak(n)", "line": "ema(close, average)"},
    enter="streak >= 2 * share and close > line and becomes(rising(line))",
    exit="streak < -1 or within(down(close, line), 2)",
)
PEEK = StrategyType("PEEK", "Cheats.", (), "own_peek() > close", "own_peek() < close")
SIXTY_ONE = Programs({**CATALOGUE, OWN.name: OWN})


@pytest.mark.parametrize(
    "series", [random_walk(900), quiet_market(900)], ids=["walk", "quiet"]
)
def test_a_type_with_an_indicator_of_ones_own_signals_as_declared(
    series: CandleSeries,
) -> None:
    window = Window(series, instrument_of(series), Costs(), programs=SIXTY_ONE)
    values = {"n": 7, "average": 20, "share": 0.75}

    enter, leave = window.signals(OWN.name, values)

    wanted = plainly(series, 7, 20, 0.75)
    assert enter.tolist() == wanted[0]
    assert leave.tolist() == wanted[1]
    assert np.any(enter)
    assert np.any(leave)


def plainly(
    series: CandleSeries, n: int, average: int, share: float
) -> tuple[list[bool], list[bool]]:
    """Return the signals of `OWN`, bar by bar."""
    tick, size = instrument_of(series).price_tick, len(series)
    close, bars = np.rint(series.closes / tick), range(size)
    moves = np.sign(close - np.rint(series.opens / tick))
    streak = [
        sum(moves[t - n + 1 : t + 1]) if t >= n - 1 else np.nan for t in range(size)
    ]
    line = np.full(size, np.nan)
    line[average - 1] = np.mean(close[:average])
    for t in bars[average:]:
        line[t] = line[t - 1] + (close[t] - line[t - 1]) * 2 / (average + 1)
    above, below = (close - line > 1e-6).tolist(), (line - close > 1e-6).tolist()
    rises = [False, *(line[1:] - line[:-1] > 1e-6).tolist()]
    down = [
        t > 0 and bool(below[t] and line[t - 1] - close[t - 1] <= 1e-6) for t in bars
    ]
    enter = [
        t >= average
        and bool(streak[t] >= 2 * share and above[t] and rises[t] and not rises[t - 1])
        for t in bars
    ]
    leave = [
        t >= average - 1 and bool(streak[t] < -1 or down[t] or down[t - 1])
        for t in bars
    ]
    return enter, leave


def test_a_type_of_ones_own_is_backtested_and_searched_as_any_other() -> None:
    series, space = random_walk(1440), Space(OWN)
    window = Window(series, instrument_of(series), Costs(), programs=SIXTY_ONE)

    result = window.evaluate(OWN.name, space.random(100, seed=1))
    found = search(window, OWN.name, SearchConfig(30, 10, seed=1))

    assert np.max(result.trades) >= 10
    assert len(np.unique(result.total_return)) > 50
    assert found.trials > 100
    assert np.isfinite(found.found[0].score)
    assert found.found[0].parameters == OWN.check(found.found[0].parameters)


def test_a_type_that_looks_ahead_is_found_out_by_cutting() -> None:
    """So the test of the catalogue's types can fail."""
    series, programs = random_walk(200), Programs({"PEEK": PEEK})
    whole, *cuts = (
        Window(one, instrument_of(series), Costs(), programs=programs).signals(
            "PEEK", {}
        )
        for one in (series, *(series.slice(0, bars) for bars in range(100, 110)))
    )

    assert any(np.any(cut[0] != whole[0][: len(cut[0])]) for cut in cuts)
    assert any(np.any(cut[1] != whole[1][: len(cut[1])]) for cut in cuts)
