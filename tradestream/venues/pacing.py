"""Keeping to a venue's request limit, and waiting well when it says no."""

import random
import threading
import time
from collections.abc import Callable

from tradestream.venues.port import OutOfTimeError

MAX_BACKOFF_SECONDS = 30.0


class Pacer:
    """Spaces the requests of all threads evenly.

    Args:
        requests_per_second: Rate to keep to; 0: no limit.
        give_up_at: Moment of `monotonic` after which no wait may end.
        monotonic: A clock that never goes back, in seconds.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        requests_per_second: float,
        *,
        give_up_at: float = float("inf"),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._spacing = 1.0 / requests_per_second if requests_per_second else 0.0
        self._give_up_at = give_up_at
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._held_until = 0.0

    def wait_for_turn(self) -> None:
        """Wait until the next request may go out.

        Raises:
            OutOfTimeError: If that would be after `give_up_at`.
        """
        with self._lock:
            now = self._monotonic()
            turn = max(self._next, now)
            self._check(turn)
            self._next = turn + self._spacing
        while turn > now:
            self._sleep(turn - now)
            with self._lock:
                # A hold that began in the meantime holds this thread back too.
                now, turn = turn, max(turn, self._held_until)
            self._check(turn)

    def hold(self, seconds: float) -> None:
        """Let no thread ask for so many seconds: the venue asked for it."""
        with self._lock:
            self._held_until = max(self._held_until, self._monotonic() + seconds)
            self._next = max(self._next, self._held_until)

    def pause(self, seconds: float) -> None:
        """Wait in this thread alone.

        Raises:
            OutOfTimeError: If that would end after `give_up_at`.
        """
        self._check(self._monotonic() + seconds)
        self._sleep(seconds)

    def _check(self, turn: float) -> None:
        if turn > self._give_up_at:
            raise OutOfTimeError("the time for requests is used up")


class Backoff:
    """Exponential waits with jitter: from half a doubling wait to all of it.

    Args:
        first_seconds: Longest first wait.
        seed: Seed of the jitter; None: another in every process, so that many
            do not come back at once.
    """

    def __init__(self, first_seconds: float, seed: int | None = None) -> None:
        self._first = first_seconds
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def seconds(self, attempt: int) -> float:
        """Return the wait after failed attempt number `attempt`, from 0."""
        longest = min(self._first * 2.0**attempt, MAX_BACKOFF_SECONDS)
        with self._lock:
            return longest * (0.5 + 0.5 * self._random.random())
