"""The catalogue of strategy types: data only.

A new type is one entry here. Its rules may use the columns and indicators of
`tradestream.indicators`, the names in its `let`, and its parameters.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tradestream.strategies.declaration import Parameter, StrategyType


def integer(name: str, low: int, high: int, *, above: str | None = None) -> Parameter:
    """Return a whole-number parameter."""
    return Parameter(name, "int", low, high, 1, above)


def number(name: str, low: float, high: float, *, step: float = 0.01) -> Parameter:
    """Return a parameter on a decimal grid."""
    return Parameter(name, "float", low, high, step)


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
        name="SMA_EMA_CROSSOVER",
        idea="Trades the crossing of a simple and an exponential average.",
        parameters=(integer("smaPeriod", 5, 50), integer("emaPeriod", 5, 50)),
        let={"simple": "sma(close, smaPeriod)", "smooth": "ema(close, emaPeriod)"},
        enter="up(simple, smooth)",
        exit="down(simple, smooth)",
    ),
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
    StrategyType(
        name="RSI_EMA_CROSSOVER",
        idea="Follows momentum when it rises above its own average.",
        parameters=(integer("rsiPeriod", 5, 30), integer("emaPeriod", 5, 20)),
        let={"r": "rsi(rsiPeriod)", "average": "ema(r, emaPeriod)"},
        enter="up(r, average) and r < 70",
        exit="down(r, average)",
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

CATALOGUE: Mapping[str, StrategyType] = MappingProxyType({t.name: t for t in TYPES})
"""Every strategy type by name, in the order of the design."""
