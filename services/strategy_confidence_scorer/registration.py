"""Door B: registering new claims, once a day and symbol."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.claim_rows import (
    ClaimRow,
    claimed_finds,
    claims_budget,
    insert_claim,
    next_claim_number,
)
from services.strategy_confidence_scorer.left_out import LeftOut
from services.strategy_confidence_scorer.probation import SETTLING
from services.strategy_confidence_scorer.progress import note_claims_day, read_progress
from services.strategy_confidence_scorer.settings import (
    INTERVAL,
    ROW_BUDGET_BYTES,
    Settings,
)
from services.strategy_confidence_scorer.statuses import change_status
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS, CandleSeries, to_datetime
from tradestream.discovery.exam_schedule import whole_hour_after, whole_hour_before
from tradestream.discovery.lost_bars import waited_for
from tradestream.instruments import Instrument, infer_increment
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.strategies.identity import strategy_id

if TYPE_CHECKING:
    from tradestream.discovery.claim_proposals import Find, Proposal

FINDS_A_TYPE = 60
"""Finds of a type that are tried, half of them its best, half its newest."""


@dataclass(frozen=True, slots=True)
class _Training:
    """The newest bars, on which finds compete to become claims."""

    series: CandleSeries
    instrument: Instrument
    until: datetime


def register_claims(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    settings: Settings,
    now: datetime,
    left_out: LeftOut,
) -> int:
    """Register today's claims of `symbol`, if there are finds and bars for it.

    A claim is born on the next whole hour: every bar that a search or the
    training may have seen lies before it. The numbers k are taken in the
    transaction that stores the claims and notes the day. What the catalogue does
    not have any more is left out, as a find and as an earlier claim.

    Returns:
        How many claims were registered.
    """
    with transaction(connection) as cursor:
        progress = read_progress(cursor, symbol)
        if progress.claims_day is not None and progress.claims_day >= now.date():
            return 0
        earlier = claimed_finds(cursor, symbol)
        finds = left_out.declared(_finds(cursor, symbol))
    if not finds:
        return 0
    training = _training(store, symbol, settings, now)
    if training is None:
        return 0
    taken = left_out.declared(find for find, again in earlier if not again)
    proposals = _propose(training, finds, taken, settings)
    with transaction(connection) as cursor:
        again = read_progress(cursor, symbol)
        if again.claims_day != progress.claims_day:
            return 0
        for proposal in proposals:
            _register(cursor, training, proposal, settings, now)
        note_claims_day(cursor, symbol, now.date())
    failpoint("strategy_confidence_scorer.claims_registered")
    return len(proposals)


def _finds(cursor: Cursor, symbol: str) -> "list[Find]":
    """Return the best and the newest finds of each type that still stand."""
    from tradestream.discovery.claim_proposals import Find

    cursor.execute(
        "WITH ranked AS ("
        " SELECT s.strategy_name, s.parameters,"
        "  row_number() OVER (PARTITION BY s.strategy_name"
        "   ORDER BY s.best_score DESC, s.strategy_id) AS by_score,"
        "  row_number() OVER (PARTITION BY s.strategy_name"
        "   ORDER BY s.latest_window_end_at DESC, s.best_score DESC, s.strategy_id)"
        "   AS by_time"
        " FROM strategies s"
        " WHERE s.symbol = %(symbol)s AND s.interval = %(interval)s"
        " AND s.latest_evaluation_id NOT IN (SELECT evaluation_id FROM evaluations"
        "  WHERE symbol = %(symbol)s AND stale))"
        " SELECT strategy_name, parameters FROM ranked"
        " WHERE by_score <= %(half)s OR by_time <= %(half)s"
        " ORDER BY strategy_name, by_score",
        {"symbol": symbol, "interval": INTERVAL, "half": FINDS_A_TYPE // 2},
    )
    return [Find(name, parameters) for name, parameters in cursor.fetchall()]


def _training(
    store: CandleStore, symbol: str, settings: Settings, now: datetime
) -> _Training | None:
    """Return the newest 14 days, None when the store does not hold enough."""
    from tradestream.discovery.claim_proposals import TRAINING, TRAINING_AT_LEAST

    first, last = store.first(symbol), store.last(symbol)
    if first is None or last is None:
        return None
    end = whole_hour_before(min(now - SETTLING, last + timedelta(minutes=1)))
    start = max(end - TRAINING, whole_hour_after(first))
    if end - start < TRAINING_AT_LEAST:
        return None
    gaps = store.gaps(symbol, start, end)
    lacking = sum((gap.end - gap.start for gap in gaps), timedelta(0))
    if waited_for(gaps, now) or lacking > settings.max_missing * (end - start):
        return None
    series = store.read(symbol, MINUTE_SECONDS, start, end)
    instrument = store.instrument(symbol) or Instrument(
        symbol, infer_increment(series.closes), infer_increment(series.volumes)
    )
    return _Training(series, instrument, end)


def _propose(
    training: _Training,
    finds: "list[Find]",
    taken: "list[Find]",
    settings: Settings,
) -> "tuple[Proposal, ...]":
    from tradestream.kernels.use import use_baked_kernels

    use_baked_kernels()
    from tradestream.backtest.costs import Costs
    from tradestream.backtest.window import Window
    from tradestream.discovery.claim_proposals import propose_claims

    costs = Costs(settings.fee_bps, settings.slippage_bps)
    window = Window(
        training.series,
        training.instrument,
        costs,
        row_budget_bytes=ROW_BUDGET_BYTES,
    )
    return propose_claims(window, finds, taken)


def _register(
    cursor: Cursor,
    training: _Training,
    proposal: "Proposal",
    settings: Settings,
    now: datetime,
) -> None:
    from tradestream.discovery.claims import open_claim
    from tradestream.discovery.version import code_version

    symbol = training.series.symbol
    claim = open_claim(
        next_claim_number(cursor, symbol),
        whole_hour_after(now),
        exposure=proposal.exposure,
        deviation=proposal.deviation,
        budget=claims_budget(cursor, symbol, pooled=settings.pooled),
    )
    find = proposal.find
    row = ClaimRow(
        strategy_id(find.strategy_name, find.parameters, symbol, INTERVAL),
        find,
        to_datetime(training.series.open_times[0]),
        training.instrument.price_tick,
        training.instrument.volume_lot,
        settings.fee_bps,
        settings.slippage_bps,
        code_version(),
        training.series.fingerprint(),
        training.until,
        claim,
    )
    opens = "opens at" if claim.born_at > now else "is open since"
    insert_claim(cursor, symbol, row, training_t=proposal.t)
    change_status(
        cursor,
        row.strategy_id,
        "probation",
        now=now,
        only_from=("candidate", "refused", "retired", "stale"),
        door="B",
        evidence={
            "door": "B",
            "k": claim.number,
            "e": claim.evidence,
            "threshold": claim.threshold,
            "training_t": proposal.t,
        },
        reason=(
            f"claim {claim.number} {opens} {claim.born_at:%Y-%m-%d %H:%M}: "
            f"e must reach {claim.threshold:.4g}"
        ),
    )
