"""Addresses of brokers, and what is wrong with others."""

import pytest

from tradestream.bus.kafka_url import bootstrap_servers
from tradestream.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("kafka://broker:9093", ["broker:9093"]),
        ("kafka://broker", ["broker:9092"]),
        ("kafka://a:1,b:65535/", ["a:1", "b:65535"]),
        ("kafka://[::1]:9093,[fe80::1]", ["[::1]:9093", "[fe80::1]:9092"]),
    ],
)
def test_finds_each_broker(url: str, servers: list[str]) -> None:
    assert bootstrap_servers(url) == servers


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kafka://", "a host is required"),
        ("kafka://:9092", "a host is required"),
        ("kafka://a:9092,", "a host is required"),
        ("kafka://a:", "a port from 1 to 65535 is required, was ''"),
        ("kafka://a:0", "was '0'"),
        ("kafka://a:65536", "was '65536'"),
        ("kafka://a:9092;b:9092", "the name of a host is required"),
        ("kafka://a/topic", "without a path"),
        ("kafka://a?x=1", "without a path"),
        ("redis://a", "a URL with kafka:// is required"),
    ],
)
def test_says_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        bootstrap_servers(url)


def test_does_not_show_a_password() -> None:
    with pytest.raises(ConfigurationError) as raised:
        bootstrap_servers("kafka://me:hunter2@a:9092")

    assert "--bus_user" in str(raised.value)
    assert "hunter2" not in str(raised.value)
