"""Watermarks in memory, for tests; they pass the tests of the real ones."""

from datetime import datetime


class MemoryWatermarks:
    """Watermarks in a dictionary."""

    def __init__(self) -> None:
        self.held: dict[str, datetime] = {}

    def read(self, symbol: str) -> datetime | None:
        """Return the watermark, None when there is none."""
        return self.held.get(symbol)

    def write(self, symbol: str, announced_until: datetime) -> None:
        """Move the watermark forward, never back."""
        self.held[symbol] = max(announced_until, self.held.get(symbol, announced_until))
