"""The flags of the message bus: where it is, and how to be let in.

Clients are imported when the bus is opened, so that `--help` stays fast.
"""

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from absl import flags

from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.bus.security import DEFAULT_MECHANISM, SASL_MECHANISMS, BusSecurity
from tradestream.errors import ConfigurationError
from tradestream.runtime.numbers import define_number
from tradestream.runtime.tracing.opening import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradestream.bus.port import Bus

flags.disclaim_key_flags()  # so that a room's --help shows them as its own

_URL_TEXT = (
    "Message bus, e.g. redis://127.0.0.1:6379/0 or kafka://broker-1:9092,broker-2:9092."
)


class BusFlags:
    """The flags of the message bus.

    Args:
        required: Whether a room cannot do without.
    """

    def __init__(self, *, required: bool = True) -> None:
        self._url = flags.DEFINE_string("bus_url", None, _URL_TEXT, required=required)
        flags.register_validator("bus_url", _is_bus_url)
        self._password_file = _file("password_file", "password of the bus")
        self._user = flags.DEFINE_string(
            "bus_user", None, "User that the password belongs to, on Kafka."
        )
        self._mechanism = flags.DEFINE_enum(
            "bus_sasl_mechanism",
            DEFAULT_MECHANISM,
            SASL_MECHANISMS,
            "How the password is shown to Kafka.",
        )
        self._ca_file = _file("tls_ca_file", "certificates that sign those of Kafka")
        self._cert_file = _file("tls_cert_file", "certificate that Kafka asks us for")
        self._key_file = _file("tls_key_file", "key of that certificate")
        self._connect = define_number(
            "bus_connect_seconds",
            5.0,
            "For the first answer of Kafka, then status 75.",
            lower_bound=0.1,
        )
        self._retry = define_number(
            "bus_retry_seconds",
            30.0,
            "For Kafka to come back within a run, then status 75.",
            lower_bound=1.0,
        )

    @property
    def url(self) -> str | None:
        """The URL, None when it was not given."""
        return self._url.value

    def security(self) -> BusSecurity:
        """Return what the flags name to be let in."""
        return BusSecurity(
            password_file=self._password_file.value,
            user=self._user.value,
            sasl_mechanism=self._mechanism.value or DEFAULT_MECHANISM,
            tls_ca_file=self._ca_file.value,
            tls_cert_file=self._cert_file.value,
            tls_key_file=self._key_file.value,
        )

    def open(self) -> "Bus":
        """Connect to the bus; UnavailableError or ConfigurationError if it fails."""
        return self.opener()()

    def opener(self) -> "Callable[[], Bus]":
        """Return what opens the bus, also in another process that pickles it."""
        from tradestream.bus.factory import open_bus

        url = self.url
        if url is None:
            raise ConfigurationError("--bus_url is required, was not given")
        times = KafkaTimes(connect=self._connect.value, retry=self._retry.value)
        return partial(
            opened, partial(open_bus, url, security=self.security(), times=times)
        )


def _file(name: str, what: str) -> "flags.FlagHolder[str | None]":
    return flags.DEFINE_string(
        f"bus_{name}", None, f"File that holds the {what}; none if unset."
    )


def _is_bus_url(value: str | None) -> bool:
    if value is None:
        return True
    try:
        parts = urlsplit(value)
        if parts.password is not None:
            # The value must not be echoed: absl prints it otherwise.
            flags.FLAGS["bus_url"].value = "(hidden)"
            raise flags.ValidationError("a password belongs in --bus_password_file")
        if parts.scheme == "kafka":
            bootstrap_servers(value)
        elif parts.scheme != "redis":
            raise flags.ValidationError("a URL with redis:// or kafka:// is required")
    except (ConfigurationError, ValueError) as error:
        raise flags.ValidationError(str(error)) from error
    return True
