"""The backtest engine, asked for signals of a series and of its beginnings."""

from services.trade_signal_generator.states import Terms
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries
from tradestream.errors import InvalidDataError
from tradestream.instruments import Instrument
from tradestream.signals.agreement import Signals
from tradestream.strategies.catalogue import CATALOGUE

_ROW_BUDGET_BYTES = 4 << 20
_WINDOWS_KEPT = 8
"""A series of a week and its cuts; more would only cost memory."""


class Engine:
    """Signals of one symbol; what strategies share is computed once.

    Lives for one symbol of one run, so that memory stays bounded.
    """

    def __init__(self) -> None:
        self._windows: dict[tuple[int, int, float, float], Window] = {}

    def signals(self, series: CandleSeries, terms: Terms) -> Signals | None:
        """Return the signals of all bars, None when they are too few.

        Args:
            series: Bars from the anchor on.
            terms: The strategy.

        Raises:
            InvalidDataError: If the catalogue does not know such a strategy.
        """
        _check(terms)
        if len(series) < LEAST_BARS:
            return None
        key = (
            int(series.open_times[0]),
            len(series),
            terms.price_tick,
            terms.volume_lot,
        )
        window = self._windows.pop(key, None)
        if window is None:
            # Costs decide what a trade earns, not when it is signalled.
            window = Window(
                series,
                Instrument(series.symbol, terms.price_tick, terms.volume_lot),
                Costs(),
                row_budget_bytes=_ROW_BUDGET_BYTES,
            )
        self._windows[key] = window
        if len(self._windows) > _WINDOWS_KEPT:
            del self._windows[next(iter(self._windows))]
        return Signals(*window.signals(terms.strategy_name, terms.parameters))


def _check(terms: Terms) -> None:
    strategy = CATALOGUE.get(terms.strategy_name)
    if strategy is None:
        raise InvalidDataError(
            f"a type of the catalogue is required, was {terms.strategy_name}"
        )
    try:
        strategy.check(terms.parameters)
    except ValueError as error:
        raise InvalidDataError(f"{terms.strategy_name}: {error}") from error
