"""The figures of the closing table, read from the database of records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection

from tradestream.postgres import transaction

_FIGURES = """
SELECT
    (SELECT count(*) FROM trials),
    (SELECT count(*) FROM exams WHERE answered_at IS NOT NULL),
    (SELECT coalesce(sum(trials), 0) FROM trials)
        + (SELECT coalesce(sum(genomes), 0) FROM exams),
    (SELECT count(*) FROM strategies),
    (SELECT count(*) FROM strategies WHERE status = 'probation'),
    (SELECT count(*) FROM strategies WHERE status = 'validated'),
    (SELECT count(*) FROM sized_positions),
    (SELECT count(*) FROM trade_signals)
"""

_BY_MARKET = """
SELECT
    traded.symbol,
    count(strategies.symbol),
    count(*) FILTER (WHERE strategies.status = 'probation'),
    count(*) FILTER (WHERE strategies.status = 'validated')
FROM (
    SELECT unnest(%s::TEXT []) AS symbol
    UNION SELECT symbol FROM strategies
) AS traded
LEFT JOIN strategies ON strategies.symbol = traded.symbol
GROUP BY traded.symbol ORDER BY traded.symbol
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the main line made.

    Attributes:
        symbols: Markets with bars.
        bars: One-minute bars stored.
        searches: Search requests answered.
        exams: Exams answered.
        trials: Genomes evaluated, in searches and exams.
        found: Strategies found.
        probation: Strategies with an open claim.
        validated: Strategies whose edge is proved.
        positions: Positions sized.
        signals: Signals called.
    """

    symbols: int
    bars: int
    searches: int
    exams: int
    trials: int
    found: int
    probation: int
    validated: int
    positions: int
    signals: int


@dataclass(frozen=True, slots=True)
class Market:
    """What became of the strategies of one market.

    Attributes:
        symbol: Trading pair.
        found: Strategies found.
        probation: Of them, in probation.
        validated: Of them, validated.
    """

    symbol: str
    found: int
    probation: int
    validated: int


def read_figures(connection: Connection, *, symbols: int, bars: int) -> Figures:
    """Return the figures of the moment.

    Args:
        connection: To the database of records.
        symbols: Markets with bars, which another store may have.
        bars: Bars stored there.
    """
    with transaction(connection) as cursor:
        cursor.execute(_FIGURES)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101  a SELECT of counts gives one row
    return Figures(symbols, bars, *(int(value) for value in row))


def read_markets(connection: Connection, symbols: Sequence[str]) -> list[Market]:
    """Return what became of the strategies of `symbols` and all that have some."""
    with transaction(connection) as cursor:
        cursor.execute(_BY_MARKET, (list(symbols),))
        return [Market(*row) for row in cursor.fetchall()]


def count(connection: Connection, table: str) -> Callable[[], int]:
    """Return a function that counts the rows of a table."""

    def counted() -> int:
        with transaction(connection) as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  our names
            row = cursor.fetchone()
        return 0 if row is None else int(row[0])

    return counted


def by_kind(
    markets: list[Market], names: Mapping[str, str]
) -> list[tuple[str, list[Market]]]:
    """Return the markets under the name that the venue gives their kind.

    Args:
        markets: Markets that are traded.
        names: What the venue calls each of its markets, by symbol.
    """
    kinds: dict[str, list[Market]] = {}
    for market in sorted(markets, key=lambda market: market.symbol):
        kind = names.get(market.symbol, "not known to the venue")
        kinds.setdefault(kind, []).append(market)
    return sorted(kinds.items(), key=lambda item: -sum(m.validated for m in item[1]))
