import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument
from tradestream.signals.agreement import Signals, cut_points, digest, looks_ahead
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import random_walk

SERIES = random_walk(400)
TICKS = Instrument("WALK-USD", 0.01, 0.001)


def compute(series: CandleSeries, name: str) -> Signals:
    window = Window(series, TICKS, Costs(), row_budget_bytes=1 << 20)
    return Signals(*window.signals(name, CATALOGUE[name].defaults()))


def test_no_type_of_the_catalogue_looks_ahead() -> None:
    for name in CATALOGUE:
        whole = compute(SERIES, name)

        ahead = looks_ahead(
            whole,
            cut_points(300, range(300, 400), 400, 8),
            lambda count, name=name: compute(SERIES.slice(0, count), name),  # type: ignore[misc]
        )

        assert ahead is None, name


def test_finds_a_rule_that_knows_the_next_bar() -> None:
    def rising(series: CandleSeries) -> Signals:
        up = np.append(np.diff(series.closes) > 0, False)
        return Signals(up, ~up)

    ahead = looks_ahead(
        rising(SERIES),
        range(300, 320),
        lambda count: rising(SERIES.slice(0, count)),
    )

    assert ahead is not None


def test_a_digest_changes_with_a_signal_and_not_with_a_silent_bar() -> None:
    signals = compute(SERIES, "SMA_EMA_CROSSOVER")
    moved = Signals(signals.enter.copy(), signals.leave)
    moved.enter[100] ^= True
    silent = int(np.flatnonzero(~signals.enter & ~signals.leave)[5])
    kept = np.delete(np.arange(400), silent)
    shorter = CandleSeries(
        SERIES.symbol, 60, SERIES.open_times[kept], SERIES.opens[kept],
        SERIES.highs[kept], SERIES.lows[kept], SERIES.closes[kept],
        SERIES.volumes[kept],
    )  # fmt: skip
    without = Signals(signals.enter[kept], signals.leave[kept])

    assert digest(SERIES, signals, 400) != digest(SERIES, moved, 400)
    assert digest(SERIES, signals, 100) == digest(SERIES, moved, 100)
    assert digest(SERIES, signals, 400) == digest(shorter, without, 399)


def test_an_entry_is_not_taken_for_an_exit() -> None:
    signals = compute(SERIES, "SMA_EMA_CROSSOVER")

    swapped = Signals(signals.leave, signals.enter)

    assert digest(SERIES, signals, 400) != digest(SERIES, swapped, 400)


@given(st.integers(0, 99), st.sets(st.integers(0, 99)), st.integers(1, 9))
def test_cuts_are_few_inside_and_beside_the_first_new_bar(
    first: int, called: set[int], most: int
) -> None:
    cuts = cut_points(first, called, 100, most)

    assert cuts == sorted(set(cuts))
    assert all(0 < n < 100 for n in cuts)
    assert len(cuts) <= most + 2
    assert first in cuts or first == 0
