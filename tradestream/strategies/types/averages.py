"""Averages of the price that cross each other."""

from tradestream.strategies.declaration import StrategyType, integer

TYPES = (
    StrategyType(
        name="SMA_EMA_CROSSOVER",
        idea="Trades the crossing of a simple and an exponential average.",
        parameters=(integer("smaPeriod", 5, 50), integer("emaPeriod", 5, 50)),
        let={"simple": "sma(close, smaPeriod)", "smooth": "ema(close, emaPeriod)"},
        enter="up(simple, smooth)",
        exit="down(simple, smooth)",
    ),
    StrategyType(
        name="AWESOME_OSCILLATOR",
        idea="Trades the sign of the difference of two averages of the median price.",
        parameters=(
            integer("shortPeriod", 2, 20),
            integer("longPeriod", 10, 50, above="shortPeriod"),
        ),
        let={"ao": "minus(sma(median, shortPeriod), sma(median, longPeriod))"},
        enter="up(ao, 0)",
        exit="down(ao, 0)",
    ),
)
