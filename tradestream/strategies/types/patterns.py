"""Swings, bricks, gaps, and other shapes of the price."""

from tradestream.strategies.declaration import StrategyType

TYPES: tuple[StrategyType, ...] = ()
