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
    StrategyType(
        name="LINEAR_REGRESSION_CHANNELS",
        idea="Buys the return into a channel around the regression line.",
        parameters=(integer("period", 10, 50), number("multiplier", 1.0, 3.0)),
        let={"z": "regression_position(period)"},
        enter="up(z, -multiplier)",
        exit="up(z, multiplier) or down(z, -multiplier)",
    ),
    StrategyType(
        name="VWAP_MEAN_REVERSION",
        idea="Buys the return towards the volume-weighted price from far below.",
        parameters=(
            integer("vwapPeriod", 10, 50),
            integer("movingAveragePeriod", 10, 50),
            number("deviationMultiplier", 1.0, 3.0),
        ),
        let={
            "vwap": "vwap(vwapPeriod)",
            "z": "in_sigmas(minus(close, vwap), movingAveragePeriod)",
        },
        enter="up(z, -deviationMultiplier)",
        exit="up(close, vwap)",
    ),
    StrategyType(
        name="VOLATILITY_STOP",
        idea="Buys a rise of several ATR off the low, sells such a fall off the high.",
        parameters=(integer("atrPeriod", 5, 30), number("multiplier", 1.0, 5.0)),
        let={
            "atr": "wilder(true_range, atrPeriod)",
            "rise": "above_lowest(atr, atrPeriod)",
            "fall": "below_highest(atr, atrPeriod)",
        },
        enter="up(rise, multiplier)",
        exit="up(fall, multiplier)",
    ),
    StrategyType(
        name="MASS_INDEX",
        idea="Buys in an upward trend when a bulge of the bars' ranges has passed.",
        parameters=(integer("emaPeriod", 5, 50), integer("sumPeriod", 5, 25)),
        let={
            "trend": "ema(close, emaPeriod)",
            "mass": "sma(mass_ratio(emaPeriod), sumPeriod)",
        },
        enter="down(mass, 1.06) and bulge_peak(mass)[1] > 1.08 and close > trend",
        exit="down(close, trend)",
    ),
    StrategyType(
        name="REGRESSION_CHANNEL",
        idea="Holds while the price is above the end of its regression line.",
        parameters=(integer("period", 10, 100),),
        let={"line": "regression_end(period)"},
        enter="up(close, line)",
        exit="down(close, line)",
    ),
)
