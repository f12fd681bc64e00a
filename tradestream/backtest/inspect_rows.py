"""Indicator rows by their text, to look at or to test."""

import numpy as np

from tradestream.backtest import layout
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.strategies.declaration import StrategyType


def row_of(window: Window, text: str) -> Floats:
    """Return the row that a rule would see, shape (n,); NaN where not warm.

    Args:
        window: The bars; prices are in ticks of its instrument.
        text: A row without parameters, e.g. `ema(rsi(14), 9)`.

    Raises:
        ValueError: If the text is no row.
    """
    rule = f"({text}) > 0"
    programs = Programs({"ROW": StrategyType("ROW", "One row.", (), rule, rule)})
    other = Window(window.series, window.instrument, window.costs, programs=programs)
    other.evaluate("ROW", np.empty((1, 0)), hourly=False)
    program = other.program("ROW")
    node = int(program.operations[0, 3])
    ints = program.row_ints[node]
    if ints[layout.FUNCTION] < 0:
        slot = int(ints[layout.PLACE])
    elif ints[layout.PRIVATE] >= 0:
        slot = other.engine.cache.slots + other.engine.width * int(ints[layout.PRIVATE])
    else:
        slot = int(other.engine.cache.slot_of[ints[layout.PLACE]])
    return other.row(slot)
