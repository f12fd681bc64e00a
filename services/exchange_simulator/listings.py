"""`GET /v1/cryptocurrency/listings/latest`: the ranking, as CoinMarketCap has it.

Beside the venue's own coins it lists what a reader has to cope with: a
stablecoin, a second coin under a ticker that is taken, and a coin that the
venue does not trade.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.exchange_simulator.market import Market

MAX_LIMIT = 5000


class ListingError(Exception):
    """Raised when the listings refuse.

    Attributes:
        status: HTTP status.
        code: CoinMarketCap's own error code.
        message: Its text.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Coin:
    """A row of the ranking."""

    identity: int
    name: str
    symbol: str
    market_cap_usd: float
    price_usd: float
    tags: tuple[str, ...] = ()


_STRANGERS = (
    Coin(9001, "Stand-in for a dollar stablecoin", "USDT", 90e9, 1.0, ("stablecoin",)),
    Coin(9002, "Another coin under a taken ticker", "GARCH1", 1e6, 0.01),
    Coin(9003, "A coin that the venue does not trade", "NOTLISTED", 9e5, 0.5),
)


def listing_answer(
    markets: Iterable[Market],
    headers: Mapping[str, str],
    query: Mapping[str, str],
    now: float,
) -> dict[str, object]:
    """Return the answer as an object ready for JSON.

    Raises:
        ListingError: If the key is missing or wrong, or a number is out of range.
    """
    key = headers.get("x-cmc_pro_api_key", "")
    if not key:
        raise ListingError(401, 1002, "API key missing.")
    if key == "invalid":
        raise ListingError(401, 1001, "This API Key is invalid.")
    start = _number(query, "start", 1, 5000)
    limit = _number(query, "limit", 100, MAX_LIMIT)
    coins = sorted(
        [*_own(markets, now), *_STRANGERS],
        key=lambda c: (-c.market_cap_usd, c.identity),
    )
    at = datetime.fromtimestamp(now // 60 * 60, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rows = [_row(rank, coin, at) for rank, coin in enumerate(coins, 1)]
    return {"status": status(at, 0, None), "data": rows[start - 1 : start - 1 + limit]}


def status(at: str, code: int, message: str | None) -> dict[str, object]:
    """Return the `status` object that every answer carries."""
    return {
        "timestamp": at,
        "error_code": code,
        "error_message": message,
        "elapsed": 1,
        "credit_count": 1,
        "notice": None,
    }


def _own(markets: Iterable[Market], now: float) -> list[Coin]:
    coins = []
    for number, market in enumerate(markets, 1):
        if market.quote != "USD":
            continue
        bars = market.history.buckets(60, int(now) // 60 * 60 - 600, int(now) + 60, now)
        price = float(bars.closes[-1]) if len(bars) else 0.0
        coins.append(
            Coin(number, market.display_name, market.base, market.market_cap_usd, price)
        )
    return coins


def _row(rank: int, coin: Coin, at: str) -> dict[str, object]:
    return {
        "id": coin.identity,
        "name": coin.name,
        "symbol": coin.symbol,
        "slug": f"{coin.symbol.lower()}-{coin.identity}",
        "cmc_rank": rank,
        "tags": list(coin.tags),
        "quote": {
            "USD": {
                "price": coin.price_usd,
                "volume_24h": coin.market_cap_usd / 50,
                "market_cap": coin.market_cap_usd,
                "last_updated": at,
            }
        },
        "last_updated": at,
    }


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ListingError(
            400, 400, f'"{name}" must be an integer between 1 and {most}'
        )
    return int(text)
