"""Addresses in a URL such as `kafka://broker-1:9092,broker-2:9092`.

Imports nothing of a client: flags are checked with it before anything is opened.
"""

import re
from urllib.parse import urlsplit

from tradestream.errors import ConfigurationError

SCHEME = "kafka"
DEFAULT_PORT = 9092
_EXAMPLE = "kafka://host:9092,host:9093"
_MAX_PORT = 65535
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


def bootstrap_servers(url: str) -> list[str]:
    """Return the `host:port` of each broker that a URL names.

    Raises:
        ConfigurationError: If it is no such URL, or holds a user or a password.
    """
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        raise ConfigurationError(f"a URL with {SCHEME}:// is required")
    if "@" in parts.netloc:
        # The value is not echoed: it may hold a password.
        raise ConfigurationError("a user belongs in --bus_user, not in the URL")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(
            f"a URL such as {_EXAMPLE} is required, without a path, was {url}"
        )
    return [_address(text, url) for text in parts.netloc.split(",")]


def _address(text: str, url: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or (text.startswith("[") and text.endswith("]")):
        host, port = text, str(DEFAULT_PORT)
    if not host.strip("[]"):
        raise ConfigurationError(f"a host is required before each port, was {url}")
    if not _HOST.fullmatch(host):
        raise ConfigurationError(f"the name of a host is required, was {host!r}")
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _MAX_PORT):
        raise ConfigurationError(
            f"a port from 1 to {_MAX_PORT} is required, was {port!r} in {url}"
        )
    return f"{host}:{int(port)}"
