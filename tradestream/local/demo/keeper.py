"""Keeps the stack alive: looks at it once a minute."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tradestream.errors import TradeStreamError


@dataclass(slots=True)
class Keeper:
    """Restarts what ended of the stack.

    Attributes:
        restart_stopped: Starts parts that ended, and returns their names.
        checked_at: The minute of the last look.
    """

    restart_stopped: Callable[[], Sequence[str]]
    checked_at: datetime | None = None

    def check(self, now: datetime) -> tuple[str, float] | None:
        """Look, once in each minute; return what happened and how long it took.

        None when there was nothing to do. A part that does not come up is tried
        again in the next minute.
        """
        minute = now.replace(second=0, microsecond=0)
        if minute == self.checked_at:
            return None
        self.checked_at = minute
        started = time.monotonic()
        try:
            names = self.restart_stopped()
        except TradeStreamError as error:
            return f"not restarted: {error}", time.monotonic() - started
        if not names:
            return None
        return f"restarted {', '.join(names)}", time.monotonic() - started
