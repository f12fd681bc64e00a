"""What a URL of InfluxDB says, and what is wrong with it."""

import pytest

from tradestream.candle_store.influxdb_settings import InfluxSettings, parse_url
from tradestream.errors import ConfigurationError


def test_a_url_names_server_organization_and_bucket() -> None:
    url = "influxdb://influx.example:9086/my%20org/candles"

    assert parse_url(url) == InfluxSettings(
        "http://influx.example:9086", "influx.example:9086", "my org", "candles", url
    )


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("influxdb://h/o/b", "http://h:8086"),
        ("influxdbs://h/o/b/", "https://h:8086"),
        ("influxdb://[::1]:1/o/b", "http://[::1]:1"),
    ],
)
def test_the_scheme_tells_whether_tls_is_spoken(url: str, base: str) -> None:
    assert parse_url(url).base_url == base


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("influxdb://h:1/o", "its bucket is missing"),
        ("influxdb://h:1", "its organization and bucket are missing"),
        ("influxdb:///o/b", "it names no host"),
        ("influxdb://h:1/o/b/c", "more than organization and bucket"),
        ("influxdb://h:1/o/b?x=1", "nothing may follow the bucket"),
        ("influxdb://h:1/o/a%2Fb", "a slash or a control character"),
        ("influxdb://h:1/o/_tasks", "_tasks is a bucket of InfluxDB itself"),
        ("influxdb://h:nine/o/b", "a URL such as influxdb://127.0.0.1"),
        ("influxdb://h:99999/o/b", "a URL such as influxdb://127.0.0.1"),
        ("http://h:1/o/b", "its scheme is http"),
    ],
)
def test_a_url_that_lacks_something_is_refused_in_one_line(
    url: str, wanted: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_url(url)

    assert wanted in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_token_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_url("influxdb://user:hunter2@h:1/o/b")

    assert "the token belongs in the password file" in str(refused.value)
    assert "hunter2" not in str(refused.value)
