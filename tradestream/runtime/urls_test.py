"""Which texts are addresses of web servers."""

import pytest

from tradestream.runtime.urls import is_http_url


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:8600", "https://api.example.com/v1/", "http://[::1]:80"]
)
def test_http_urls_with_a_host_are_addresses(text: str) -> None:
    assert is_http_url(text)


@pytest.mark.parametrize(
    "text",
    ["", "notaurl", "ftp://host", "http://", "http:///path", "http://host:port",
     "http://host:99999", "http://host:0", "http://a b", "http://[::1", "http://h\n"],
)  # fmt: skip
def test_nothing_else_is_an_address(text: str) -> None:
    assert not is_http_url(text)
