"""The catalogue of strategy types.

A new type is one entry in the module of its family. Its rules may use the
columns and indicators of `tradestream.indicators`, the names in its `let`, and
its parameters.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tradestream.strategies.declaration import StrategyType
from tradestream.strategies.types import (
    averages,
    channels,
    momentum,
    patterns,
    trend,
    volume,
)

FAMILIES: Mapping[str, tuple[StrategyType, ...]] = MappingProxyType(
    {
        "averages": averages.TYPES,
        "momentum": momentum.TYPES,
        "trend": trend.TYPES,
        "channels": channels.TYPES,
        "volume": volume.TYPES,
        "patterns": patterns.TYPES,
    }
)

CATALOGUE: Mapping[str, StrategyType] = MappingProxyType(
    {kind.name: kind for kinds in FAMILIES.values() for kind in kinds}
)
"""Every strategy type by name, family by family."""
