"""Redis (or Valkey) with our errors, and text unless bytes are asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis
from redis import Redis as Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tradestream.errors import ConfigurationError, UnavailableError

CONNECT_TIMEOUT_SECONDS = 5
ANSWER_TIMEOUT_SECONDS = 15


class _Pipeline(redis.client.Pipeline):
    def execute(self, raise_on_error: bool = True) -> Any:
        with translated():
            return super().execute(raise_on_error)


class _Client(Redis):
    """A client whose commands and pipelines raise our errors."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with translated():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> _Pipeline:
        return _Pipeline(  # type: ignore[no-untyped-call]
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )


def connect(url: str, password: str | None = None, *, text: bool = True) -> Redis:
    """Connect to a server and see that it answers.

    Args:
        url: Such as `redis://host:6379/0`, without a password.
        password: The password, None where the server asks for none.
        text: Answers as `str`; False: as `bytes`.

    Raises:
        UnavailableError: If it does not answer, here or in any later command.
        ConfigurationError: If it refuses the password.
    """
    client = _Client.from_url(
        url,
        password=password,
        decode_responses=text,
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
        socket_timeout=ANSWER_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        client_name="tradestream",
    )
    try:
        client.ping()
    except (UnavailableError, ConfigurationError) as error:
        parts = urlsplit(url)
        where = f"redis at {parts.hostname}:{parts.port or 6379}"
        raise type(error)(f"{where}: {error}") from error
    return client


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the client library into ours."""
    try:
        yield
    except redis.AuthenticationError as error:
        raise ConfigurationError(f"redis refused the password: {error}") from error
    except redis.exceptions.NoPermissionError as error:
        raise ConfigurationError(f"redis refused: {error}") from error
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise UnavailableError(f"redis did not answer: {error}") from error
    except redis.ReadOnlyError as error:
        raise UnavailableError(f"redis cannot write: {error}") from error
    except redis.ResponseError as error:
        words = str(error)
        if words.startswith(("NOAUTH", "WRONGPASS")):
            raise ConfigurationError(f"redis refused the password: {words}") from error
        if words.startswith(("LOADING", "MISCONF", "OOM", "MASTERDOWN", "TRYAGAIN")):
            raise UnavailableError(f"redis cannot serve now: {words}") from error
        raise
