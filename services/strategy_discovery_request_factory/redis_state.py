"""What the factory keeps in Redis: the symbols it reads, the watermarks it owns.

Clients come from `tradestream.redis`, which raises our errors and gives text.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tradestream.errors import InvalidDataError, UnavailableError

SYMBOLS_KEY = "top_cryptocurrencies"
WATERMARKS_KEY = "processing_state:strategy_discovery_request_factory"


def read_symbols(client: Any) -> list[str]:
    """Return the traded symbols, largest first.

    Raises:
        UnavailableError: If they were never written, or Redis did not answer.
        InvalidDataError: If what was written is not a JSON list of texts.
    """
    written = client.get(SYMBOLS_KEY)
    if written is None:
        raise UnavailableError(
            f"redis key {SYMBOLS_KEY} was not written yet; top_crypto_updater writes it"
        )
    try:
        symbols = json.loads(written)
    except ValueError as error:
        raise InvalidDataError(
            f"redis key {SYMBOLS_KEY}: a JSON list is required, was {written!r}"
        ) from error
    if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
        raise InvalidDataError(
            f"redis key {SYMBOLS_KEY}: a list of symbols is required, was {symbols!r}"
        )
    return list(dict.fromkeys(symbols))


class RedisWatermarks:
    """Ends of the spans asked for last, by field, in one Redis hash.

    When the hash is lost, every newest span is asked for again, with the same
    request ids, so nothing else is lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def read(self, fields: Sequence[str]) -> list[datetime | None]:
        """Return the watermark of each field, None where there is none.

        Raises:
            UnavailableError: If Redis did not answer.
            InvalidDataError: If a watermark is not a time.
        """
        if not fields:
            return []
        values = self._client.hmget(WATERMARKS_KEY, list(fields))
        return [_parse(field, v) for field, v in zip(fields, values, strict=True)]

    def write(self, watermarks: Mapping[str, datetime]) -> None:
        """Move watermarks; they only ever grow, the caller sees to it.

        Raises:
            UnavailableError: If Redis did not answer.
        """
        values = {field: at.isoformat() for field, at in watermarks.items()}
        self._client.hset(WATERMARKS_KEY, mapping=values)


def _parse(field: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise InvalidDataError(
            f"watermark {field} in {WATERMARKS_KEY}: a time is required, was {text!r}"
        ) from error
