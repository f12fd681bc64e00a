"""The traded symbols in Redis: a JSON list, and a hash of those that left it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from tradestream.errors import InvalidDataError
from tradestream.redis import Redis

SYMBOLS_KEY = "top_cryptocurrencies"
RETIRED_KEY = "retired_cryptocurrencies"


class RedisSymbols:
    """The store of one Redis server."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def read(self) -> tuple[str, ...]:
        """Return the traded symbols, largest first; empty when never written."""
        text = self._client.get(SYMBOLS_KEY)
        if text is None:
            return ()
        try:
            symbols = json.loads(str(text))
        except ValueError:
            symbols = None
        if not isinstance(symbols, list) or not all(
            isinstance(symbol, str) for symbol in symbols
        ):
            raise InvalidDataError(
                f"a JSON list of symbols is required in redis key {SYMBOLS_KEY},"
                f" was {text!r:.80}"
            )
        return tuple(symbols)

    def retired(self) -> Mapping[str, datetime]:
        """Return symbols that left the list, and until when they are ingested."""
        fields: Mapping[str, str] = self._client.hgetall(RETIRED_KEY)  # type: ignore[assignment]
        return {s: datetime.fromisoformat(until) for s, until in fields.items()}

    def replace(self, symbols: Sequence[str], retired: Mapping[str, datetime]) -> None:
        """Write both in one transaction."""
        pipeline = self._client.pipeline(transaction=True)
        pipeline.set(SYMBOLS_KEY, json.dumps(list(symbols)))
        pipeline.delete(RETIRED_KEY)
        if retired:
            until = {symbol: at.isoformat() for symbol, at in sorted(retired.items())}
            pipeline.hset(RETIRED_KEY, mapping=until)
        pipeline.execute()
