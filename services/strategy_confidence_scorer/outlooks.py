"""Saying of a symbol's best unproven strategy when it might be proven."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.claim_rows import (
    claims_budget,
    next_claim_number,
)
from services.strategy_confidence_scorer.score_inputs import Subject
from services.strategy_confidence_scorer.settings import Settings
from services.strategy_confidence_scorer.statuses import FOUND
from tradestream.discovery.exam_schedule import (
    FIRST_AT_LEAST,
    length_after,
)
from tradestream.discovery.outlook import days_until_provable
from tradestream.statistics.betting import threshold

_PREFIX = "not yet provable"


def store_outlook(
    cursor: Cursor,
    symbol: str,
    sharpes: Mapping[Subject, float],
    settings: Settings,
    now: datetime,
) -> None:
    """Write into the best unproven strategy's reason how many days it needs.

    Args:
        cursor: Inside the transaction that stores the scores.
        symbol: Whose strategies.
        sharpes: By strategy, its annual excess Sharpe ratio shrunk by its error.
        settings: What the run was told.
        now: The time of the run.
    """
    unproven = [s for s in sharpes if s.status in ("candidate", "probation")]
    best = max(unproven, key=lambda s: (sharpes[s], s.strategy_id), default=None)
    _forget_others(cursor, symbol, None if best is None else best.strategy_id)
    if best is None:
        return
    critical, following = _exams(cursor, symbol, settings, now)
    budget = claims_budget(cursor, symbol, pooled=settings.pooled)
    following_claim = next_claim_number(cursor, symbol)
    claim = (1.0, threshold(following_claim, budget=budget))
    if best.claim is not None:
        claim = best.claim[1:]
    days = days_until_provable(
        sharpes[best],
        now=now,
        critical_t=critical,
        next_exam=following,
        claim=claim,
        next_claim=following_claim,
    )
    cursor.execute(
        "UPDATE strategies SET status_reason = %s WHERE strategy_id = %s",
        (_words(best, sharpes[best], days), best.strategy_id),
    )


def _words(best: Subject, sharpe: float, days: int | None) -> str:
    if days is None:
        text = f"{_PREFIX}: its edge is too small to be proven in ten years"
    else:
        unit = "day" if days == 1 else "days"
        text = (
            f"{_PREFIX}: needs about {days} more {unit}, "
            f"if its excess Sharpe ratio of {sharpe:.1f} is real"
        )
    if best.claim is not None:
        number, evidence, line = best.claim
        text += f"; claim {number} is at e {evidence:.3g} of {line:.4g}"
    return text


def _exams(
    cursor: Cursor, symbol: str, settings: Settings, now: datetime
) -> tuple[float | None, tuple[datetime, timedelta]]:
    """Return the last critical value, and end and length of the next window."""
    cursor.execute(
        "SELECT critical_value, window_start_at, window_end_at FROM exams"
        " WHERE symbol = %s ORDER BY exam_number",
        (symbol,),
    )
    rows = cursor.fetchall()
    if not rows:
        end = max(settings.backfill_start + FIRST_AT_LEAST, now)
        return None, (end, end - settings.backfill_start)
    critical = next((row[0] for row in reversed(rows) if row[0] is not None), None)
    _, start, end = max(rows, key=lambda row: row[2])
    length = length_after(end - start)
    return critical, (end + length, length)


def _forget_others(cursor: Cursor, symbol: str, best: str | None) -> None:
    """Take the outlook back from strategies that are no longer the best."""
    cursor.execute(
        "UPDATE strategies s SET status_reason = coalesce("
        "  (SELECT reason FROM status_changes c WHERE c.strategy_id = s.strategy_id"
        "   AND c.to_status = s.status ORDER BY changed_at DESC LIMIT 1), %s)"
        " WHERE symbol = %s AND status_reason LIKE %s"
        " AND status IN ('candidate', 'probation')"
        " AND strategy_id IS DISTINCT FROM %s",
        (FOUND, symbol, f"{_PREFIX}%", best),
    )
