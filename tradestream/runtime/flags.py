"""Groups of flags that many rooms share, each defined by one call in `main.py`.

A call returns a small holder that opens what the flags name. Clients are
imported when they are opened, so that `--help` and idle jobs stay fast.
"""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from absl import flags

from tradestream.runtime.bus_flags import BusFlags
from tradestream.runtime.clock import Clock, parse_time
from tradestream.runtime.connections import offer
from tradestream.runtime.meters import RoomMeters
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.secrets import read_secret
from tradestream.runtime.tracing.flags import TracingFlags
from tradestream.runtime.urls import define_http_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as Connection

    from tradestream.candle_store.port import CandleStore
    from tradestream.redis import Redis

flags.disclaim_key_flags()  # so that a room's --help shows them as its own

CANDLE_SCHEMES = ("postgresql", "influxdb", "influxdbs")


class SecretFlag:
    """A flag that names a file with a secret."""

    def __init__(self, holder: "flags.FlagHolder[str | None]") -> None:
        self._holder = holder

    def read(self) -> str | None:
        """Return the secret, None when the flag is not set.

        Raises:
            ConfigurationError: If the file cannot be read or holds nothing.
        """
        return read_secret(self._holder.value)


class CandleFlags:
    """The flags of the candle store."""

    def __init__(self) -> None:
        example = "postgresql://tradestream@127.0.0.1:5432/tradestream"
        self._url = _url("candles_url", CANDLE_SCHEMES, "Candle store", example)
        self._password = _password("candles")

    def open(self) -> "CandleStore":
        """Connect to the store; UnavailableError or ConfigurationError if it fails."""
        return self.opener()()

    def opener(self) -> "Callable[[], CandleStore]":
        """Return what opens the store, also in another process that pickles it."""
        from tradestream.candle_store.factory import open_candle_store

        return partial(open_candle_store, _required(self._url), self._password.value)


class PostgresFlags:
    """The flags of the database of records."""

    def __init__(self) -> None:
        example = "postgresql://tradestream@127.0.0.1:5432/tradestream"
        self._url = _url(
            "postgres_url", ("postgresql",), "Database of records", example
        )
        self._password = _password("postgres")

    def connect(self) -> "Connection":
        """Connect; UnavailableError or ConfigurationError if it fails."""
        from tradestream.postgres import connect

        return connect(_required(self._url), read_secret(self._password.value))


class RedisFlags:
    """The flags of the shared state."""

    def __init__(self) -> None:
        self._url = _url(
            "redis_url", ("redis",), "Shared state", "redis://127.0.0.1:6379/0"
        )
        self._password = _password("redis")

    def connect(self) -> "Redis":
        """Connect, answers as text; UnavailableError or ConfigurationError if not."""
        from tradestream.redis import connect

        return connect(_required(self._url), read_secret(self._password.value))


class ClockFlags:
    """The flag that can hold the clock still."""

    def __init__(self) -> None:
        self._now = flags.DEFINE_string(
            "now",
            None,
            "Time to take as now, e.g. 2026-01-31T12:00:00Z; the clock's if unset.",
        )
        flags.register_validator(
            "now",
            _is_time,
            "an ISO time with a timezone is required, from 2009 to 2100",
        )

    def clock(self) -> Clock:
        """Return the clock of this run."""
        held = self._now.value
        return Clock(None if held is None else parse_time(held))

    def now(self) -> datetime:
        """Return the time, timezone-aware, in UTC."""
        return self.clock().now()


class MetricFlags:
    """Where metrics are served or pushed."""

    def __init__(self) -> None:
        self._port = flags.DEFINE_integer(
            "metrics_port",
            None,
            "Port that serves /metrics, /health, and /ready, e.g. 9100; none if unset.",
            lower_bound=0,
            upper_bound=65535,
        )
        self._gateway = define_http_url(
            "pushgateway_url",
            None,
            "Pushgateway that a run sends its metrics to, e.g. http://pushgateway:9091.",
        )

    def room(self, meters: RoomMeters) -> RoomMetrics:
        """Return the metrics of a room, which `push` and `serve` as the flags say."""
        return RoomMetrics(
            meters, port=self._port.value, pushgateway_url=self._gateway.value
        )


def define_bus(*, required: bool = True) -> BusFlags:
    """Define --bus_url, and what lets us in: --bus_password_file, --bus_tls_ca_file, …

    Args:
        required: Whether --bus_url must be given.
    """
    defined = BusFlags(required=required)
    offer("bus", defined.open)
    return defined


def define_candles() -> CandleFlags:
    """Define --candles_url and --candles_password_file."""
    defined = CandleFlags()
    offer("candles", defined.open)
    return defined


def define_postgres() -> PostgresFlags:
    """Define --postgres_url and --postgres_password_file."""
    defined = PostgresFlags()
    offer("postgres", defined.connect)
    return defined


def define_redis() -> RedisFlags:
    """Define --redis_url and --redis_password_file."""
    defined = RedisFlags()
    offer("redis", defined.connect)
    return defined


def define_clock() -> ClockFlags:
    """Define --now."""
    return ClockFlags()


def define_metrics() -> MetricFlags:
    """Define --metrics_port and --pushgateway_url."""
    return MetricFlags()


def define_tracing() -> TracingFlags:
    """Define --otlp_url and --otlp_share; `app.run` traces the run as they say."""
    return TracingFlags()


def define_secret(name: str, text: str, *, required: bool = False) -> SecretFlag:
    """Define `--<name>`, which must end in `_file` and names a file."""
    if not name.endswith("_file"):
        raise ValueError(f"a secret flag's name must end in _file, was {name}")
    return SecretFlag(flags.DEFINE_string(name, None, text, required=required))


def _url(
    name: str, schemes: tuple[str, ...], what: str, example: str
) -> "flags.FlagHolder[str | None]":
    holder = flags.DEFINE_string(name, None, f"{what}, e.g. {example}.", required=True)

    def check(value: str | None) -> bool:
        if value is None:
            return True
        parts = urlsplit(value)
        if parts.scheme not in schemes:
            wanted = " or ".join(f"{s}://" for s in schemes)
            raise flags.ValidationError(f"a URL with {wanted} is required")
        if parts.password is not None:
            # The value must not be echoed: absl prints it otherwise.
            flags.FLAGS[name].value = "(hidden)"
            raise flags.ValidationError(
                f"a password belongs in --{name.removesuffix('_url')}_password_file"
            )
        return True

    flags.register_validator(name, check)
    return holder


def _password(system: str) -> "flags.FlagHolder[str | None]":
    return flags.DEFINE_string(
        f"{system}_password_file",
        None,
        f"File that holds the password of --{system}_url; none if unset.",
    )


def _is_time(value: str | None) -> bool:
    if value is None:
        return True
    try:
        parse_time(value)
    except ValueError:
        return False
    return True


def _required(holder: "flags.FlagHolder[str | None]") -> str:
    value = holder.value
    assert value is not None, "a required flag was validated"  # noqa: S101
    return value
