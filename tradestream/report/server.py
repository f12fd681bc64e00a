"""Serving the pages on loopback: drawn when asked for, kept for a few seconds."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tradestream.errors import ConfigurationError, TradeStreamError

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


class StrategyPages:
    """Keeps the newest pages of some strategies; one thread at a time draws.

    Args:
        draw: Makes the page of the strategy with the given id.
        seconds: How long a page is good for.
        most: How many pages are kept.
        clock: Seconds that only ever grow.
    """

    def __init__(
        self,
        draw: Callable[[str], str],
        seconds: float,
        most: int = 16,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw = draw
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, strategy: str) -> str:
        """Return a page that is not too old.

        Raises:
            ConfigurationError: If no strategy or several are meant.
        """
        with self._lock:
            good_until, page = self._kept.pop(strategy, (float("-inf"), ""))
            if self._clock() >= good_until:
                page = self._draw(strategy)
                good_until = self._clock() + self._seconds
            self._kept[strategy] = (good_until, page)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return page


def create_app(pages: PageCache, strategies: StrategyPages) -> Starlette:
    """Return the application.

    `/` is the page, `/strategy/<id>` that of one strategy, `/health` says it is up.
    """

    async def page(_: Request) -> Response:
        try:
            html = await run_in_threadpool(pages.get)
        except TradeStreamError as error:
            return _refused(error)
        return HTMLResponse(html, headers=_HEADERS)

    async def strategy(request: Request) -> Response:
        wanted = request.path_params["strategy"]
        try:
            html = await run_in_threadpool(strategies.get, wanted)
        except ConfigurationError as error:
            return PlainTextResponse(f"{error}\n", 404, _HEADERS)
        except TradeStreamError as error:
            return _refused(error)
        return HTMLResponse(html, headers=_HEADERS)

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/strategy/{strategy}", strategy),
            Route("/health", health),
        ]
    )


def _refused(error: TradeStreamError) -> Response:
    text = f"The page cannot be drawn right now: {error}\n"
    return PlainTextResponse(text, 503, {**_HEADERS, **_AGAIN})
