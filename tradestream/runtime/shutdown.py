"""Stopping politely: the first SIGTERM or SIGINT asks, it does not interrupt."""

import signal
import threading
from types import FrameType


class Shutdown:
    """Turns SIGTERM and SIGINT into a question the main loop can ask.

    Make it in the main thread, before the loop. A second signal of the same
    kind has the usual effect again, for a person who will not wait.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    @property
    def requested(self) -> bool:
        """Whether somebody asked this process to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`; return at once, and True, when asked to stop."""
        return self._event.wait(seconds)

    def request(self) -> None:
        """Ask this process to stop, from inside."""
        self._event.set()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._event.set()
        signal.signal(number, signal.SIG_DFL)
