"""Lines that follow a trend and stop it."""

from tradestream.strategies.declaration import StrategyType, integer, number

TYPES = (
    StrategyType(
        name="PARABOLIC_SAR",
        idea="Holds while the price stays above Wilder's accelerating stop.",
        parameters=(
            number("accelerationFactorStart", 0.01, 0.05, step=0.001),
            number("accelerationFactorIncrement", 0.01, 0.05, step=0.001),
            number("accelerationFactorMax", 0.1, 0.5, step=0.001),
        ),
        let={
            "line": "sar(accelerationFactorStart, accelerationFactorIncrement, "
            "accelerationFactorMax)"
        },
        enter="up(close, line)",
        exit="down(close, line)",
    ),
    StrategyType(
        name="DONCHIAN_BREAKOUT",
        idea="Buys a new high, sells a new low, of the bars before it.",
        parameters=(integer("donchianPeriod", 10, 50),),
        enter="close > highest(high, donchianPeriod)[1]",
        exit="close < lowest(low, donchianPeriod)[1]",
    ),
    StrategyType(
        name="ATR_TRAILING_STOP",
        idea="Rides a trend behind a stop that only moves in its favour.",
        parameters=(integer("atrPeriod", 5, 30), number("multiplier", 1.0, 5.0)),
        let={"line": "trailing_line(wilder(true_range, atrPeriod), multiplier)"},
        enter="up(close, line)",
        exit="down(close, line)",
    ),
)
