"""Claims as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.claims import BUDGET, Claim, ClaimEnd, ClaimState

BESIDE_POOL = 0.0225
"""Budget of claims of a symbol whose group is examined, which costs 0.25 %."""

_COLUMNS = (
    "c.claim_number, c.strategy_id, s.strategy_name, s.parameters, c.anchor_at,"
    " c.price_tick, c.volume_lot, c.fee_bps, c.slippage_bps, c.code_version,"
    " CASE c.folded_fingerprint WHEN '' THEN c.training_fingerprint"
    " ELSE c.folded_fingerprint END,"
    " CASE c.folded_fingerprint WHEN '' THEN coalesce(c.trained_until, c.born_at)"
    " ELSE c.folded_until END,"
    " c.born_at, c.exposure, c.deviation, c.folded_until,"
    " c.capitals, c.trips, c.raw_return, c.state, c.proven_at, c.proven_evidence,"
    " c.budget, c.doubt"
)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim, whose genome it is, and what it was computed from.

    Attributes:
        strategy_id: The strategy that is claimed.
        find: Its genome.
        anchor_at: First bar of the training window; the engine starts there.
        price_tick: Price step that the engine works in.
        volume_lot: Volume step that the engine works in.
        fee_bps: Fee a side in basis points.
        slippage_bps: Slippage a side in basis points.
        code_version: Version of engine and catalogue.
        fingerprint: Hash of the bars that it was judged on: from the anchor
        judged_until: up to here.
        claim: The claim itself.
    """

    strategy_id: str
    find: Find
    anchor_at: datetime
    price_tick: float
    volume_lot: float
    fee_bps: float
    slippage_bps: float
    code_version: str
    fingerprint: str
    judged_until: datetime
    claim: Claim


def open_claims(cursor: Cursor, symbol: str) -> list[ClaimRow]:
    """Return the claims of `symbol` that hours are folded into, oldest first."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM claims c JOIN strategies s USING (strategy_id)"  # noqa: S608
        " WHERE c.symbol = %s AND c.state <> 'closed' ORDER BY c.claim_number",
        (symbol,),
    )
    return [_row(row) for row in cursor.fetchall()]


def standing_claims(cursor: Cursor, symbol: str) -> list[ClaimRow]:
    """Return the claims of `symbol` that still prove something or may."""
    cursor.execute(
        f"SELECT {_COLUMNS} FROM claims c JOIN strategies s USING (strategy_id)"  # noqa: S608
        " WHERE c.symbol = %s AND (c.state <> 'closed' OR c.closed_reason = %s)"
        " ORDER BY c.claim_number",
        (symbol, ClaimEnd.COMPLETED.value),
    )
    return [_row(row) for row in cursor.fetchall()]


def _row(row: Sequence[Any]) -> ClaimRow:
    a, b, c, d = row[16]
    claim = Claim(
        number=row[0],
        born_at=row[12],
        exposure=row[13],
        deviation=row[14],
        folded_until=row[15],
        capitals=(a, b, c, d),
        trips=row[17],
        raw_return=row[18],
        state=ClaimState(row[19]),
        proven_at=row[20],
        proven_evidence=row[21],
        budget=row[22],
        doubt=row[23],
    )
    return ClaimRow(
        strategy_id=row[1],
        find=Find(row[2], row[3]),
        anchor_at=row[4],
        price_tick=row[5],
        volume_lot=row[6],
        fee_bps=row[7],
        slippage_bps=row[8],
        code_version=row[9],
        fingerprint=row[10],
        judged_until=row[11],
        claim=claim,
    )


def claims_budget(cursor: Cursor, symbol: str, *, pooled: bool) -> float:
    """Return what all claims of `symbol` may spend, and hold open ones to it.

    A pooled exam takes 0.25 % from them: while it is on, and for good once the
    symbol was a member of one. A line is only ever raised.
    """
    cursor.execute(
        "SELECT EXISTS (SELECT FROM exams WHERE members @> ARRAY[%s])", (symbol,)
    )
    row = cursor.fetchone()
    if not pooled and not (row and row[0]):
        return BUDGET
    cursor.execute(
        "UPDATE claims SET budget = %s"
        " WHERE symbol = %s AND state = 'open' AND budget > %s",
        (BESIDE_POOL, symbol, BESIDE_POOL),
    )
    return BESIDE_POOL


def claimed_finds(cursor: Cursor, symbol: str) -> list[tuple[Find, bool]]:
    """Return every genome ever claimed, oldest first, and whether it may be again.

    Only what was closed because its candles or the engine changed may be.
    """
    cursor.execute(
        "SELECT s.strategy_name, s.parameters, c.closed_reason = ANY(%s)"
        " FROM claims c JOIN strategies s USING (strategy_id)"
        " WHERE c.symbol = %s ORDER BY c.claim_number",
        ([ClaimEnd.STALE.value, ClaimEnd.ENGINE.value], symbol),
    )
    return [(Find(row[0], row[1]), bool(row[2])) for row in cursor.fetchall()]


def next_claim_number(cursor: Cursor, symbol: str) -> int:
    """Return the number of the next claim of `symbol`; none is used twice."""
    cursor.execute(
        "SELECT coalesce(max(claim_number), 0) + 1 FROM claims WHERE symbol = %s",
        (symbol,),
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 1


def insert_claim(
    cursor: Cursor, symbol: str, row: ClaimRow, *, training_t: float
) -> None:
    """Store a new claim; its number must be the next one."""
    claim = row.claim
    cursor.execute(
        "INSERT INTO claims (symbol, claim_number, strategy_id, anchor_at, price_tick,"
        " volume_lot, born_at, exposure, deviation, training_t, training_fingerprint,"
        " fee_bps, slippage_bps, code_version, folded_until, capitals, evidence,"
        " trained_until, budget) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        " %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            symbol,
            claim.number,
            row.strategy_id,
            row.anchor_at,
            row.price_tick,
            row.volume_lot,
            claim.born_at,
            claim.exposure,
            claim.deviation,
            training_t,
            row.fingerprint,
            row.fee_bps,
            row.slippage_bps,
            row.code_version,
            claim.folded_until,
            list(claim.capitals),
            claim.evidence,
            row.judged_until,
            claim.budget,
        ),
    )


def store_claim(
    cursor: Cursor, symbol: str, before: Claim, after: Claim, fingerprint: str
) -> bool:
    """Store what became of a claim.

    Returns:
        False when another scorer has moved it since it was read.
    """
    cursor.execute(
        "UPDATE claims SET folded_until = %s, capitals = %s, evidence = %s, trips = %s,"
        " raw_return = %s, state = %s, proven_at = %s, proven_evidence = %s,"
        " closed_at = %s, closed_reason = %s, folded_fingerprint = %s, doubt = %s"
        " WHERE symbol = %s AND claim_number = %s AND folded_until = %s AND state = %s",
        (
            after.folded_until,
            list(after.capitals),
            after.evidence,
            after.trips,
            after.raw_return,
            after.state.value,
            after.proven_at,
            after.proven_evidence,
            after.closed_at,
            None if after.end is None else after.end.value,
            fingerprint,
            after.doubt,
            symbol,
            before.number,
            before.folded_until,
            before.state.value,
        ),
    )
    return cursor.rowcount == 1
