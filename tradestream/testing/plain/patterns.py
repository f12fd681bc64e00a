"""Types on swings, bricks, gaps, and other shapes of the price."""

from collections.abc import Callable

from tradestream.testing.plain.signals import Signals

TYPES: dict[str, Callable[..., Signals]] = {}
