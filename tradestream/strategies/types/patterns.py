"""Swings, bricks, gaps, and other shapes of the price."""

from tradestream.strategies.declaration import StrategyType, integer, number

TYPES = (
    StrategyType(
        name="PIVOT",
        idea="Holds while the price is above the pivot of the bars before.",
        parameters=(integer("period", 5, 50),),
        let={"line": "pivot(period)[1]"},
        enter="up(close, line)",
        exit="down(close, line)",
    ),
    StrategyType(
        name="DOUBLE_TOP_BOTTOM",
        idea="Buys the break of a double bottom, sells a double top or a new low.",
        parameters=(integer("period", 10, 50),),
        let={"extent": "wilder(true_range, period)"},
        enter="double_bottom(extent, period) > 0",
        exit="double_top(extent, period) > 0 "
        "or close < double_bottom_low(extent, period)",
    ),
    StrategyType(
        name="FIBONACCI_RETRACEMENTS",
        idea="Buys a swing that turns after a retracement of 0.618, sells at its high.",
        parameters=(integer("period", 10, 50),),
        let={"position": "swing_position(period)"},
        enter="up(position, 1 - 0.618)",
        exit="down(position, 1 - 0.786) or position >= 1",
    ),
    StrategyType(
        name="PRICE_GAP",
        idea="Buys a jump of the price, sells when it is taken back or fades.",
        parameters=(integer("period", 5, 30),),
        let={"beyond": "jump(wilder(true_range, period))"},
        enter="beyond > 0",
        exit="close <= jump_base(beyond) or down(close, ema(close, period))",
    ),
    StrategyType(
        name="RENKO_CHART",
        idea="Follows bricks of a fixed height, whatever time they take.",
        parameters=(number("brickSize", 0.5, 5.0),),
        let={"side": "renko(brickSize)"},
        enter="up(side, 0)",
        exit="down(side, 0)",
    ),
    StrategyType(
        name="RANGE_BARS",
        idea="Follows bars that end when the price has moved a fixed range.",
        parameters=(number("rangeSize", 0.5, 5.0),),
        let={"side": "range_bars(rangeSize)"},
        enter="up(side, 0)",
        exit="down(side, 0)",
    ),
    StrategyType(
        name="GANN_SWING",
        idea="Buys above the last swing high, sells below the last swing low.",
        parameters=(integer("gannPeriod", 2, 100),),
        enter="close > swing_high(gannPeriod)",
        exit="close < swing_low(gannPeriod)",
    ),
)
