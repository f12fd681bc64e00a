"""How the Kafka client of the job is let in: our flags in the words of Java. Pure."""

from pathlib import Path

from tradestream.bus.security import BusSecurity
from tradestream.errors import ConfigurationError
from tradestream.runtime.secrets import read_secret

# The connector's jar holds the client under a name of its own.
_MODULES = "org.apache.flink.kafka.shaded.org.apache.kafka.common.security"
_PLAIN = f"{_MODULES}.plain.PlainLoginModule"
_SCRAM = f"{_MODULES}.scram.ScramLoginModule"


def client_properties(security: BusSecurity) -> dict[str, str]:
    """Return the client's properties beside the addresses.

    Files of certificates are read where the job runs, so they lie at the same
    place there; a password travels within the job.

    Raises:
        ConfigurationError: If a file cannot be read, or user and password are not
            there together.
    """
    password = read_secret(security.password_file)
    if (security.user is None) != (password is None):
        raise ConfigurationError(
            "--bus_user and --bus_password_file are required together by kafka://"
        )
    tls = security.tls_ca_file is not None
    found: dict[str, str] = {}
    if tls or security.user is not None:
        protocol = "SSL" if tls else "PLAINTEXT"
        found["security.protocol"] = f"SASL_{protocol}" if security.user else protocol
    if security.tls_ca_file is not None:
        found["ssl.truststore.type"] = "PEM"
        found["ssl.truststore.location"] = security.tls_ca_file
    if security.tls_cert_file is not None:
        found |= _own_certificate(security.tls_cert_file, security.tls_key_file)
    if security.user is not None and password is not None:
        found["sasl.mechanism"] = security.sasl_mechanism
        module = _PLAIN if security.sasl_mechanism == "PLAIN" else _SCRAM
        found["sasl.jaas.config"] = (
            f"{module} required username={_quoted(security.user)}"
            f" password={_quoted(password)};"
        )
    return found


def _own_certificate(certificate: str, key: str | None) -> dict[str, str]:
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": _text(certificate),
        "ssl.keystore.key": _text(key or certificate),
    }


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise ConfigurationError(
            f"a readable certificate is required, was {path}: {error.strerror}"
        ) from error


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
