"""GET as a venue's client should: paced, patient with 429, never endless."""

import json
import threading
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from tradestream.errors import UnavailableError
from tradestream.venues.pacing import Backoff, Pacer
from tradestream.venues.port import RefusedRequestError

TIMEOUT_SECONDS = (3.05, 10.0)
ATTEMPTS = 6
FIRST_WAIT_SECONDS = 0.5
_MAX_RETRY_AFTER_SECONDS = 300.0


class NotFoundError(RefusedRequestError):
    """Raised when there is nothing at a path."""


class HttpClient:
    """Reads JSON from one server; safe for several threads.

    Too many requests hold all threads back, for as long as the server says or a
    doubling wait, whichever is longer. Errors of the server, timeouts, broken
    connections, and answers that are not JSON are tried again in this thread.

    Args:
        url: Base URL, e.g. `https://api.exchange.coinbase.com`.
        pacer: Keeps the rate.
        backoff: How long to wait after an error.
        timeout_seconds: To connect, and between two parts of an answer.
    """

    def __init__(
        self,
        url: str,
        pacer: Pacer,
        *,
        backoff: Backoff | None = None,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> None:
        self._url = url.rstrip("/")
        self._pacer = pacer
        self._backoff = backoff or Backoff(FIRST_WAIT_SECONDS)
        self._timeout_seconds = timeout_seconds
        self._local = threading.local()

    def get_list(self, path: str, query: Mapping[str, str]) -> list[Any]:
        """Return the decoded answer, which must be a list.

        Raises:
            NotFoundError: If the server says 404.
            RefusedRequestError: If it calls the request wrong.
            UnavailableError: If it did not give a good answer in `ATTEMPTS`
                tries, or there is no time for another.
        """
        reason = ""
        for attempt in range(ATTEMPTS):
            self._pacer.wait_for_turn()
            try:
                answer = self._session().get(
                    self._url + path, params=query, timeout=self._timeout_seconds
                )
            except requests.RequestException as error:
                reason = type(error).__name__
                self._pause(attempt)
                continue
            if answer.status_code == requests.codes.ok:
                decoded = _decode(answer)
                if isinstance(decoded, list):
                    return decoded
                reason = "an answer that is no list"
                self._pause(attempt)
                continue
            reason = f"status {answer.status_code}"
            self._handle(answer, path, attempt)
        raise UnavailableError(
            f"{self._url}{path} gave no good answer in {ATTEMPTS} tries: {reason}"
        )

    def _handle(self, answer: requests.Response, path: str, attempt: int) -> None:
        status = answer.status_code
        if status == requests.codes.too_many_requests:
            wait = max(retry_after_seconds(answer), self._backoff.seconds(attempt))
            self._pacer.hold(wait)
        elif status >= requests.codes.internal_server_error:
            self._pause(attempt)
        elif status == requests.codes.not_found:
            raise NotFoundError(f"{self._url}{path} is not there")
        else:
            raise RefusedRequestError(
                f"{self._url}{path} refused the request with {status}:"
                f" {answer.text[:200]!r}"
            )

    def _pause(self, attempt: int) -> None:
        if attempt + 1 < ATTEMPTS:
            self._pacer.pause(self._backoff.seconds(attempt))

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            # Settings of the machine (proxies, .netrc) cost 1 ms a request to look up.
            self._local.session.trust_env = False
        session: requests.Session = self._local.session
        return session


def _decode(answer: requests.Response) -> Any:
    """Return the decoded body, None when it is not JSON."""
    try:
        return json.loads(answer.content, parse_int=float)
    except ValueError:
        return None


def retry_after_seconds(answer: requests.Response) -> float:
    """Return what the server asks to wait, 0 when it says nothing that we read.

    It may be seconds, or a date, which counts from the answer's own.
    """
    text = answer.headers.get("Retry-After", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text, answer.headers.get("Date", ""))
    return min(seconds, _MAX_RETRY_AFTER_SECONDS) if seconds > 0 else 0.0


def _seconds_until(date: str, since: str) -> float:
    try:
        waiting = parsedate_to_datetime(date) - parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return 0.0
    return waiting.total_seconds()
