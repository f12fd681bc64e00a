"""What may be written to a candle store, whichever it is."""

from tradestream.candles import MINUTE_SECONDS, CandleSeries
from tradestream.errors import InvalidCandleError


def check_writable(series: CandleSeries) -> None:
    """Check that a series may be stored.

    Raises:
        InvalidCandleError: If its bars are not of one minute, or break a rule.
    """
    if series.interval_seconds != MINUTE_SECONDS:
        raise InvalidCandleError(
            f"bars of {MINUTE_SECONDS} s are required, was {series.interval_seconds} s"
        )
    series.validate()
