"""Choosing which symbols to trade from a market-cap ranking.

Pure: no I/O, no clock, no flags.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Asset:
    """One row of the ranking.

    Attributes:
        identity: The ranking's own number; a ticker is not unique.
        ticker: Base currency in upper case, e.g. `BTC`.
        market_cap_usd: Circulating capitalization in US dollars.
        stablecoin: Whether the ranking marks it as one.
    """

    identity: int
    ticker: str
    market_cap_usd: Decimal
    stablecoin: bool = False


def top_symbols(
    assets: Iterable[Asset],
    *,
    limit: int,
    quote: str = "USD",
    exclude: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Return the symbols of the `limit` largest assets, largest first.

    Stablecoins are left out, and of several assets with one ticker all but the
    largest. Assets of equal size are ordered by ticker, so that equal rankings
    give equal symbols, whatever order the rows arrived in.

    Args:
        assets: The ranking, in any order.
        limit: How many symbols to keep; at least 1.
        quote: Currency the symbols are quoted in.
        exclude: Tickers never traded.

    Returns:
        Symbols such as `BTC-USD`; fewer than `limit` if the ranking is short.

    Raises:
        ValueError: If `limit` is less than 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, was {limit}")
    candidates = [
        a
        for a in assets
        if not a.stablecoin and a.ticker not in exclude and a.ticker != quote
    ]
    ranked = sorted(candidates, key=lambda a: (-a.market_cap_usd, a.ticker, a.identity))
    tickers = dict.fromkeys(asset.ticker for asset in ranked)
    return tuple(f"{ticker}-{quote}" for ticker in list(tickers)[:limit])
