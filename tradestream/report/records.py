"""Reading what the page shows from Postgres and the candle store."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.candle_store.port import CandleStore
from tradestream.discovery.paper_scores import PaperRecord
from tradestream.discovery.requests import is_group
from tradestream.postgres import transaction
from tradestream.report import queries
from tradestream.report.model import (
    STATUSES,
    Claim,
    Exam,
    Ingestion,
    LedgerRow,
    Market,
    Portfolio,
    Position,
    Product,
    Signal,
    StrategyRow,
)
from tradestream.statistics.betting import threshold
from tradestream.strategies.catalogue import CATALOGUE

Row = dict[str, Any]
T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_portfolio(
    connection: Connection,
    candles: CandleStore,
    *,
    now: datetime,
    products: Mapping[str, Product],
    symbol: str | None = None,
    strategies_per_symbol: int = 12,
    signals_per_symbol: int = 40,
) -> Portfolio:
    """Return everything that the page says, of one symbol or of all.

    Args:
        connection: Where strategies, exams, positions, and signals are.
        candles: Where the bars are.
        now: Time of the page.
        products: What the venue says each market is; may be empty.
        symbol: The only market wanted, None for all.
        strategies_per_symbol: How many strategies of a symbol are listed.
        signals_per_symbol: How many signals of a symbol are listed.

    Raises:
        UnavailableError: If Postgres or the candle store did not answer.
    """
    ranks = (list(STATUSES), strategies_per_symbol)
    with transaction(connection) as cursor:
        parts = {
            name: _by_symbol(_rows(cursor, query, values))
            for name, query, values in (
                ("counts", queries.STATUS_COUNTS, ()),
                ("trials", queries.TRIALS, ()),
                ("outlooks", queries.OUTLOOKS, ()),
                ("strategies", queries.STRATEGIES, ranks),
                ("exams", queries.EXAMS, ()),
                ("claims", queries.CLAIMS, ()),
                ("positions", queries.POSITIONS, ()),
                ("signals", queries.SIGNALS, (signals_per_symbol,)),
                ("paper", queries.PAPER, ()),
                ("ledger", queries.LEDGER, ()),
            )
        }
    examined = {name for name in parts["exams"] if not is_group(name)}
    symbols = sorted({*candles.symbols(), *parts["counts"], *examined})
    pooled = [
        row for name in parts["exams"] if is_group(name) for row in parts["exams"][name]
    ]
    if symbol is not None:
        symbols = [s for s in symbols if s == symbol]
    markets = [
        _market(s, {name: rows[s] for name, rows in parts.items()}, candles, products)
        for s in symbols
    ]
    markets.sort(key=_importance)
    return Portfolio(as_of=now, markets=markets, pooled=_records(Exam, pooled))


def _market(
    symbol: str,
    rows: Mapping[str, Sequence[Row]],
    candles: CandleStore,
    products: Mapping[str, Product],
) -> Market:
    trials = rows["trials"][0] if rows["trials"] else {"trials": 0, "searches": 0}
    return Market(
        symbol=symbol,
        product=products.get(symbol),
        ingestion=_ingestion(symbol, candles),
        counts={row["status"]: row["strategies"] for row in rows["counts"]},
        trials=int(trials["trials"]),
        searches=int(trials["searches"]),
        outlook=rows["outlooks"][0]["outlook"] if rows["outlooks"] else None,
        strategies=_records(StrategyRow, rows["strategies"], _with_order),
        exams=_records(Exam, rows["exams"]),
        claims=_records(Claim, rows["claims"], _with_threshold),
        positions=_records(Position, rows["positions"]),
        signals=_records(Signal, rows["signals"]),
        paper=_records(PaperRecord, rows["paper"]),
        ledger=_records(LedgerRow, rows["ledger"]),
    )


def _importance(market: Market) -> tuple[bool, str, int, str]:
    """Return what markets are sorted by: proven ones first, then 2 before 10."""
    letters = market.symbol.partition("-")[0].rstrip("0123456789")
    digits = market.symbol.partition("-")[0][len(letters) :]
    return (
        not market.counts.get("validated"),
        letters,
        int(digits or 0),
        market.symbol,
    )


def _ingestion(symbol: str, candles: CandleStore) -> Ingestion | None:
    first, last = candles.first(symbol), candles.last(symbol)
    if first is None or last is None:
        return None
    end = last + timedelta(minutes=1)
    minutes = {True: 0, False: 0}
    for gap in candles.gaps(symbol, first, end):
        minutes[gap.at_venue] += int((gap.end - gap.start).total_seconds()) // 60
    span = int((end - first).total_seconds()) // 60
    return Ingestion(
        bars=span - minutes[True] - minutes[False],
        first_bar_at=first,
        last_bar_at=last,
        own_gap_minutes=minutes[False],
        venue_hole_minutes=minutes[True],
        corrected_bars=len(candles.corrected_since(symbol, _EPOCH)),
    )


def _with_order(row: Row) -> Row:
    """Return `row` with its parameters as they are declared: JSONB keeps no order."""
    held = row["parameters"]
    kind = CATALOGUE.get(row["strategy_name"])
    names = [p.name for p in kind.parameters if p.name in held] if kind else []
    return {**row, "parameters": {name: held[name] for name in [*names, *held]}}


def _with_threshold(row: Row) -> Row:
    kept = {name: value for name, value in row.items() if name != "budget"}
    return {**kept, "threshold": threshold(row["number"], budget=row["budget"])}


def _records(
    kind: Callable[..., T], rows: Sequence[Row], change: Callable[[Row], Row] = dict
) -> list[T]:
    """Return one record a row; the queries name columns after the attributes."""
    return [kind(**change(row)) for row in rows]


def _rows(cursor: Cursor, query: str, values: Sequence[Any]) -> list[Row]:
    cursor.execute(query, values or None)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_symbol(rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["symbol"]].append(row)
    return found
