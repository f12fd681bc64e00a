from datetime import UTC, datetime

import pytest

from tradestream.errors import ConfigurationError
from tradestream.testing.scripted_server import Answer, scripted_server
from tradestream.venues.factory import VENUES, open_venue
from tradestream.venues.port import OutOfTimeError, Venue


def opened(name: str, url: str, *, give_up_after_seconds: float = 5.0) -> Venue:
    return open_venue(
        name,
        coinbase_rest_url=url,
        requests_per_second=0.0,
        give_up_after_seconds=give_up_after_seconds,
        now=lambda: datetime(2026, 3, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", VENUES)
def test_a_venue_has_the_name_that_opens_it(name: str) -> None:
    assert opened(name, "http://127.0.0.1:1").name == name


def test_refuses_a_venue_that_it_does_not_know() -> None:
    with pytest.raises(ConfigurationError, match="was 'mtgox'"):
        opened("mtgox", "http://127.0.0.1:1")


@pytest.mark.integration
def test_no_request_is_made_after_the_time_is_used_up() -> None:
    with scripted_server(Answer([])) as server:
        venue = opened("coinbase", server.url, give_up_after_seconds=-1.0)
        with pytest.raises(OutOfTimeError):
            venue.products()

    assert server.asked == []
