"""Options that say how a bus lets us in, as one argument `security`."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

import click

from tradestream.bus.security import DEFAULT_MECHANISM, SASL_MECHANISMS, BusSecurity

Command = Callable[..., Any]

_FILE = click.Path(dir_okay=False)
_OPTIONS = (
    click.option("--bus_user", envvar="TRADESTREAM_BUS_USER", help="User of Kafka."),
    click.option(
        "--bus_password_file",
        type=_FILE,
        envvar="TRADESTREAM_BUS_PASSWORD_FILE",
        help="File holding the password of the bus.",
    ),
    click.option(
        "--bus_sasl_mechanism",
        type=click.Choice(SASL_MECHANISMS),
        default=DEFAULT_MECHANISM,
        show_default=True,
        envvar="TRADESTREAM_BUS_SASL_MECHANISM",
        help="How Kafka is shown the password.",
    ),
    click.option(
        "--bus_tls_ca_file",
        type=_FILE,
        envvar="TRADESTREAM_BUS_TLS_CA_FILE",
        help="Certificates that sign those of Kafka; no TLS without.",
    ),
    click.option(
        "--bus_tls_cert_file",
        type=_FILE,
        envvar="TRADESTREAM_BUS_TLS_CERT_FILE",
        help="Certificate that Kafka asks us for.",
    ),
    click.option(
        "--bus_tls_key_file",
        type=_FILE,
        envvar="TRADESTREAM_BUS_TLS_KEY_FILE",
        help="Key of that certificate.",
    ),
)


def bus_security_options(command: Command) -> Command:
    """Give a command the options of the bus's security, as one `security`."""

    @wraps(command)
    def wrapped(**options: Any) -> Any:
        names = [field.name for field in fields(BusSecurity)]
        security = BusSecurity(**{n: options.pop(f"bus_{n}") for n in names})
        return command(security=security, **options)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped
