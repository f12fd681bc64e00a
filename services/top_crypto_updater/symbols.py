"""The traded symbols in Redis: a JSON list, and a hash of those that left it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from tradestream.redis import Redis
from tradestream.traded_symbols import (
    RETIRED_KEY,
    SYMBOLS_KEY,
    retired_symbols,
    stored_symbols,
)


class RedisSymbols:
    """The store of one Redis server."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def read(self) -> tuple[str, ...]:
        """Return the traded symbols, largest first; empty when never written."""
        return stored_symbols(self._client)

    def retired(self) -> Mapping[str, datetime]:
        """Return symbols that left the list, and until when they are ingested."""
        return retired_symbols(self._client)

    def replace(self, symbols: Sequence[str], retired: Mapping[str, datetime]) -> None:
        """Write both in one transaction."""
        pipeline = self._client.pipeline(transaction=True)
        pipeline.set(SYMBOLS_KEY, json.dumps(list(symbols)))
        pipeline.delete(RETIRED_KEY)
        if retired:
            until = {symbol: at.isoformat() for symbol, at in sorted(retired.items())}
            pipeline.hset(RETIRED_KEY, mapping=until)
        pipeline.execute()
