from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from tradestream.candles import to_seconds
from tradestream.errors import InvalidDataError, UnavailableError
from tradestream.instruments import Instrument
from tradestream.testing.hand_clock import HandClock
from tradestream.testing.scripted_server import Answer, scripted_server
from tradestream.venues.coinbase import CoinbaseVenue
from tradestream.venues.http_client import HttpClient
from tradestream.venues.pacing import Pacer
from tradestream.venues.port import UnknownSymbolError

pytestmark = pytest.mark.integration

END = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = END.replace(hour=0)


def venue(url: str) -> CoinbaseVenue:
    clock = HandClock()
    pacer = Pacer(0.0, monotonic=clock.monotonic, sleep=clock.sleep)
    return CoinbaseVenue(HttpClient(url, pacer), lambda: END)


def row(at: datetime) -> list[float]:
    return [to_seconds(at), 9.0, 12.0, 10.0, 11.0, 3.0]


def product(**changes: object) -> dict[str, object]:
    plain = {"id": "BTC-USD", "quote_increment": "0.01", "base_increment": "0.0001"}
    return {**plain, **changes}


def test_asks_for_whole_buckets_and_not_for_the_one_that_opens_at_the_end() -> None:
    start = END - timedelta(minutes=300)
    with scripted_server(Answer([row(start), row(END)])) as server:
        page = venue(server.url).candles("BTC-USD", start, END)

    assert page.series.open_times.tolist() == [to_seconds(start)]
    path, _, query = server.asked[0].partition("?")
    assert path == "/products/BTC-USD/candles"
    assert parse_qs(query) == {
        "granularity": ["60"],
        "start": ["2026-03-10T07:00:00Z"],
        "end": ["2026-03-10T11:59:00Z"],
    }


@pytest.mark.parametrize("method", ["candles", "days_with_bars"])
def test_a_symbol_that_the_venue_does_not_know(method: str) -> None:
    with scripted_server(Answer({"message": "NotFound"}, status=404)) as server:
        asked = getattr(venue(server.url), method)
        with pytest.raises(UnknownSymbolError, match="does not know NONE-USD"):
            asked("NONE-USD", TODAY - DAY, TODAY)


def test_days_with_bars_lie_in_the_span_oldest_first() -> None:
    days = [TODAY, TODAY - DAY, TODAY - 3 * DAY, TODAY - 9 * DAY]
    with scripted_server(Answer([row(day) for day in days])) as server:
        found = venue(server.url).days_with_bars("BTC-USD", TODAY - 3 * DAY, TODAY)

    assert found == [TODAY - 3 * DAY, TODAY - DAY]


def test_asks_for_the_newest_days_that_one_request_may_hold() -> None:
    with scripted_server(Answer([])) as server:
        venue(server.url).days_with_bars("BTC-USD", TODAY - 900 * DAY, TODAY)

    assert f"start={TODAY - 300 * DAY:%Y-%m-%d}T" in server.asked[0]


@pytest.mark.parametrize("broken", [None, [], ["1"], [1.5], [True], [60.0], [1e300]])
def test_a_day_that_cannot_be_read_is_no_day_without_bars(broken: Any) -> None:
    with (
        scripted_server(Answer([row(TODAY - DAY), broken])) as server,
        pytest.raises(UnavailableError, match="bars that open on a day"),
    ):
        venue(server.url).days_with_bars("BTC-USD", TODAY - 3 * DAY, TODAY)


def test_reads_the_increments_of_products() -> None:
    with scripted_server(Answer([product()])) as server:
        assert venue(server.url).products() == [Instrument("BTC-USD", 0.01, 0.0001)]


@pytest.mark.parametrize(
    "broken",
    [
        product(quote_increment="0"),
        product(base_increment="-1"),
        product(base_increment="NaN"),
        product(base_increment=None),
        {"id": "ETH-USD"},
        "ETH-USD",
        None,
    ],
)
def test_a_product_without_increments_does_not_hide_the_others(broken: Any) -> None:
    with scripted_server(Answer([broken, product()])) as server:
        assert [p.symbol for p in venue(server.url).products()] == ["BTC-USD"]


@pytest.mark.parametrize("entries", [[], [None], [{"id": "BTC-USD"}]])
def test_products_of_another_shape_are_no_empty_list(entries: list[Any]) -> None:
    with (
        scripted_server(Answer(entries)) as server,
        pytest.raises(InvalidDataError, match="products with an id"),
    ):
        venue(server.url).products()
