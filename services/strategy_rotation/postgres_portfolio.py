"""Strategies, evidence, and approved sets in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from services.strategy_rotation.approvals import (
    Approval,
    Change,
    Eligible,
    Held,
    Terms,
    message,
)
from tradestream import outbox
from tradestream.bus.codec import encode
from tradestream.bus.topics import RISK_APPROVED_STRATEGIES
from tradestream.portfolio.rotation import Candidate, hourly_excess
from tradestream.strategies.identity import canonical_parameters

ROOM = "strategy_rotation"

# Two runs at once would each write a whole set; the second waits for the first.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('strategy_rotation'))"
# The evaluation behind a strategy: what it is approved on already, as long as
# that is valid, so that its anchor does not move while it trades; else the one
# that passed an exam; else the best; else the newest.
_ELIGIBLE = """
SELECT s.strategy_id, s.symbol, s.interval, s.strategy_name, s.parameters, s.status,
    sc.score, e.evaluation_id,
    CASE WHEN e.kept THEN a.anchor_at WHEN e.exam IS NULL THEN c.anchor_at END,
    CASE WHEN e.kept THEN a.price_tick WHEN e.exam IS NULL THEN c.price_tick END,
    CASE WHEN e.kept THEN a.volume_lot WHEN e.exam IS NULL THEN c.volume_lot END,
    e.anchor_at, e.price_tick, e.volume_lot,
    e.first_hour_at, e.hourly_strategy, e.hourly_market,
    (e.metrics ->> 'exposure')::double precision
FROM strategies s
JOIN strategy_scores sc USING (strategy_id)
LEFT JOIN approved_strategies a USING (strategy_id)
LEFT JOIN LATERAL (
    SELECT x.*, x.evaluation_id IS NOT DISTINCT FROM a.evaluation_id AS kept, p.exam
    FROM evaluations x
    LEFT JOIN LATERAL (
        SELECT max(exams.exam_number) AS exam
        FROM exam_passes JOIN exams USING (request_id)
        WHERE exam_passes.evaluation_id = x.evaluation_id
            AND exam_passes.strategy_id = x.strategy_id AND NOT exams.stale
    ) p ON true
    WHERE x.strategy_id = s.strategy_id AND NOT x.stale
    ORDER BY x.evaluation_id IS NOT DISTINCT FROM a.evaluation_id DESC,
        p.exam DESC NULLS LAST,
        x.evaluation_id IS NOT DISTINCT FROM s.best_evaluation_id DESC,
        x.window_end_at DESC, x.evaluation_id
    LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT anchor_at, price_tick, volume_lot FROM claims
    WHERE claims.strategy_id = s.strategy_id AND state <> 'closed'
    ORDER BY claim_number DESC LIMIT 1
) c ON true
WHERE s.status IN ('validated', 'probation') AND s.status = ANY(%s)
ORDER BY s.strategy_id
"""
_HELD = """
SELECT a.strategy_id, a.symbol, a.interval, a.strategy_name, a.parameters,
    a.anchor_at, a.price_tick, a.volume_lot, s.status, s.status_reason
FROM approved_strategies a JOIN strategies s USING (strategy_id)
ORDER BY a.strategy_id
"""
_INSERT = """
INSERT INTO approved_strategies
    (strategy_id, symbol, interval, strategy_name, parameters, anchor_at, price_tick,
    volume_lot, evaluation_id, score, rank, reason, as_of)
VALUES %s
"""
_CHANGE = """
INSERT INTO approval_changes
    (strategy_id, changed_at, change, symbol, reason, evaluation_id, request_id)
SELECT new.strategy_id, new.changed_at::timestamptz, new.change, new.symbol,
    new.reason, new.evaluation_id, evaluations.request_id
FROM (VALUES %s)
    AS new (strategy_id, changed_at, change, symbol, reason, evaluation_id)
LEFT JOIN evaluations USING (evaluation_id)
ON CONFLICT DO NOTHING
"""


class PostgresPortfolio:
    """Reads and writes within the caller's transaction."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        cursor.execute(_LOCK)

    def eligible(self, statuses: Sequence[str]) -> list[Eligible]:
        """Return every scored strategy with one of these statuses."""
        self._cursor.execute(_ELIGIBLE, (list(statuses),))
        return [_eligible(row) for row in self._cursor.fetchall()]

    def held(self) -> list[Held]:
        """Return the approved sets of all symbols."""
        self._cursor.execute(_HELD)
        return [
            Held(r[0], r[1], Terms(*r[2:8]), r[8], r[9])
            for r in self._cursor.fetchall()
        ]

    def replace(
        self,
        symbol: str,
        approvals: Sequence[Approval],
        changes: Sequence[Change],
        now: datetime,
    ) -> None:
        """Make `approvals` the set of a symbol; write its message to the outbox."""
        self._cursor.execute(
            "DELETE FROM approved_strategies WHERE symbol = %s", (symbol,)
        )
        execute_values(self._cursor, _INSERT, [_row(a, now) for a in approvals])
        behind = {a.strategy_id: a.evaluation_id for a in approvals}
        execute_values(
            self._cursor,
            _CHANGE,
            [
                (c.strategy_id, now, c.change, c.symbol, c.reason,
                 behind.get(c.strategy_id))
                for c in changes
            ],
        )  # fmt: skip
        announced = encode(
            message(symbol, approvals, now),
            key=symbol,
            correlation_id=f"{symbol} {now.isoformat()}",
        )
        outbox.add(self._cursor, ROOM, RISK_APPROVED_STRATEGIES, [announced], now)


def _eligible(row: Sequence[Any]) -> Eligible:
    (strategy_id, symbol, interval, name, parameters, status, score, evaluation_id,
     anchor, tick, lot, own_anchor, own_tick, own_lot,
     first_hour, strategy, market, exposure) = row  # fmt: skip
    if evaluation_id is None:
        return Eligible(
            symbol, Candidate(strategy_id, name, status, score, None), None, None
        )
    if anchor is None:
        anchor, tick, lot = own_anchor, own_tick, own_lot
    excess = hourly_excess(int(first_hour.timestamp()), strategy, market, exposure)
    return Eligible(
        symbol,
        Candidate(strategy_id, name, status, score, excess),
        Terms(interval, name, parameters, anchor, tick, lot),
        evaluation_id,
    )


def _row(approval: Approval, now: datetime) -> tuple[object, ...]:
    terms = approval.terms
    return (
        approval.strategy_id, approval.eligible.symbol, terms.interval,
        terms.strategy_name, canonical_parameters(terms.parameters), terms.anchor_at,
        terms.price_tick, terms.volume_lot, approval.evaluation_id,
        approval.eligible.candidate.score, approval.rank, approval.reason, now,
    )  # fmt: skip
