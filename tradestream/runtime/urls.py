"""Flags that are addresses of web servers."""

from typing import overload
from urllib.parse import urlsplit

from absl import flags

flags.disclaim_key_flags()  # so that a room's --help shows them as its own


@overload
def define_http_url(name: str, default: str, text: str) -> "flags.FlagHolder[str]": ...


@overload
def define_http_url(
    name: str, default: None, text: str
) -> "flags.FlagHolder[str | None]": ...


def define_http_url(
    name: str, default: str | None, text: str
) -> "flags.FlagHolder[str] | flags.FlagHolder[str | None]":
    """Define a flag whose value, if any, is an http or https URL with a host."""
    holder = flags.DEFINE_string(name, default, text)
    flags.register_validator(
        name,
        lambda value: value is None or is_http_url(value),
        "a URL with http:// or https:// and a host is required",
    )
    return holder


def is_http_url(text: str) -> bool:
    """Return whether `text` is an http or https URL with a host."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port != 0)
        )
    except ValueError:  # of a port that is no number, or a broken IPv6 address
        return False
