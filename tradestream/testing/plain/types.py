"""All types by name."""

from collections.abc import Callable, Mapping

from tradestream.strategies.declaration import Value
from tradestream.testing.plain import (
    adaptive,
    averages,
    channels,
    directional,
    momentum,
    patterns,
    trend,
    volume,
)
from tradestream.testing.plain.rows import Bars
from tradestream.testing.plain.signals import Signals

TYPES: Mapping[str, Callable[..., Signals]] = {
    **averages.TYPES,
    **adaptive.TYPES,
    **momentum.TYPES,
    **directional.TYPES,
    **trend.TYPES,
    **channels.TYPES,
    **volume.TYPES,
    **patterns.TYPES,
}


def plain_signals(bars: Bars, name: str, parameters: Mapping[str, Value]) -> Signals:
    """Return where a strategy says enter and exit.

    Args:
        bars: The market.
        name: Type, e.g. `SMA_RSI`.
        parameters: Values by name, in declaration order.
    """
    return TYPES[name](bars, *parameters.values())
