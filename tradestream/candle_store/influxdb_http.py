"""Requests to InfluxDB with our errors, repeated for a while when it is away."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from tradestream.candle_store.influxdb_settings import InfluxSettings
from tradestream.errors import (
    ConfigurationError,
    InvalidDataError,
    TradeStreamError,
    UnavailableError,
)
from tradestream.runtime.traffic import FAILED, REPEATED, STORE_TROUBLES, TRAFFIC

CONNECT_TIMEOUT_SECONDS = 5.0
ANSWER_TIMEOUT_SECONDS = 60.0
RETRY_SECONDS = 15.0
"""How long a request is repeated before it counts as failed: a restart is shorter."""

_NO_TLS = "wrong version number"
"""What TLS calls an answer that is none of its own."""
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 2.0

Answer = TypeVar("Answer")


class RefusedError(InvalidDataError):
    """Raised when InfluxDB answered that it will not take what was sent.

    Attributes:
        status: HTTP status; 422 means that the rest of the batch is stored.
        reason: What the server said.
    """

    def __init__(self, settings: InfluxSettings, status: int, reason: str) -> None:
        super().__init__(f"influxdb at {settings.where} refused: {reason} ({status})")
        self.status = status
        self.reason = reason


class MissingError(ConfigurationError):
    """Raised when the organization or the bucket is not there.

    Attributes:
        reason: What the server said.
    """

    def __init__(self, settings: InfluxSettings, reason: str) -> None:
        text = f"influxdb at {settings.where}: {reason}"
        if reason.startswith("bucket"):
            text += f"; tradestream candles create {settings.url} makes it"
        super().__init__(text)
        self.reason = reason


class InfluxHttp:
    """Requests to one server. One thread at a time may use it.

    Args:
        settings: Which server, organization, and bucket.
        token: The token, None where the server asks for none.
        retry_seconds: How long `get` repeats what was not answered.
    """

    def __init__(
        self,
        settings: InfluxSettings,
        token: str | None,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.settings = settings
        self.retry_seconds = retry_seconds
        self.server_time: datetime | None = None
        self._headers = {} if token is None else {"Authorization": f"Token {token}"}
        timeout = urllib3.Timeout(CONNECT_TIMEOUT_SECONDS, ANSWER_TIMEOUT_SECONDS)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout)

    def get(
        self, path: str, fields: Mapping[str, str], *, accept: str = "application/json"
    ) -> bytes:
        """Return the body of an answer; patient while the server is away.

        Raises:
            UnavailableError: If it did not answer for `retry_seconds`.
            ConfigurationError: If token, organization, or bucket are wrong.
            RefusedError: If it refuses the request itself.
        """
        return patiently(
            lambda: self._once("GET", path, fields, None, accept), self.retry_seconds
        )

    def call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the JSON of one request, asked once; errors as `get`."""
        answer = self._once(method, path, fields, body, "application/json")
        return parsed(self.settings, answer)

    def close(self) -> None:
        """Give back all connections."""
        self._pool.clear()

    def _once(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str],
        body: Mapping[str, Any] | None,
        accept: str,
    ) -> bytes:
        url = f"{self.settings.base_url}{path}"
        headers = {**self._headers, "Accept": accept}
        try:
            if body is None:
                answer = self._pool.request(
                    method, url, fields=dict(fields), headers=headers
                )
            else:
                answer = self._pool.request(method, url, json=body, headers=headers)
        except (HTTPError, OSError) as error:
            raise unanswered(self.settings, error) from error
        sent = answer.headers.get("Date")
        if sent:
            self.server_time = _time(sent)
        if answer.status >= 300:
            raise refusal(self.settings, answer.status, answer.data)
        return answer.data


def parsed(settings: InfluxSettings, data: bytes) -> Any:
    """Return the JSON of an answer.

    Raises:
        UnavailableError: If it is none: something stands between us and the server.
    """
    try:
        return json.loads(data)
    except ValueError as error:
        raise UnavailableError(
            f"influxdb at {settings.where}: an answer in JSON is required, was"
            f" {data[:40]!r}"
        ) from error


def unanswered(settings: InfluxSettings, error: Exception) -> TradeStreamError:
    """Return our error for a request that got no answer."""
    cause: BaseException | None = error
    reason = ""
    while cause is not None:
        if _NO_TLS in str(cause).lower().replace("_", " "):
            return ConfigurationError(
                f"influxdb at {settings.where}: a URL with influxdb:// is required: it"
                " speaks no TLS"
            )
        if isinstance(cause, SSLError) or "SSL" in type(cause).__name__:
            return ConfigurationError(
                f"influxdb at {settings.where}: a trusted TLS connection is required:"
                f" {_short(cause)}"
            )
        if isinstance(cause, OSError) and cause.strerror:
            reason = cause.strerror.lower()
        cause = getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
        if not isinstance(cause, BaseException):
            break
    return UnavailableError(
        f"influxdb at {settings.where} did not answer: {reason or _short(error)}"
    )


def refusal(
    settings: InfluxSettings, status: int, body: bytes | str | None
) -> TradeStreamError:
    """Return our error for an answer of 300 or above."""
    reason = _message(body) or f"status {status}"
    where = f"influxdb at {settings.where}"
    if status == 401 and reason == "unauthorized access":
        return ConfigurationError(
            f"{where}: a token that it knows is required in the password file"
        )
    if status in (401, 403):
        return ConfigurationError(
            f"{where}: a token that may do this to bucket {settings.bucket} is"
            f" required: {reason}"
        )
    if status == 400 and "https" in reason.lower():
        return ConfigurationError(
            f"{where}: a URL with influxdbs:// is required: {reason}"
        )
    if status == 404:
        return MissingError(settings, reason)
    if status == 429 or status >= 500:
        return UnavailableError(f"{where} cannot answer now: {reason}")
    return RefusedError(settings, status, reason)


def patiently(attempt: Callable[[], Answer], seconds: float) -> Answer:
    """Return what `attempt` returns, repeated while the server is unavailable.

    Raises:
        UnavailableError: The last one, after so many seconds.
    """
    deadline = time.monotonic() + seconds
    delay = _FIRST_DELAY_SECONDS
    while True:
        try:
            return attempt()
        except UnavailableError:
            if time.monotonic() + delay > deadline:
                TRAFFIC.count(STORE_TROUBLES, outcome=FAILED)
                raise
        TRAFFIC.count(STORE_TROUBLES, outcome=REPEATED)
        time.sleep(delay)
        delay = min(2 * delay, _LONGEST_DELAY_SECONDS)


def _message(body: bytes | str | None) -> str:
    text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
    try:
        said = json.loads(text)
        text = str(said.get("message") or said.get("error") or text)
    except (ValueError, AttributeError):
        pass  # not JSON: a proxy before the server, perhaps
    return " ".join(text.split())[:300]


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _time(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
