"""Oscillators of momentum."""

from tradestream.strategies.declaration import StrategyType, integer

TYPES = (
    StrategyType(
        name="SMA_RSI",
        idea="Buys a dip of momentum while the price holds above its average.",
        parameters=(
            integer("movingAveragePeriod", 5, 50),
            integer("rsiPeriod", 2, 30),
            integer("overboughtThreshold", 60, 85),
            integer("oversoldThreshold", 15, 40),
        ),
        let={"r": "rsi(rsiPeriod)"},
        enter="close > sma(close, movingAveragePeriod) and r < oversoldThreshold",
        exit="r > overboughtThreshold",
    ),
    StrategyType(
        name="EMA_MACD",
        idea="Follows a turn of momentum in the direction of the slower trend.",
        parameters=(
            integer("shortEmaPeriod", 2, 20),
            integer("longEmaPeriod", 10, 50, above="shortEmaPeriod"),
            integer("signalPeriod", 5, 20),
        ),
        let={
            "slow": "ema(close, longEmaPeriod)",
            "macd": "minus(ema(close, shortEmaPeriod), slow)",
            "signal": "ema(macd, signalPeriod)",
        },
        enter="up(macd, signal) and close > slow",
        exit="down(macd, signal)",
    ),
    StrategyType(
        name="RSI_EMA_CROSSOVER",
        idea="Follows momentum when it rises above its own average.",
        parameters=(integer("rsiPeriod", 5, 30), integer("emaPeriod", 5, 20)),
        let={"r": "rsi(rsiPeriod)", "average": "ema(r, emaPeriod)"},
        enter="up(r, average) and r < 70",
        exit="down(r, average)",
    ),
)
