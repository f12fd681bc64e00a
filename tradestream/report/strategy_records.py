"""Reading one strategy and everything that was stored about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import cursor as Cursor

from tradestream.errors import ConfigurationError
from tradestream.strategies.catalogue import CATALOGUE

Row = dict[str, Any]

SHORTEST = 4
"""Hexadecimal digits of an id that a prefix has at least."""

_FIND = """
SELECT strategy_id, symbol, strategy_name
FROM strategies
WHERE strategy_id >= %(prefix)s AND strategy_id <= %(prefix)s || 'g'
ORDER BY strategy_id
LIMIT 6
"""
_STRATEGY = """
SELECT strategies.*, approved.anchor_at AS approved_anchor_at,
    (SELECT max(claim_number) FROM claims WHERE symbol = strategies.symbol)
        AS claims_made,
    scores.score, scores.performance, scores.frequency, scores.recency
FROM strategies
LEFT JOIN approved_strategies AS approved USING (strategy_id)
LEFT JOIN strategy_scores AS scores USING (strategy_id)
WHERE strategies.strategy_id = %s
"""
_CHANGES = """
SELECT changed_at, from_status, to_status, door, reason
FROM status_changes
WHERE strategy_id = %s
ORDER BY changed_at, to_status
"""
# The one that matters most first: proven, else open, else the newest.
_CLAIMS = """
SELECT *
FROM claims
WHERE strategy_id = %s
ORDER BY array_position(ARRAY['validated', 'open', 'closed'], state),
    proven_at IS NULL, claim_number DESC
"""
_EXAM = """
SELECT exams.*, exam_passes.t AS own_t, exam_passes.evaluation_id,
    price_tick, volume_lot, fee_bps, slippage_bps
FROM exam_passes
JOIN exams USING (request_id)
JOIN evaluations USING (evaluation_id)
WHERE exam_passes.strategy_id = %s
ORDER BY exams.stale, exam_number DESC
LIMIT 1
"""
_NEWEST_EXAM = """
SELECT exams.*, NULL::double precision AS own_t, NULL AS evaluation_id
FROM exams
WHERE symbol = %s AND answered_at IS NOT NULL AND NOT stale
ORDER BY exam_number DESC
LIMIT 1
"""
# Of an exam that was passed, that of the exam; else the longest window's.
_EVALUATION = """
SELECT evaluation_id, window_start_at, window_end_at, anchor_at, price_tick,
    volume_lot, score, plateau, metrics, fee_bps, slippage_bps, stale,
    (SELECT min(window_end_at) FROM evaluations WHERE strategy_id = %(strategy)s)
        AS first_end_at
FROM evaluations
WHERE strategy_id = %(strategy)s
ORDER BY evaluation_id IS NOT DISTINCT FROM %(evaluation)s DESC, stale,
    window_end_at - window_start_at DESC, window_end_at DESC, evaluation_id
LIMIT 1
"""
_ROBUSTNESS = "SELECT * FROM strategy_robustness WHERE strategy_id = %s"
_PAPER = """
SELECT verdict, since_at, until_at, hours, excess_sum, raw_return
FROM paper_records
WHERE strategy_id = %s
ORDER BY since_at, verdict
"""


@dataclass(frozen=True, slots=True)
class Records:
    """Rows about one strategy, by the columns of their tables.

    Attributes:
        strategy: Of `strategies`, with `approved_anchor_at`.
        parameters: Typed values in the order in which they are declared.
        changes: Of `status_changes`, oldest first.
        claims: Of `claims`, the one that matters most first.
        exam: The exam it passed, or else the market's newest, with `own_t`.
        evaluation: The evaluation shown.
        robustness: Its evidence beside the gate.
        paper: What it did after verdicts.
    """

    strategy: Row
    parameters: Mapping[str, int | float]
    changes: Sequence[Row]
    claims: Sequence[Row]
    exam: Row | None
    evaluation: Row | None
    robustness: Row | None
    paper: Sequence[Row]


def find_strategy(cursor: Cursor, wanted: str) -> str:
    """Return the id of the one strategy whose id begins with `wanted`.

    Raises:
        ConfigurationError: If none or several do, or it is no id.
    """
    prefix = wanted.strip().lower()
    if len(prefix) < SHORTEST or set(prefix) - set("0123456789abcdef"):
        raise ConfigurationError(
            f"a strategy's id, or {SHORTEST} or more hexadecimal digits that it begins "
            f"with, is required, was {wanted!r}"
        )
    found = _all(cursor, _FIND, {"prefix": prefix})
    if not found:
        raise ConfigurationError(
            f"the id of a stored strategy is required, was {wanted}: none begins so"
        )
    if len(found) > 1 and found[0]["strategy_id"] != prefix:
        listed = ", ".join(
            f"{row['strategy_id'][:12]} ({row['strategy_name']} of {row['symbol']})"
            for row in found[:5]
        )
        more = " and more" if len(found) > 5 else ""
        raise ConfigurationError(
            f"the id of one strategy is required, was {wanted}, with which several "
            f"begin: {listed}{more}"
        )
    return str(found[0]["strategy_id"])


def read_strategy(cursor: Cursor, identity: str) -> Records:
    """Return what is stored about a strategy that `find_strategy` found."""
    strategy = _all(cursor, _STRATEGY, (identity,))[0]
    exam = _first(cursor, _EXAM, (identity,))
    if exam is None:
        exam = _first(cursor, _NEWEST_EXAM, (strategy["symbol"],))
    terms = {
        "strategy": identity,
        "evaluation": None if exam is None else exam["evaluation_id"],
    }
    return Records(
        strategy,
        declared_order(strategy["strategy_name"], strategy["parameters"]),
        _all(cursor, _CHANGES, (identity,)),
        _all(cursor, _CLAIMS, (identity,)),
        exam,
        _first(cursor, _EVALUATION, terms),
        _first(cursor, _ROBUSTNESS, (identity,)),
        _all(cursor, _PAPER, (identity,)),
    )


def declared_order(
    strategy_name: str, held: Mapping[str, int | float]
) -> dict[str, int | float]:
    """Return parameters as they are declared: JSONB keeps no order."""
    kind = CATALOGUE.get(strategy_name)
    names = [p.name for p in kind.parameters if p.name in held] if kind else []
    return {name: held[name] for name in [*names, *held]}


def _first(cursor: Cursor, query: str, values: Any) -> Row | None:
    return next(iter(_all(cursor, query, values)), None)


def _all(cursor: Cursor, query: str, values: Any) -> list[Row]:
    cursor.execute(query, values)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
