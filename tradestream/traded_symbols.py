"""The traded symbols in Redis: a JSON list, and a hash of those that left it.

`top_crypto_updater` writes both; whoever needs to know what is traded reads.
"""

import json
from datetime import datetime

from tradestream.errors import InvalidDataError, UnavailableError
from tradestream.redis import Redis

SYMBOLS_KEY = "top_cryptocurrencies"
RETIRED_KEY = "retired_cryptocurrencies"


def stored_symbols(client: Redis) -> tuple[str, ...]:
    """Return the traded symbols, largest first; empty when never written.

    Raises:
        InvalidDataError: If what was written is not a JSON list of texts.
    """
    text = client.get(SYMBOLS_KEY)
    if text is None:
        return ()
    try:
        symbols = json.loads(str(text))
    except ValueError:
        symbols = None
    if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
        raise InvalidDataError(
            f"a JSON list of symbols is required in redis key {SYMBOLS_KEY},"
            f" was {text!r:.80}"
        )
    return tuple(dict.fromkeys(symbols))


def traded_symbols(client: Redis) -> tuple[str, ...]:
    """Return the traded symbols, largest first.

    Raises:
        UnavailableError: If they were never written.
        InvalidDataError: If what was written is not a JSON list of texts.
    """
    symbols = stored_symbols(client)
    if not symbols and not client.exists(SYMBOLS_KEY):
        raise UnavailableError(
            f"redis key {SYMBOLS_KEY} was not written yet; top_crypto_updater writes it"
        )
    return symbols


def retired_symbols(client: Redis) -> dict[str, datetime]:
    """Return symbols that left the list, and until when they are ingested."""
    fields: dict[str, str] = client.hgetall(RETIRED_KEY)  # type: ignore[assignment]
    return {symbol: datetime.fromisoformat(until) for symbol, until in fields.items()}
