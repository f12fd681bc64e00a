"""Averages of the price that cross each other, and what is made of them."""

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
        name="DOUBLE_EMA_CROSSOVER",
        idea="Trades the crossing of a fast and a slow exponential average.",
        parameters=(
            integer("shortEmaPeriod", 2, 30),
            integer("longEmaPeriod", 10, 100, above="shortEmaPeriod"),
        ),
        let={
            "short": "ema(close, shortEmaPeriod)",
            "long": "ema(close, longEmaPeriod)",
        },
        enter="up(short, long)",
        exit="down(short, long)",
    ),
    StrategyType(
        name="TRIPLE_EMA_CROSSOVER",
        idea="Buys once three averages stand in order, sells when the fastest turns.",
        parameters=(
            integer("shortEmaPeriod", 2, 20),
            integer("mediumEmaPeriod", 10, 50, above="shortEmaPeriod"),
            integer("longEmaPeriod", 20, 100, above="mediumEmaPeriod"),
        ),
        let={
            "short": "ema(close, shortEmaPeriod)",
            "medium": "ema(close, mediumEmaPeriod)",
            "long": "ema(close, longEmaPeriod)",
        },
        enter="becomes(short > medium and medium > long)",
        exit="down(short, medium)",
    ),
    StrategyType(
        name="DEMA_TEMA_CROSSOVER",
        idea="Trades the crossing of two averages that lag less than usual ones.",
        parameters=(integer("demaPeriod", 5, 50), integer("temaPeriod", 5, 50)),
        let={"double": "dema(close, demaPeriod)", "triple": "tema(close, temaPeriod)"},
        enter="up(double, triple)",
        exit="down(double, triple)",
    ),
    StrategyType(
        name="AWESOME_OSCILLATOR",
        idea="Trades the sign of the difference of two averages of the median price.",
        parameters=(
            integer("shortPeriod", 2, 20),
            integer("longPeriod", 10, 50, above="shortPeriod"),
        ),
        let={
            "short": "sma(median, shortPeriod)",
            "long": "sma(median, longPeriod)",
        },
        enter="up(short, long)",
        exit="down(short, long)",
    ),
    StrategyType(
        name="RAINBOW_OSCILLATOR",
        idea="Trades the close against the middle of three averages of it.",
        parameters=(
            integer("shortPeriod", 5, 20),
            integer("mediumPeriod", 10, 50, above="shortPeriod"),
            integer("longPeriod", 20, 100, above="mediumPeriod"),
        ),
        let={
            "middle": "mean_of_three(sma(close, shortPeriod), "
            "sma(close, mediumPeriod), sma(close, longPeriod))"
        },
        enter="up(close, middle)",
        exit="down(close, middle)",
    ),
    StrategyType(
        name="PRICE_OSCILLATOR_SIGNAL",
        idea="Trades the distance of two averages in percent against its own average.",
        parameters=(
            integer("fastPeriod", 5, 20),
            integer("slowPeriod", 10, 50, above="fastPeriod"),
            integer("signalPeriod", 5, 20),
        ),
        let={
            "ppo": "percent_apart(sma(close, fastPeriod), sma(close, slowPeriod))",
            "signal": "sma(ppo, signalPeriod)",
        },
        enter="up(ppo, signal)",
        exit="down(ppo, signal)",
    ),
    StrategyType(
        name="MACD_CROSSOVER",
        idea="Trades the crossing of MACD and its signal line.",
        parameters=(
            integer("shortEmaPeriod", 5, 20),
            integer("longEmaPeriod", 15, 50, above="shortEmaPeriod"),
            integer("signalPeriod", 5, 20),
        ),
        let={
            "macd": "minus(ema(close, shortEmaPeriod), ema(close, longEmaPeriod))",
            "signal": "ema(macd, signalPeriod)",
        },
        enter="up(macd, signal)",
        exit="down(macd, signal)",
    ),
    StrategyType(
        name="ROC_MA_CROSSOVER",
        idea="Trades the rate of change against its own average.",
        parameters=(integer("rocPeriod", 5, 50), integer("maPeriod", 5, 50)),
        let={"roc": "rate_of_change(rocPeriod)", "average": "ema(roc, maPeriod)"},
        enter="up(roc, average)",
        exit="down(roc, average)",
    ),
    StrategyType(
        name="DPO_CROSSOVER",
        idea="Trades the detrended price against its own average.",
        parameters=(integer("dpoPeriod", 5, 50), integer("maPeriod", 5, 50)),
        let={"detrended": "dpo(dpoPeriod)", "average": "sma(detrended, maPeriod)"},
        enter="up(detrended, average)",
        exit="down(detrended, average)",
    ),
    StrategyType(
        name="TRIX_SIGNAL_LINE",
        idea="Trades the slope of a triple average against its own average.",
        parameters=(integer("trixPeriod", 5, 50), integer("signalPeriod", 3, 20)),
        let={"slope": "trix(close, trixPeriod)", "signal": "sma(slope, signalPeriod)"},
        enter="up(slope, signal)",
        exit="down(slope, signal)",
    ),
    StrategyType(
        name="ELDER_RAY_MA",
        idea="Buys when even the low clears a rising average, "
        "sells when even the high falls below it.",
        parameters=(integer("emaPeriod", 5, 50),),
        let={"average": "ema(close, emaPeriod)"},
        enter="rising(average) and up(low, average)",
        exit="down(high, average)",
    ),
)
