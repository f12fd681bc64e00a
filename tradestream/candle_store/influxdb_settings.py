"""What a URL such as influxdb://host:port/org/bucket says."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult, unquote, urlsplit

from tradestream.errors import ConfigurationError

SCHEMES = ("influxdb", "influxdbs")
"""Plain, and over TLS with the certificates that the system trusts."""

RETENTION = timedelta(days=365)
"""How long the platform declares to keep bars; a bucket must keep them as long."""

_PORT = 8086
_EXAMPLE = "influxdb://127.0.0.1:8086/tradestream/candles"
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class InfluxSettings:
    """Where bars are kept.

    Attributes:
        base_url: Of the server, e.g. `http://127.0.0.1:8086`.
        where: Host and port, for messages.
        org: The organization that owns the bucket.
        bucket: The bucket.
        url: As it was typed, for commands in messages.
    """

    base_url: str
    where: str
    org: str
    bucket: str
    url: str


def parse_url(url: str) -> InfluxSettings:
    """Return what a URL names.

    Raises:
        ConfigurationError: If it lacks a part, or has one that has no place in it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError(
            f"a URL such as {_EXAMPLE} is required: {error}"
        ) from error
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "a URL without user and password is required; "
            "the token belongs in the password file"
        )
    names = [unquote(name) for name in parts.path.strip("/").split("/") if name]
    reason = _what_is_wrong(parts, host, names)
    if reason is not None:
        raise ConfigurationError(
            f"a URL such as {_EXAMPLE} is required, was {url}: {reason}"
        )
    where = f"[{host}]" if host and ":" in host else f"{host}"
    where = f"{where}:{port or _PORT}"
    scheme = "https" if parts.scheme == "influxdbs" else "http"
    return InfluxSettings(f"{scheme}://{where}", where, names[0], names[1], url)


def _what_is_wrong(
    parts: SplitResult, host: str | None, names: list[str]
) -> str | None:
    if parts.scheme not in SCHEMES:
        return f"its scheme is {parts.scheme}"
    if not host:
        return "it names no host"
    if len(names) != 2:
        missing = ("organization and bucket are", "bucket is")
        return (
            f"its {missing[len(names)]} missing"
            if len(names) < 2
            else "it names more than organization and bucket"
        )
    if parts.query or parts.fragment:
        return "nothing may follow the bucket"
    if not all(_NAME.fullmatch(name) for name in names):
        return "a name holds a slash or a control character"
    if names[1].startswith("_"):
        return f"{names[1]} is a bucket of InfluxDB itself"
    return None
