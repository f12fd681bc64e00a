"""Price and volume together."""

from tradestream.strategies.declaration import StrategyType, integer, number

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
    StrategyType(
        name="VOLUME_WEIGHTED_MACD",
        idea="Follows a turn of momentum among prices that were really traded.",
        parameters=(
            integer("shortPeriod", 5, 20),
            integer("longPeriod", 15, 50, above="shortPeriod"),
            integer("signalPeriod", 5, 15),
        ),
        let={
            "macd": "minus(volume_ema(shortPeriod), volume_ema(longPeriod))",
            "signal": "ema(macd, signalPeriod)",
        },
        enter="up(macd, signal)",
        exit="down(macd, signal)",
    ),
    StrategyType(
        name="OBV_EMA",
        idea="Holds while the volume of rises outruns that of falls.",
        parameters=(integer("emaPeriod", 10, 50),),
        let={"lead": "sum_over_ema(signed_volume(), emaPeriod)"},
        enter="up(lead, 0)",
        exit="down(lead, 0)",
    ),
    StrategyType(
        name="CHAIKIN_OSCILLATOR",
        idea="Trades the momentum of the accumulation and distribution line.",
        parameters=(
            integer("fastPeriod", 2, 20),
            integer("slowPeriod", 5, 50, above="fastPeriod"),
        ),
        let={
            "fast": "sum_over_ema(accumulation_flow(), fastPeriod)",
            "slow": "sum_over_ema(accumulation_flow(), slowPeriod)",
        },
        enter="up(minus(slow, fast), 0)",
        exit="down(minus(slow, fast), 0)",
    ),
    StrategyType(
        name="KLINGER_VOLUME",
        idea="Follows the force of volume when it turns against its own average.",
        parameters=(
            integer("shortPeriod", 5, 15),
            integer("longPeriod", 20, 50, above="shortPeriod"),
            integer("signalPeriod", 5, 15),
        ),
        let={
            "force": "volume_force()",
            "kvo": "minus(ema(force, shortPeriod), ema(force, longPeriod))",
            "signal": "ema(kvo, signalPeriod)",
        },
        enter="up(kvo, signal)",
        exit="down(kvo, signal)",
    ),
    StrategyType(
        name="VOLUME_BREAKOUT",
        idea="Buys a burst of volume above the average price.",
        parameters=(number("volumeMultiplier", 1.5, 3.0),),
        let={"average": "sma(close, 10)"},
        enter="relative_volume(20) > volumeMultiplier and close > average",
        exit="down(close, average)",
    ),
    StrategyType(
        name="PVT",
        idea="Holds while the price-volume trend is above its simple average.",
        parameters=(integer("period", 10, 50),),
        let={"lead": "sum_over_sma(price_volume_flow(), period)"},
        enter="up(lead, 0)",
        exit="down(lead, 0)",
    ),
    StrategyType(
        name="VPT",
        idea="Joins the price-volume trend when the price agrees with it.",
        parameters=(integer("period", 10, 50),),
        let={"lead": "sum_over_ema(price_volume_flow(), period)"},
        enter="up(lead, 0) and close > sma(close, period)",
        exit="down(lead, 0)",
    ),
    StrategyType(
        name="VOLUME_SPREAD_ANALYSIS",
        idea="Buys effort that shows in the price, sells effort against it.",
        parameters=(integer("volumePeriod", 10, 50),),
        let={"effort": "effort_over_mean(volumePeriod)"},
        enter="up(effort, 0) and close > close[1]",
        exit="down(effort, 0) and close < close[1]",
    ),
    StrategyType(
        name="TICK_VOLUME_ANALYSIS",
        idea="Holds while moves with volume point upwards.",
        parameters=(integer("tickPeriod", 10, 50),),
        let={"push": "ema(traded_move(), tickPeriod)"},
        enter="up(push, 0)",
        exit="down(push, 0)",
    ),
    StrategyType(
        name="VOLUME_PROFILE_DEVIATIONS",
        idea="Buys the return from below the bulk of the traded prices.",
        parameters=(integer("period", 10, 100),),
        let={"z": "volume_position(period)"},
        enter="up(z, -1)",
        exit="up(z, 1) or down(z, -1)",
    ),
    StrategyType(
        name="VOLUME_PROFILE",
        idea="Holds while the price is above the level that traded most.",
        parameters=(integer("period", 10, 100),),
        let={"control": "control_price(period)"},
        enter="up(close, control)",
        exit="down(close, control)",
    ),
    StrategyType(
        name="CMF_ZERO_LINE",
        idea="Holds while money flows in by Chaikin's measure.",
        parameters=(integer("period", 10, 50),),
        let={"flow": "cmf(period)"},
        enter="up(flow, 0)",
        exit="down(flow, 0)",
    ),
)
