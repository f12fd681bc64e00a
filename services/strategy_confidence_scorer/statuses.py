"""Changing the status of strategies, with evidence and a reason in words."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

FOUND = "found by the search"


def change_status(
    cursor: Cursor,
    strategy_id: str,
    to: str,
    *,
    now: datetime,
    reason: str,
    only_from: tuple[str, ...] | None = None,
    door: str | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Give a strategy another status and write down why.

    Args:
        cursor: Inside the transaction that brings the evidence.
        strategy_id: What changes.
        to: The new status.
        now: The time of the run.
        reason: Why, in words.
        only_from: Statuses that may change; any by default.
        door: `A` or `B` when a door decided.
        evidence: The numbers that decided.

    Returns:
        False when it has that status already, or one that may not change.
    """
    cursor.execute(
        "SELECT status FROM strategies WHERE strategy_id = %s FOR UPDATE",
        (strategy_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise LookupError(f"a stored strategy is required, was {strategy_id}")
    known = row[0]
    if known == to or (only_from is not None and known not in only_from):
        return False
    cursor.execute(
        "UPDATE strategies SET status = %s, status_reason = %s, status_changed_at = %s"
        " WHERE strategy_id = %s",
        (to, reason, now, strategy_id),
    )
    cursor.execute(
        "INSERT INTO status_changes (strategy_id, changed_at, from_status, to_status,"
        " door, evidence, reason) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (
            strategy_id,
            now,
            known,
            to,
            door,
            json.dumps(dict(evidence or {}), sort_keys=True),
            reason,
        ),
    )
    return True
