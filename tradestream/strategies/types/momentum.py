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
        name="ADX_STOCHASTIC",
        idea="Buys the end of an oversold spell while a trend is under way.",
        parameters=(
            integer("adxPeriod", 10, 30),
            integer("stochasticKPeriod", 5, 20),
            integer("stochasticDPeriod", 3, 15),
            integer("overboughtThreshold", 60, 90),
            integer("oversoldThreshold", 10, 40),
        ),
        let={
            "adx": "wilder(dx(adxPeriod), adxPeriod)",
            "d": "sma(stochastic_k(stochasticKPeriod), stochasticDPeriod)",
        },
        enter="adx > 20 and up(d, oversoldThreshold)",
        exit="d > overboughtThreshold",
    ),
    StrategyType(
        name="AROON_MFI",
        idea="Buys money that returns while highs are newer than lows.",
        parameters=(
            integer("aroonPeriod", 10, 50),
            integer("mfiPeriod", 10, 50),
            integer("overboughtThreshold", 60, 90),
            integer("oversoldThreshold", 10, 40),
        ),
        let={"aroon": "aroon_oscillator(aroonPeriod)", "money": "mfi(mfiPeriod)"},
        enter="aroon > 0 and up(money, oversoldThreshold)",
        exit="down(aroon, 0) or money > overboughtThreshold",
    ),
    StrategyType(
        name="ATR_CCI",
        idea="Buys the recovery from an extreme while ranges widen.",
        parameters=(integer("atrPeriod", 5, 30), integer("cciPeriod", 10, 50)),
        let={"c": "cci(cciPeriod)"},
        enter="up(c, -100) and rising(wilder(true_range, atrPeriod))",
        exit="down(c, 100) or c < -100",
    ),
    StrategyType(
        name="MOMENTUM_SMA_CROSSOVER",
        idea="Follows a rise that gains on its own average.",
        parameters=(integer("momentumPeriod", 5, 30), integer("smaPeriod", 5, 50)),
        let={"m": "momentum(momentumPeriod)", "average": "sma(m, smaPeriod)"},
        enter="m > 0 and up(m, average)",
        exit="down(m, average)",
    ),
    StrategyType(
        name="KST_OSCILLATOR",
        idea="Trades four rates of change together against their average.",
        parameters=(
            integer("rma1Period", 5, 20),
            integer("rma2Period", 10, 25),
            integer("rma3Period", 15, 30),
            integer("rma4Period", 20, 40),
            integer("signalPeriod", 5, 15),
        ),
        let={
            "sure": "kst(sma(rate_of_change(10), rma1Period), "
            "sma(rate_of_change(15), rma2Period), "
            "sma(rate_of_change(20), rma3Period), "
            "sma(rate_of_change(30), rma4Period))",
            "signal": "sma(sure, signalPeriod)",
        },
        enter="up(sure, signal)",
        exit="down(sure, signal)",
    ),
    StrategyType(
        name="STOCHASTIC_RSI",
        idea="Buys when momentum leaves the bottom of its own range.",
        parameters=(
            integer("rsiPeriod", 5, 30),
            integer("stochasticKPeriod", 5, 30),
            integer("stochasticDPeriod", 3, 15),
            integer("overboughtThreshold", 60, 95),
            integer("oversoldThreshold", 5, 40),
        ),
        let={
            "d": "sma(stochastic(rsi(rsiPeriod), stochasticKPeriod), stochasticDPeriod)"
        },
        enter="up(d, oversoldThreshold)",
        exit="down(d, overboughtThreshold) or down(d, oversoldThreshold)",
    ),
    StrategyType(
        name="RVI",
        idea="Trades how much of their range bars move, against its own average.",
        parameters=(integer("period", 5, 30),),
        let={"vigour": "vigor(period)", "signal": "weighted_four(vigour)"},
        enter="up(vigour, signal)",
        exit="down(vigour, signal)",
    ),
    StrategyType(
        name="MOMENTUM_PINBALL",
        idea="Buys when a short momentum joins a long one that is up.",
        parameters=(
            integer("shortPeriod", 2, 30),
            integer("longPeriod", 5, 60, above="shortPeriod"),
        ),
        enter="close > close[longPeriod] and up(momentum(shortPeriod), 0)",
        exit="down(momentum(shortPeriod), 0)",
    ),
    StrategyType(
        name="STOCHASTIC_EMA",
        idea="Buys the end of an oversold spell above an average.",
        parameters=(
            integer("emaPeriod", 5, 50),
            integer("stochasticKPeriod", 5, 50),
            integer("stochasticDPeriod", 5, 50),
            integer("overboughtThreshold", 70, 90),
            integer("oversoldThreshold", 10, 30),
        ),
        let={
            "average": "ema(close, emaPeriod)",
            "d": "sma(stochastic_k(stochasticKPeriod), stochasticDPeriod)",
        },
        enter="close > average and up(d, oversoldThreshold)",
        exit="down(d, overboughtThreshold) or down(close, average)",
    ),
    StrategyType(
        name="CMO_MFI",
        idea="Buys momentum that turns up soon after money had left.",
        parameters=(integer("cmoPeriod", 10, 30), integer("mfiPeriod", 10, 30)),
        let={"strength": "cmo(cmoPeriod)", "money": "mfi(mfiPeriod)"},
        enter="up(strength, 0) and within(money < 20, mfiPeriod)",
        exit="down(strength, 0) or money > 80",
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
        name="ADX_DMI",
        idea="Buys when movement up overtakes movement down in a strong trend.",
        parameters=(integer("adxPeriod", 10, 30), integer("diPeriod", 10, 30)),
        let={
            "rises": "plus_di(diPeriod)",
            "falls": "minus_di(diPeriod)",
            "adx": "wilder(dx(adxPeriod), adxPeriod)",
        },
        enter="adx > 25 and up(rises, falls)",
        exit="down(rises, falls)",
    ),
)
