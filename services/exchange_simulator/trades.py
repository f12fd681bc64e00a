"""`GET /products/{id}/trades`: four trades to a bar, made from the bar itself.

Together they open, reach high and low, close, and add up to its volume, so
that trades and candles agree. Ids count up by one without a gap.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from services.exchange_simulator.course import (
    OFFSETS,
    happened,
    prices_of,
    sizes_of,
)
from services.exchange_simulator.errors import RefusedError
from services.exchange_simulator.market import Market
from tradestream.candles import CandleSeries

TRADES_A_BAR = len(OFFSETS)
MAX_TRADES = 1000


def trade_page(
    market: Market, query: Mapping[str, str], now: float
) -> tuple[bytes, dict[str, str]]:
    """Return a page of trades as JSON, newest first, and its paging headers.

    Args:
        market: The product.
        query: `limit` (at most 1000), `after` (older than this id), `before`
            (newer than this id).
        now: Seconds since 1970; later trades have not happened.

    Raises:
        RefusedError: In the venue's own words.
    """
    limit = min(_number(query, "limit", MAX_TRADES), MAX_TRADES)
    bars = _traded(market, now)
    newest = _happened(bars, now)
    high = min(_number(query, "after", newest + 1) - 1, newest)
    low = max(_number(query, "before", 0), high - limit, 0)
    trades = _trades(market, bars, low, high)[::-1]
    paging = (
        {
            "cb-before": str(trades[0]["trade_id"]),
            "cb-after": str(trades[-1]["trade_id"]),
        }
        if trades
        else {}
    )
    return json.dumps(trades, separators=(",", ":")).encode(), paging


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise RefusedError(400, f"Invalid {name}")
    return int(text)


def _traded(market: Market, now: float) -> CandleSeries:
    history = market.history
    bars = history.series(0, history.slot(int(now)) + 1)
    keep = np.flatnonzero(bars.volumes > 0)
    columns = (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)
    return CandleSeries(
        bars.symbol,
        bars.interval_seconds,
        bars.open_times[keep],
        *(column[keep] for column in columns),
    )


def _happened(bars: CandleSeries, now: float) -> int:
    if not len(bars):
        return 0
    passed = (now - float(bars.open_times[-1])) / bars.interval_seconds
    return (len(bars) - 1) * TRADES_A_BAR + happened(passed)


def _trades(
    market: Market, bars: CandleSeries, low: int, high: int
) -> list[dict[str, object]]:
    """Return the trades with ids low + 1 up to high, oldest first."""
    increments = market.increments
    found: list[dict[str, object]] = []
    for number in range(low // TRADES_A_BAR, -(-high // TRADES_A_BAR)):
        columns = (bars.opens, bars.highs, bars.lows, bars.closes)
        prices = prices_of(*(float(column[number]) for column in columns))
        volume = float(bars.volumes[number])
        sizes = sizes_of(volume, increments.volume_decimals)
        before = prices[0]
        for step, price in enumerate(prices):
            at = bars.open_times[number] + OFFSETS[step] * bars.interval_seconds
            found.append(
                {
                    "time": _iso(float(at)),
                    "trade_id": number * TRADES_A_BAR + step + 1,
                    "price": f"{price:.{increments.price_decimals}f}",
                    "size": f"{sizes[step]:.{increments.volume_decimals}f}",
                    # The maker's side: a seller was there when the price rose.
                    "side": "sell" if price >= before else "buy",
                }
            )
            before = price
    first = low - low // TRADES_A_BAR * TRADES_A_BAR
    return found[first : first + high - low]


def _iso(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
