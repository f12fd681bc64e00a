"""`GET /products/{id}/candles`: the venue's rules, and its bars as bytes.

Newest first; at most 300 buckets; granularities of the venue only; minutes
without a trade are absent; the bucket that is still open comes as it stands.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from services.exchange_simulator.errors import RefusedError
from services.exchange_simulator.market import Market, render_row
from tradestream.candles import CandleSeries

GRANULARITIES = (60, 300, 900, 3600, 21600, 86400)
MAX_BUCKETS = 300


def candle_rows(market: Market, query: Mapping[str, str], now: float) -> list[bytes]:
    """Return the rendered rows that a query asks for, newest first.

    Args:
        market: The product.
        query: `granularity` in seconds; `start` and `end`, ISO or seconds since
            1970, both or neither (then the newest 300 buckets).
        now: Seconds since 1970.

    Raises:
        RefusedError: In the venue's own words.
    """
    granularity = _granularity(query.get("granularity", "60"), market)
    start, end = _span(query, granularity, now)
    first = start // granularity * granularity
    after = end // granularity * granularity + granularity
    # The venue counts from start to end, and never gives more than its limit.
    first = max(first, after - MAX_BUCKETS * granularity)
    history = market.history
    if granularity != history.interval:
        return _render(history.buckets(granularity, first, after, now))
    open_slot = history.slot(int(now))
    end_slot = history.slot(after)
    rows = history.rows(history.slot(first), min(end_slot, open_slot))
    if history.slot(first) <= open_slot < end_slot and open_slot >= 0:
        opened = history.start_seconds + open_slot * history.interval
        newest = history.buckets(granularity, opened, opened + granularity, now)
        return _render(newest) + rows[::-1]
    return rows[::-1]


def parse_moment(text: str) -> float:
    """Return an ISO time or a count of seconds as seconds since 1970.

    Raises:
        ValueError: If it is neither.
    """
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _granularity(text: str, market: Market) -> int:
    value = int(text) if text.isdecimal() else 0
    if value not in GRANULARITIES or value % market.interval_seconds:
        raise RefusedError(400, "Unsupported granularity")
    return value


def _span(query: Mapping[str, str], granularity: int, now: float) -> tuple[int, int]:
    if "start" not in query or "end" not in query:
        return int(now) - (MAX_BUCKETS - 1) * granularity, int(now)
    moments = {}
    for name in ("start", "end"):
        try:
            moments[name] = int(parse_moment(query[name]))
        except (ValueError, OverflowError) as error:
            raise RefusedError(400, f"Invalid {name}") from error
    if moments["end"] < moments["start"]:
        raise RefusedError(400, "start must be before end")
    if (moments["end"] - moments["start"]) / granularity > MAX_BUCKETS:
        raise RefusedError(
            400,
            "granularity too small for the requested time range. "
            f"Count of aggregations requested exceeds {MAX_BUCKETS}",
        )
    return moments["start"], moments["end"]


def _render(series: CandleSeries) -> list[bytes]:
    columns = (
        series.open_times,
        series.opens,
        series.highs,
        series.lows,
        series.closes,
        # Sums of lots carry noise of floats.
        series.volumes.round(8),
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [render_row(*row) for row in rows][::-1]
