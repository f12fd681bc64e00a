"""What the room keeps in Redis, and the symbols that it reads there.

A watermark says until when (time of writing) a symbol's bars were announced.
When the hash is lost, the bars of the last hour are announced once more.
"""

from datetime import datetime
from typing import Protocol

from tradestream.redis import Redis
from tradestream.traded_symbols import retired_symbols, traded_symbols

WATERMARKS_KEY = "processing_state:candle_ingestor"

# Monotone whatever two runs do at once; ISO times in UTC sort as text.
_ADVANCE = """
local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held or held < ARGV[2] then
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return 1
"""


class Watermarks(Protocol):
    """Until when each symbol's bars are announced."""

    def read(self, symbol: str) -> datetime | None:
        """Return the watermark, None when there is none."""
        ...

    def write(self, symbol: str, announced_until: datetime) -> None:
        """Move the watermark forward, never back."""
        ...


class RedisWatermarks:
    """Watermarks in one Redis hash."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def read(self, symbol: str) -> datetime | None:
        """Return the watermark, None when there is none."""
        text = self._client.hget(WATERMARKS_KEY, symbol)
        return None if text is None else datetime.fromisoformat(str(text))

    def write(self, symbol: str, announced_until: datetime) -> None:
        """Move the watermark forward, never back."""
        text = announced_until.isoformat(timespec="microseconds")
        self._client.eval(_ADVANCE, 1, WATERMARKS_KEY, symbol, text)


def read_symbols(client: Redis, now: datetime) -> list[str]:
    """Return the traded symbols, and those that left the list a short time ago.

    Raises:
        UnavailableError: If the list was never written.
        InvalidDataError: If it is not a JSON list of symbols.
    """
    traded = traded_symbols(client)
    retired = retired_symbols(client)
    waiting = sorted(symbol for symbol, until in retired.items() if until > now)
    return list(dict.fromkeys([*traded, *waiting]))
