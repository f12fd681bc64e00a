"""All indicators: importing this module declares them."""

from tradestream.indicators import (
    arithmetic,
    averages,
    bands,
    extremes,
    oscillators,
    stops,
    volume,
)
from tradestream.indicators.registry import (
    COLUMNS,
    INDICATORS,
    PRICE_COLUMNS,
    SUM_SCALE,
    SUMMABLE,
    Indicator,
    address,
)

__all__ = [
    "COLUMNS",
    "INDICATORS",
    "PRICE_COLUMNS",
    "SUMMABLE",
    "SUM_SCALE",
    "Indicator",
    "address",
    "arithmetic",
    "averages",
    "bands",
    "extremes",
    "oscillators",
    "stops",
    "volume",
]
