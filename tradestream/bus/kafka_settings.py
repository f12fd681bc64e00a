"""What every client of Kafka is made with: where, how patient, and how let in."""

import ssl
from typing import Any

from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.bus.security import SASL_MECHANISMS, BusSecurity
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret


def client_options(
    url: str, security: BusSecurity, times: KafkaTimes
) -> dict[str, Any]:
    """Return what every client of the brokers at `url` is made with.

    Raises:
        ConfigurationError: If the URL, a file, or how they go together is wrong.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": bootstrap_servers(url),
        "client_id": "tradestream",
        "bootstrap_timeout_ms": int(times.connect * 1000),
        "request_timeout_ms": int(times.retry * 1000),
        "reconnect_backoff_max_ms": 1000,
    }
    context = _tls(security)
    if context is not None:
        options["ssl_context"] = context
    password = read_secret(security.password_file)
    if (security.user is None) != (password is None):
        raise ConfigurationError(
            "--bus_user and --bus_password_file are required together by kafka://"
        )
    if security.user is not None:
        _require_mechanism(security.sasl_mechanism)
        options |= {
            "sasl_mechanism": security.sasl_mechanism,
            "sasl_plain_username": security.user,
            "sasl_plain_password": password,
        }
    options["security_protocol"] = _protocol(context, security.user)
    return options


def _protocol(context: ssl.SSLContext | None, user: str | None) -> str:
    if user is None:
        return "PLAINTEXT" if context is None else "SSL"
    return "SASL_PLAINTEXT" if context is None else "SASL_SSL"


def _require_mechanism(mechanism: str) -> None:
    if mechanism not in SASL_MECHANISMS:
        wanted = ", ".join(SASL_MECHANISMS)
        raise ConfigurationError(
            f"--bus_sasl_mechanism: one of {wanted} is required, was {mechanism}"
        )


def _tls(security: BusSecurity) -> ssl.SSLContext | None:
    if security.tls_ca_file is None:
        if security.tls_cert_file or security.tls_key_file:
            raise ConfigurationError(
                "--bus_tls_ca_file is required with a certificate of our own"
            )
        return None
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=security.tls_ca_file)
    except OSError as error:
        raise _unreadable("--bus_tls_ca_file", security.tls_ca_file, error) from error
    if security.tls_cert_file is None:
        return context
    try:
        context.load_cert_chain(security.tls_cert_file, security.tls_key_file)
    except OSError as error:
        names = f"{security.tls_cert_file} with {security.tls_key_file}"
        raise _unreadable("--bus_tls_cert_file", names, error) from error
    return context


def _unreadable(flag: str, path: str, error: OSError) -> ConfigurationError:
    reason = error.strerror or "not PEM"
    return ConfigurationError(
        f"{flag}: readable certificates are required, was {path}: {reason}"
    )
