"""The page against a database and a candle store."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.report.build import build_page
from tradestream.report.charts import with_charts
from tradestream.report.model import Portfolio, Product
from tradestream.report.page import portfolio_page
from tradestream.report.records import read_portfolio
from tradestream.testing import seeded_candles as seeded
from tradestream.testing.seeded_portfolio import seed_records

NOW = seeded.NOW + timedelta(seconds=20)
PRODUCTS = {seeded.PROVEN: Product("Trend persistence, planted edge", "planted")}

pytestmark = pytest.mark.integration


class Page(HTMLParser):
    """What a browser would load, and the text it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.text = ""
        self.ids: list[str] = []
        self.data: dict[str, Any] = {}
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag would load."""
        held = dict(attrs)
        self.ids.append(held.get("id") or "")
        self._within = tag
        if tag != "a":
            self.loaded += [held[k] or "" for k in ("src", "href", "data") if k in held]
        if tag == "script" and held.get("type") == "application/json":
            self._within = "json"

    def handle_data(self, data: str) -> None:
        """Collect text and chart data."""
        if self._within == "json":
            self.data = json.loads(data)
        elif self._within not in ("script", "style"):
            self.text += data + " "
        self._within = "" if self._within == "json" else self._within


@pytest.fixture(scope="module")
def candles() -> MemoryCandleStore:
    store = MemoryCandleStore()
    seeded.seed_candles(store)
    return store


@pytest.fixture
def portfolio(postgres: Connection, candles: MemoryCandleStore) -> Portfolio:
    seed_records(postgres)
    return read_portfolio(postgres, candles, now=NOW, products=PRODUCTS)


def test_the_page_says_what_is_known_of_every_market(
    portfolio: Portfolio, candles: MemoryCandleStore
) -> None:
    page = Page(portfolio_page(with_charts(portfolio, candles)))

    for wanted in (
        "1 of 4 markets holds a proven edge.",
        "planted",
        "Trend persistence, planted edge",
        "passed exam 1 with t 6.31, needed 4.58",
        "Not yet provable: needs about 41 more days",
        "performance 0.90",
        "6 minutes to fetch; 4 minutes never at the venue",
        "10,000.00",
        "cap of the symbol",
        "ENTER",
        "replayed",
        "evidence fell below 0.01",
        "No exam yet",
        "No verdict has an hour on paper yet.",
        "51,200",
        "TradingView Lightweight Charts",
    ):
        assert wanted in page.text
    assert [i for i in page.ids if i.startswith("market-")] == [
        f"market-{s}"
        for s in (seeded.PROVEN, seeded.UNPROVEN, seeded.PROBATION, seeded.BARE)
    ]


def test_the_page_loads_nothing_from_anywhere(
    portfolio: Portfolio, candles: MemoryCandleStore
) -> None:
    html = portfolio_page(with_charts(portfolio, candles))

    assert Page(html).loaded == []
    assert not re.search(r"@import|url\(\s*['\"]?https?:", html)
    assert "default-src &#x27;none&#x27;" in html
    assert len(html) < 2_000_000


def test_charts_hold_candles_trades_and_equity(
    portfolio: Portfolio, candles: MemoryCandleStore
) -> None:
    page = Page(portfolio_page(with_charts(portfolio, candles)))

    charts = page.data[seeded.PROVEN]
    assert len(charts["all"]["gaps"]) + 1 == len(charts["all"]["c"]) > 200
    assert charts["recent"]["c"][-1] == charts["all"]["c"][-1]
    assert charts["trades"]
    assert len(charts["equity"]["own"]) == len(charts["equity"]["gaps"]) + 1
    assert min(charts["equity"]["own_drawdown"]) <= 0
    assert "equity" not in page.data[seeded.BARE]


def test_long_histories_stay_small(
    portfolio: Portfolio, candles: MemoryCandleStore
) -> None:
    drawn = with_charts(portfolio, candles)
    many = replace(drawn, markets=[*drawn.markets] * 7)

    assert len(portfolio_page(many)) < 2_000_000


def test_names_from_outside_stay_text(
    postgres: Connection, candles: MemoryCandleStore
) -> None:
    seed_records(postgres)
    evil = "</script><script>alert(1)</script>"
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE strategies SET status_reason = %s", (evil,))
    products = {seeded.PROVEN: Product(evil, "planted")}

    html = build_page(postgres, candles, now=NOW)
    portfolio = read_portfolio(postgres, candles, now=NOW, products=products)

    assert evil not in html
    assert evil not in portfolio_page(portfolio)


def test_one_market_can_be_asked_for(
    postgres: Connection, candles: MemoryCandleStore
) -> None:
    seed_records(postgres)

    page = Page(build_page(postgres, candles, now=NOW, symbol=seeded.UNPROVEN))

    assert [i for i in page.ids if i.startswith("market-")] == ["market-BTC-USD"]
    with pytest.raises(ConfigurationError, match="no market X-USD is known"):
        build_page(postgres, candles, now=NOW, symbol="X-USD")


def test_an_empty_database_has_a_page_too(postgres: Connection) -> None:
    page = Page(build_page(postgres, MemoryCandleStore(), now=NOW))

    assert "No markets yet." in page.text
    assert "The candle store is empty." in page.text


def test_a_database_without_tables_is_said_in_one_line(postgres: Connection) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("DROP TABLE strategies, schema_migrations CASCADE")

    with pytest.raises(UnavailableError, match="run database_migrator"):
        build_page(postgres, MemoryCandleStore(), now=NOW)


def test_the_same_moment_gives_the_same_bytes(
    postgres: Connection, candles: MemoryCandleStore
) -> None:
    seed_records(postgres)

    first = build_page(postgres, candles, now=NOW)

    assert build_page(postgres, candles, now=NOW) == first


def test_only_a_served_page_reads_itself_again(postgres: Connection) -> None:
    store = MemoryCandleStore()

    assert "data-refresh" not in build_page(postgres, store, now=NOW).split("<nav")[0]
    served = build_page(postgres, store, now=NOW, refresh_seconds=60)
    assert 'data-refresh="60"' in served
