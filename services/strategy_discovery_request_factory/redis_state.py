"""What the factory keeps in Redis: its watermarks.

Clients come from `tradestream.redis`, which raises our errors and gives text.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tradestream.errors import InvalidDataError

WATERMARKS_KEY = "processing_state:strategy_discovery_request_factory"


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
