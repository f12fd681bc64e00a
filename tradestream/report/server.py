"""Serving the page on loopback: drawn when asked for, kept for a few seconds."""

import threading
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tradestream.errors import TradeStreamError

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

# An open page asks again by itself, so that it comes back when the database does.
_AGAIN = {"Retry-After": "5", "Refresh": "5"}


class PageCache:
    """Keeps the newest page for a while; one thread at a time draws it.

    Args:
        draw: Makes the page.
        seconds: How long a page is good for.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        draw: Callable[[], str],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw = draw
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._page = ""
        self._good_until = float("-inf")

    def get(self) -> str:
        """Return a page that is not too old."""
        with self._lock:
            if self._clock() >= self._good_until:
                self._page = self._draw()
                self._good_until = self._clock() + self._seconds
            return self._page


def create_app(pages: PageCache) -> Starlette:
    """Return the application: `/` is the page, `/health` says it is up."""

    async def page(_: Request) -> Response:
        try:
            html = await run_in_threadpool(pages.get)
        except TradeStreamError as error:
            text = f"The page cannot be drawn right now: {error}\n"
            return PlainTextResponse(text, 503, {**_HEADERS, **_AGAIN})
        return HTMLResponse(html, headers=_HEADERS)

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route("/", page), Route("/health", health)])
