"""What a claimed genome did, hour by hour, since its birth."""

from datetime import datetime, timedelta

from tradestream.backtest.costs import Costs
from tradestream.backtest.report import backtest
from tradestream.candles import HOUR_SECONDS, CandleSeries, to_datetime, to_seconds
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.claims import ClaimHours
from tradestream.instruments import Instrument

_HOUR = timedelta(hours=1)


def claim_hours(
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    find: Find,
    *,
    born_at: datetime,
    until: datetime,
) -> ClaimHours:
    """Return the hours of [born_at, until).

    The engine starts at the first bar of `series`, the claim's anchor. It closes
    an open position at the last bar, which no hour may contain: otherwise an
    hour would look different tomorrow.

    Args:
        series: Bars from the anchor to at least one bar after `until`.
        instrument: Steps of prices and volumes, as at the claim's birth.
        costs: Fee and slippage, as at the claim's birth.
        find: The genome.
        born_at: Birth of the claim, a whole hour.
        until: End of the last hour to return, a whole hour.

    Raises:
        ValueError: If no bar opens at or after `until`.
    """
    if not len(series) or series.open_times[-1] < to_seconds(until):
        raise ValueError(f"a bar that opens at or after {until} is required")
    result = backtest(series, instrument, costs, find.strategy_name, find.parameters)
    first = int(series.open_times[0]) // HOUR_SECONDS
    born, end = to_seconds(born_at), to_seconds(until)
    part = slice(born // HOUR_SECONDS - first, end // HOUR_SECONDS - first)
    trips = [0] * ((until - born_at) // _HOUR)
    for trade in result.trades:
        entered, left = to_seconds(trade.entry_time), to_seconds(trade.exit_time)
        if entered >= born and left < end:
            trips[(left - born) // HOUR_SECONDS] += 1
    return ClaimHours(
        to_datetime(born),
        result.hourly[part].tolist(),
        result.market_hourly[part].tolist(),
        trips,
    )
