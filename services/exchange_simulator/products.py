"""`GET /products`: what the venue trades, and in which increments."""

from services.exchange_simulator.market import Market


def product(market: Market) -> dict[str, object]:
    """Return a product as the venue describes it."""
    return {
        "id": market.symbol,
        "base_currency": market.base,
        "quote_currency": market.quote,
        "quote_increment": _increment(market.increments.price_decimals),
        "base_increment": _increment(market.increments.volume_decimals),
        "display_name": market.display_name,
        "min_market_funds": "1",
        "margin_enabled": False,
        "post_only": False,
        "limit_only": False,
        "cancel_only": False,
        "status": "online",
        "status_message": "",
        "trading_disabled": False,
        "fx_stablecoin": False,
        "auction_mode": False,
    }


def _increment(decimals: int) -> str:
    return f"{10.0**-decimals:.{decimals}f}"
