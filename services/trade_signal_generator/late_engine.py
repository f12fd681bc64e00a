"""The engine, imported when the first bar is new: loading it takes half a second."""

from typing import TYPE_CHECKING

from services.trade_signal_generator.states import Terms
from tradestream.candles import CandleSeries
from tradestream.signals.agreement import Signals

if TYPE_CHECKING:
    from services.trade_signal_generator.engine import Engine


class LateEngine:
    """An `Engine` that is made at its first use."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def signals(self, series: CandleSeries, terms: Terms) -> Signals | None:
        """Return what `Engine.signals` does."""
        if self._engine is None:
            from tradestream.kernels.use import use_baked_kernels

            use_baked_kernels()
            from services.trade_signal_generator.engine import Engine

            self._engine = Engine()
        return self._engine.signals(series, terms)
