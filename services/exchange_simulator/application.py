"""The HTTP face of the simulator: routes, limits, faults."""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.exchange_simulator.candles import candle_rows
from services.exchange_simulator.errors import NOT_FOUND, RefusedError
from services.exchange_simulator.faults import NO_FAULTS, Faults, parse_faults, spoil
from services.exchange_simulator.limiter import Limiter
from services.exchange_simulator.listings import ListingError, listing_answer, status
from services.exchange_simulator.market import Market
from services.exchange_simulator.products import product
from services.exchange_simulator.trades import trade_page
from services.exchange_simulator.venue import Venue
from tradestream.runtime.clock import Clock
from tradestream.runtime.health import health
from tradestream.runtime.metrics import RoomMetrics

Handler = Callable[[Request], Awaitable[Response]]
_LISTINGS = ""


class HalfBody(Response):
    """An answer whose connection breaks off in the middle of its body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Announce the whole body, send half, and stop."""
        del scope, receive
        start = {
            "type": "http.response.start",
            "status": 200,
            "headers": self.raw_headers,
        }
        await send(start)
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


class Application:
    """Answers requests from a venue's markets.

    Args:
        venue: The markets.
        clock: Says what time it is at the venue.
        limiter: The request limit.
        metrics: Counts requests by endpoint and status.
        faults: What goes wrong until somebody changes it.
    """

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        limiter: Limiter,
        metrics: RoomMetrics,
        faults: Faults = NO_FAULTS,
    ) -> None:
        self._venue = venue
        self._clock = clock
        self._limiter = limiter
        self._metrics = metrics
        self._faults = faults
        self._requests = metrics.counter("requests_total")
        self._numbers = count()
        products = [product(market) for market in venue.markets.values()]
        self._products = json.dumps(products, separators=(",", ":")).encode()

    def routes(self) -> Starlette:
        """Return the ASGI application."""
        market_data = {
            "/products": self._all_products,
            "/products/{id}": self._one_product,
            "/products/{id}/candles": self._candles,
            "/products/{id}/trades": self._trades,
            "/v1/cryptocurrency/listings/latest": self._listing,
        }
        return Starlette(
            routes=[
                *(Route(p, self._guarded(p, h)) for p, h in market_data.items()),
                Route("/faults", self._show_faults, methods=["GET"]),
                Route("/faults", self._set_faults, methods=["POST"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
                Route("/health", self._health),
                Route("/ready", self._health),
                Route("/metrics", self._show_metrics),
            ]
        )

    def _guarded(self, path: str, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            response = await self._answer(handler, request)
            self._requests.inc(endpoint=path, status=str(response.status_code))
            return response

        return answer

    async def _answer(self, handler: Handler, request: Request) -> Response:
        client = request.client.host if request.client else ""
        wait = self._limiter.wait_seconds(client, time.monotonic())
        if wait:
            return _too_many(math.ceil(wait))
        symbol = request.path_params.get("id", _LISTINGS)
        faults = self._faults if self._faults.concerns(symbol) else NO_FAULTS
        number = next(self._numbers)
        if faults.latency_seconds:
            await asyncio.sleep(faults.latency_seconds)
        if faults.draw(faults.too_many_requests, "429", number):
            return _too_many(faults.retry_after_seconds)
        if faults.draw(faults.server_errors, "5xx", number):
            return _message((500, 502, 503)[number % 3], "Internal server error")
        try:
            response = await handler(request)
        except RefusedError as error:
            return _message(error.status, error.message)
        return _broken(faults, response, number)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _market(self, request: Request) -> Market:
        market = self._venue.markets.get(request.path_params["id"])
        if market is None:
            raise NOT_FOUND
        return market

    async def _all_products(self, request: Request) -> Response:
        del request
        return _json(self._products)

    async def _one_product(self, request: Request) -> Response:
        return _json(json.dumps(product(self._market(request))).encode())

    async def _candles(self, request: Request) -> Response:
        market, now = self._market(request), self._now()
        rows = candle_rows(market, request.query_params, now)
        faults = self._faults
        if faults.spoils_rows() and faults.concerns(market.symbol):
            minutes = request.query_params.get("granularity", "60") == "60"
            rows = spoil(faults, market.symbol, rows, now, minutes=minutes)
        return _json(b"[" + b",".join(rows) + b"]")

    async def _trades(self, request: Request) -> Response:
        body, paging = trade_page(
            self._market(request), request.query_params, self._now()
        )
        return _json(body, headers=paging)

    async def _listing(self, request: Request) -> Response:
        now = self._now()
        try:
            answer = listing_answer(
                self._venue.markets.values(), request.headers, request.query_params, now
            )
        except ListingError as error:
            at = datetime.fromtimestamp(now, UTC).isoformat()
            body = {"status": status(at, error.code, error.message)}
            return _json(json.dumps(body).encode(), status=error.status)
        return _json(json.dumps(answer, separators=(",", ":")).encode())

    async def _show_faults(self, request: Request) -> Response:
        del request
        return _json(_faults_json(self._faults))

    async def _set_faults(self, request: Request) -> Response:
        try:
            self._faults = parse_faults(await request.body())
        except ValueError as error:
            return _message(400, str(error))
        return _json(_faults_json(self._faults))

    async def _clear_faults(self, request: Request) -> Response:
        del request
        self._faults = NO_FAULTS
        return _json(_faults_json(self._faults))

    async def _health(self, request: Request) -> Response:
        del request
        code, body = health()
        return _json(body, status=code)

    async def _show_metrics(self, request: Request) -> Response:
        del request
        return Response(
            generate_latest(self._metrics.registry()), media_type="text/plain"
        )


def _json(
    body: bytes, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        body, status_code=status, headers=headers, media_type="application/json"
    )


def _message(code: int, message: str) -> Response:
    return _json(json.dumps({"message": message}).encode(), status=code)


def _too_many(seconds: int) -> Response:
    response = _message(429, "Public rate limit exceeded")
    response.headers["Retry-After"] = str(seconds)
    return response


def _broken(faults: Faults, response: Response, number: int) -> Response:
    body = bytes(response.body)
    if faults.draw(faults.half_bodies, "half", number):
        return HalfBody(body, media_type="application/json")
    if faults.draw(faults.truncated_json, "truncated", number):
        return _json(body[: len(body) // 2])
    if faults.draw(faults.wrong_bodies, "body", number):
        return _message(200, "try again")
    return response


def _faults_json(faults: Faults) -> bytes:
    values = {name: getattr(faults, name) for name in Faults.__dataclass_fields__}
    changed = {k: v for k, v in values.items() if v != getattr(NO_FAULTS, k)}
    return json.dumps(changed).encode()
