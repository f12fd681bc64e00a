"""Price and volume together."""

from tradestream.strategies.declaration import StrategyType, integer

TYPES = (
    StrategyType(
        name="VWAP_CROSSOVER",
        idea="Holds while the average price is above the volume-weighted one.",
        parameters=(
            integer("vwapPeriod", 10, 50),
            integer("movingAveragePeriod", 10, 50),
        ),
        let={"simple": "sma(close, movingAveragePeriod)", "vwap": "vwap(vwapPeriod)"},
        enter="up(simple, vwap)",
        exit="down(simple, vwap)",
    ),
)
