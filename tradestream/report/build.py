"""From open connections to the finished pages."""

from datetime import datetime

from psycopg2.extensions import connection as Connection

from tradestream.candle_store.port import CandleStore
from tradestream.errors import ConfigurationError
from tradestream.report.charts import with_charts
from tradestream.report.exam_field import recomputed
from tradestream.report.page import portfolio_page
from tradestream.report.products import fetch_products
from tradestream.report.records import read_portfolio
from tradestream.report.strategy_build import Fields, build_story
from tradestream.report.strategy_page import strategy_page


def build_page(
    connection: Connection,
    candles: CandleStore,
    *,
    now: datetime,
    venue_url: str | None = None,
    symbol: str | None = None,
    refresh_seconds: int | None = None,
    served: bool = False,
) -> str:
    """Return the report page as HTML.

    Args:
        connection: Where strategies, exams, positions, and signals are.
        candles: Where the bars are.
        now: Time of the page.
        venue_url: Where to ask what each market is; None does not ask.
        symbol: The only market wanted, None for all.
        refresh_seconds: How often a served page reads itself again.
        served: Whether the pages of strategies are to be had at `/strategy/<id>`.

    Raises:
        UnavailableError: If Postgres or the candle store did not answer, or has no
            tables yet.
        ConfigurationError: If `symbol` is not known.
    """
    products = fetch_products(venue_url) if venue_url else {}
    portfolio = read_portfolio(
        connection, candles, now=now, products=products, symbol=symbol
    )
    if symbol is not None and not portfolio.markets:
        held = ", ".join(candles.symbols()) or "no bars yet"
        raise ConfigurationError(f"no market {symbol} is known; the store has {held}")
    return portfolio_page(
        with_charts(portfolio, candles), refresh_seconds=refresh_seconds, served=served
    )


def build_strategy_page(
    connection: Connection,
    candles: CandleStore,
    strategy: str,
    *,
    now: datetime,
    fields: Fields = recomputed,
    served: bool = False,
) -> str:
    """Return the page of one strategy as HTML.

    Args:
        connection: Where strategies, claims, exams, and evidence are.
        candles: Where the bars are.
        strategy: Its id, or digits that no other id begins with.
        now: Time of the page.
        fields: What everybody in an exam reached.
        served: Whether the report page is to be had at `/`.

    Raises:
        UnavailableError: If Postgres or the candle store did not answer, or has no
            tables yet.
        ConfigurationError: If no strategy or several are meant.
    """
    story = build_story(connection, candles, strategy, fields=fields)
    return strategy_page(story, as_of=now, served=served)
