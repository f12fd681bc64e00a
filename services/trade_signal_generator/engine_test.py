import gc

import numpy as np

from services.trade_signal_generator.engine import Engine
from services.trade_signal_generator.states import Terms
from tradestream.backtest.window import Window
from tradestream.candles import to_datetime
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import random_walk

SERIES = random_walk(400)
CUTS = (400, 150, 151, 320, 400, 150, 399)


def terms(name: str) -> Terms:
    anchor = to_datetime(int(SERIES.open_times[0]))
    return Terms("1m", name, CATALOGUE[name].defaults(), anchor, 0.01, 0.001)


def test_whatever_was_asked_before_the_signals_are_those_of_a_new_engine() -> None:
    engine = Engine()

    for name in list(CATALOGUE)[:4]:
        for count in CUTS:
            series = SERIES.slice(0, count)
            found = engine.signals(series, terms(name))
            fresh = Engine().signals(series, terms(name))
            assert found is not None
            assert fresh is not None
            assert np.array_equal(found.enter, fresh.enter)
            assert np.array_equal(found.leave, fresh.leave)


def windows() -> int:
    return sum(isinstance(held, Window) for held in gc.get_objects())


def test_no_more_than_two_windows_are_held() -> None:
    engine = Engine()
    before = windows()

    held = []
    for count in CUTS:
        engine.signals(SERIES.slice(0, count), terms(next(iter(CATALOGUE))))
        held.append(windows() - before)

    assert max(held) == 2
