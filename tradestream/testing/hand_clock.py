"""A clock that moves only by what is slept."""

import threading
from collections.abc import Callable


class HandClock:
    """Seconds that pass when somebody sleeps, at once.

    Args:
        advances: Whether a sleep moves the clock.

    Attributes:
        seconds: What time it is.
        slept: Every sleep, in order.
        before_sleep: Called once, before the next sleep.
    """

    def __init__(self, *, advances: bool = True) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.before_sleep: Callable[[], None] | None = None
        self._advances = advances
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Return what time it is."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        wanted, self.before_sleep = self.before_sleep, None
        if wanted is not None:
            wanted()
        with self._lock:
            self.slept.append(seconds)
            if self._advances:
                self.seconds += seconds
