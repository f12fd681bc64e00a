"""Lines that follow a trend and stop it."""

from tradestream.strategies.declaration import StrategyType, integer, number

TYPES = (
    StrategyType(
        name="ICHIMOKU_CLOUD",
        idea="Follows a turn of the fast line up while the price is above the cloud.",
        parameters=(
            integer("tenkanSenPeriod", 5, 20),
            integer("kijunSenPeriod", 20, 60, above="tenkanSenPeriod"),
            integer("senkouSpanBPeriod", 50, 200, above="kijunSenPeriod"),
            integer("chikouSpanPeriod", 20, 60),
        ),
        let={
            "tenkan": "midrange(tenkanSenPeriod)",
            "kijun": "midrange(kijunSenPeriod)",
            "span_a": "halfway(tenkan, kijun)[kijunSenPeriod]",
            "span_b": "midrange(senkouSpanBPeriod)[kijunSenPeriod]",
        },
        enter="up(tenkan, kijun) and close > span_a and close > span_b "
        "and close > close[chikouSpanPeriod]",
        exit="down(tenkan, kijun) or (close < span_a and close < span_b)",
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
        name="HEIKEN_ASHI",
        idea="Holds while the averaged candles of smoothed bars rise.",
        parameters=(integer("period", 2, 30),),
        let={"height": "heikin_ashi(period)"},
        enter="up(height, 0)",
        exit="down(height, 0)",
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
        name="FRAMA",
        idea="Holds above an average that is quick when the price runs straight.",
        parameters=(
            number("sc", 0.1, 2.0),
            integer("fc", 5, 50),
            number("alpha", 0.1, 1.0),
        ),
        let={"line": "fractal_average(fractal_dimension(fc), sc, alpha)"},
        enter="up(close, line)",
        exit="down(close, line)",
    ),
    StrategyType(
        name="SAR_MFI",
        idea="Buys money flowing back in above Wilder's stop, sells below it.",
        parameters=(
            number("accelerationFactorStart", 0.01, 0.2, step=0.001),
            number("accelerationFactorIncrement", 0.01, 0.2, step=0.001),
            number("accelerationFactorMax", 0.1, 1.0, step=0.001),
            integer("mfiPeriod", 2, 100),
        ),
        let={
            "line": "sar(accelerationFactorStart, accelerationFactorIncrement, "
            "accelerationFactorMax)"
        },
        enter="close > line and up(mfi(mfiPeriod), 30)",
        exit="down(close, line)",
    ),
    StrategyType(
        name="VARIABLE_PERIOD_EMA",
        idea="Holds above an average whose period shortens as the price runs straight.",
        parameters=(
            integer("minPeriod", 5, 50),
            integer("maxPeriod", 10, 100, above="minPeriod"),
        ),
        let={"line": "variable_ema(efficiency(10), minPeriod, maxPeriod)"},
        enter="up(close, line)",
        exit="down(close, line)",
    ),
)
