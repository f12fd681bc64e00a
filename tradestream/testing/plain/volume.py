"""Types on price and volume together."""

from collections.abc import Callable

from tradestream.testing.plain.rows import NAN, Bars, Row, each, ratio, sma, total
from tradestream.testing.plain.signals import PRICE, Signals, crossing


def vwap(bars: Bars, period: int) -> Row:
    """Return the mean typical price by volume; NaN without volume."""
    typical = bars.typical3
    amounts = [p * v for p, v in zip(typical, bars.volume, strict=True)]
    return each(
        lambda amount, volume: ratio(amount, 3 * volume) if volume else NAN,
        total(amounts, period),
        total(bars.volume, period),
    )


def _vwap_crossover(bars: Bars, period: int, average: int) -> Signals:
    return crossing(sma(bars.close, average), vwap(bars, period), PRICE)


TYPES: dict[str, Callable[..., Signals]] = {"VWAP_CROSSOVER": _vwap_crossover}
