"""The bars of a span, ready to be evaluated."""

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candle_store.port import CandleStore
from tradestream.candles import LEAST_BARS, CandleSeries
from tradestream.discovery.messages import Judged, window_message
from tradestream.discovery.requests import Span
from tradestream.discovery.version import code_version
from tradestream.errors import InvalidCandleError, InvalidMessageError
from tradestream.instruments import Instrument, infer_increment


def load(
    store: CandleStore, span: Span, *, max_missing: float, row_budget_bytes: int
) -> tuple[Window, Judged]:
    """Return the window of a span, and what messages say of it.

    Args:
        store: Where the bars are.
        span: Which bars, and at what costs.
        max_missing: Largest share of bars that may be missing, e.g. 0.05.
        row_budget_bytes: Memory for rows of indicators.

    Raises:
        InvalidMessageError: If too many bars are missing, or one is not sound.
        UnavailableError: If the store did not answer.
    """
    series = store.read(span.symbol, span.interval_seconds, span.start, span.end)
    missing = span.bars - len(series)
    if len(series) < LEAST_BARS or missing > max_missing * span.bars:
        raise InvalidMessageError(
            f"{span.symbol}: at most {max_missing:.0%} of {span.bars} bars missing "
            f"is required, was {missing}"
        )
    try:
        series.validate()
    except InvalidCandleError as error:
        raise InvalidMessageError(str(error)) from error
    instrument = store.instrument(span.symbol) or _infer(series)
    costs = Costs(fee_bps=span.fee_bps, slippage_bps=span.slippage_bps)
    window = Window(series, instrument, costs, row_budget_bytes=row_budget_bytes)
    judged = Judged(
        span=span,
        window=window_message(span, series, instrument),
        first_hour=window.first_hour,
        market_hourly=window.market_hourly,
        code_version=code_version(),
        data_fingerprint=series.fingerprint(),
    )
    return window, judged


def _infer(series: CandleSeries) -> Instrument:
    """Return the increments that the numbers themselves use."""
    ticks = [
        infer_increment(column)
        for column in (series.opens, series.highs, series.lows, series.closes)
    ]
    return Instrument(series.symbol, min(ticks), infer_increment(series.volumes))
