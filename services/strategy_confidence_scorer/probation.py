"""Door B: folding closed hours into open claims, each exactly once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.claim_rows import (
    ClaimRow,
    claims_budget,
    open_claims,
    store_claim,
)
from services.strategy_confidence_scorer.settings import Settings
from services.strategy_confidence_scorer.statuses import change_status
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS, CandleSeries, to_datetime
from tradestream.discovery.claims import (
    Claim,
    ClaimEnd,
    ClaimState,
    close_claim,
    fold_hours,
)
from tradestream.discovery.exam_schedule import whole_hour_before
from tradestream.discovery.lost_bars import waited_for
from tradestream.instruments import Instrument
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.strategies.stored import is_declared

SETTLING = timedelta(minutes=5)
"""The newest bars may still be corrected; a closed hour waits so long."""


@dataclass(slots=True)
class Folded:
    """What a run did with the claims of a symbol."""

    hours: int = 0
    validated: int = 0
    closed: int = 0


def fold_claims(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    settings: Settings,
    now: datetime,
) -> Folded:
    """Fold every closed hour that the open claims of `symbol` do not know yet.

    A claim whose candles were corrected, or that was made with another engine,
    catalogue, or costs, is closed: its evidence would mix two worlds.
    """
    done = Folded()
    newest = whole_hour_before(now - SETTLING)
    with transaction(connection) as cursor:
        claims_budget(cursor, symbol, pooled=settings.pooled)
        rows = [
            row
            for row in open_claims(cursor, symbol)
            if row.claim.folded_until < newest
        ]
    if not rows:
        return done
    anchor = min(row.anchor_at for row in rows)
    series = store.read(symbol, MINUTE_SECONDS, anchor, now)
    if not len(series):
        return done
    # The last bar is where the engine closes an open position: not in any hour.
    newest = min(newest, whole_hour_before(to_datetime(series.open_times[-1])))
    holes = [g.start for g in waited_for(store.gaps(symbol, anchor, newest), now)]
    for row in rows:
        until = min([newest, *(h for h in holes if h >= row.anchor_at)])
        until = whole_hour_before(until)
        after, fingerprint = _advance(
            row, series.between(row.anchor_at, now), settings, until
        )
        if after == row.claim:
            continue
        with transaction(connection) as cursor:
            if store_claim(cursor, symbol, row.claim, after, fingerprint):
                _announce(cursor, row, after, now)
                _count(done, row.claim, after)
        failpoint("strategy_confidence_scorer.hours_folded")
    return done


def _advance(
    row: ClaimRow, series: CandleSeries, settings: Settings, until: datetime
) -> tuple[Claim, str]:
    from tradestream.kernels.use import use_baked_kernels

    use_baked_kernels()
    from tradestream.backtest.costs import Costs
    from tradestream.discovery.claim_hours import claim_hours
    from tradestream.discovery.version import code_version

    claim = row.claim
    same_costs = (row.fee_bps, row.slippage_bps) == (
        settings.fee_bps,
        settings.slippage_bps,
    )
    declared = is_declared(row.find.strategy_name, row.find.parameters)
    if row.code_version != code_version() or not same_costs or not declared:
        closed = close_claim(claim, claim.folded_until, ClaimEnd.ENGINE)
        return closed, row.fingerprint
    if not intact(row, series):
        closed = close_claim(claim, claim.folded_until, ClaimEnd.STALE)
        return closed, row.fingerprint
    if until <= claim.folded_until:
        return claim, row.fingerprint
    hours = claim_hours(
        series,
        Instrument(series.symbol, row.price_tick, row.volume_lot),
        Costs(row.fee_bps, row.slippage_bps),
        row.find,
        born_at=claim.born_at,
        until=until,
    )
    after = fold_hours(claim, hours)
    known = series.between(row.anchor_at, after.folded_until)
    return after, known.fingerprint()


def intact(row: ClaimRow, series: CandleSeries) -> bool:
    """Return whether the bars that a claim was judged on are still the same.

    Args:
        row: The claim.
        series: Bars from its anchor on, at least up to `judged_until`.
    """
    known = series.between(row.anchor_at, row.judged_until)
    return known.fingerprint() == row.fingerprint


def close_stale(
    connection: Connection, symbol: str, row: ClaimRow, now: datetime
) -> bool:
    """Close a claim whose candles were corrected."""
    closed = close_claim(row.claim, row.claim.folded_until, ClaimEnd.STALE)
    with transaction(connection) as cursor:
        if not store_claim(cursor, symbol, row.claim, closed, row.fingerprint):
            return False
        _announce(cursor, row, closed, now)
    return True


def _announce(cursor: Cursor, row: ClaimRow, after: Claim, now: datetime) -> None:
    """Write down what a claim's new state means for its strategy."""
    number, found = after.number, after.evidence
    evidence = {
        "door": "B",
        "k": number,
        "e": found,
        "threshold": after.threshold,
        "trips": after.trips,
        "raw_return": after.raw_return,
    }
    if after.proven_at is not None and row.claim.proven_at is None:
        change_status(
            cursor,
            row.strategy_id,
            "validated",
            now=now,
            door="B",
            evidence={**evidence, "e": after.proven_evidence},
            reason=(
                f"claim {number} proven at {after.proven_at:%Y-%m-%d %H:%M}: "
                f"e {after.proven_evidence:.4g} where {after.threshold:.4g} was needed"
            ),
        )
    if after.state is not ClaimState.CLOSED or after.end is ClaimEnd.COMPLETED:
        return
    to, only_from = {
        ClaimEnd.HOPELESS: ("refused", ("probation",)),
        ClaimEnd.EXPIRED: ("refused", ("probation",)),
        ClaimEnd.FELL_AWAY: ("retired", ("validated",)),
        ClaimEnd.STALE: ("stale", ("probation", "validated")),
        ClaimEnd.ENGINE: ("stale", ("probation", "validated")),
    }[after.end or ClaimEnd.STALE]
    if after.end is ClaimEnd.HOPELESS and _validated_before(cursor, row):
        to, only_from = "retired", ("validated",)
    if to == "stale" and _proven_by_exam(cursor, row.strategy_id):
        return
    change_status(
        cursor,
        row.strategy_id,
        to,
        now=now,
        door="B",
        evidence=evidence,
        only_from=only_from,
        reason=f"claim {number} closed at e {found:.3g}: {after.end}",
    )


def _validated_before(cursor: Cursor, row: ClaimRow) -> bool:
    """Return whether an exam validated a strategy before this claim was born.

    Then the claim has bet on nothing but what came after the proof.
    """
    cursor.execute(
        "SELECT status = 'validated' AND status_changed_at <= %s FROM strategies"
        " WHERE strategy_id = %s",
        (row.claim.born_at, row.strategy_id),
    )
    found = cursor.fetchone()
    return found is not None and bool(found[0])


def _proven_by_exam(cursor: Cursor, strategy_id: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM exam_passes JOIN exams USING (request_id)"
        " WHERE strategy_id = %s AND settled_at IS NOT NULL AND NOT stale LIMIT 1",
        (strategy_id,),
    )
    return cursor.fetchone() is not None


def _count(done: Folded, before: Claim, after: Claim) -> None:
    done.hours += (after.folded_until - before.folded_until) // timedelta(hours=1)
    done.validated += before.proven_at is None and after.proven_at is not None
    done.closed += after.state is ClaimState.CLOSED
