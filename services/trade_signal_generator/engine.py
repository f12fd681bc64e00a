"""The backtest engine, asked for signals of a series and of its beginnings."""

from typing import NamedTuple

from services.trade_signal_generator.states import Terms
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries
from tradestream.errors import InvalidDataError
from tradestream.instruments import Instrument
from tradestream.signals.agreement import Signals
from tradestream.strategies.catalogue import CATALOGUE

_ROW_BUDGET_BYTES = 4 << 20


class _Key(NamedTuple):
    """What a window is made of; longer series are greater."""

    bars: int
    start: int
    price_tick: float
    volume_lot: float


class Engine:
    """Signals of one symbol; what strategies share is computed once.

    Lives for one symbol of one run, and holds two windows at most: that of the
    whole series, which all strategies need, and of one of its beginnings.
    """

    def __init__(self) -> None:
        self._windows: dict[_Key, Window] = {}

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
        window = self._window(series, terms)
        return Signals(*window.signals(terms.strategy_name, terms.parameters))

    def _window(self, series: CandleSeries, terms: Terms) -> Window:
        key = _Key(
            len(series), int(series.open_times[0]), terms.price_tick, terms.volume_lot
        )
        if key not in self._windows:
            # Before the next one is made, so that no three are held.
            longest = max(self._windows, default=None)
            for other in [k for k in self._windows if k != longest]:
                del self._windows[other]
            # Costs decide what a trade earns, not when it is signalled.
            self._windows[key] = Window(
                series,
                Instrument(series.symbol, terms.price_tick, terms.volume_lot),
                Costs(),
                row_budget_bytes=_ROW_BUDGET_BYTES,
            )
        return self._windows[key]


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
