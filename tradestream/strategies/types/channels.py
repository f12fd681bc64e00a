"""Bands and channels around the price."""

from tradestream.strategies.declaration import StrategyType, integer, number

TYPES = (
    StrategyType(
        name="BBAND_W_R",
        idea="Buys an oversold price below its band, sells the recovery.",
        parameters=(
            integer("bbandsPeriod", 10, 50),
            integer("wrPeriod", 5, 30),
            number("stdDevMultiplier", 1.5, 3.0),
        ),
        let={"z": "band_position(bbandsPeriod)", "w": "williams_r(wrPeriod)"},
        enter="z < -stdDevMultiplier and w < -80",
        exit="z > stdDevMultiplier or w > -20",
    ),
)
