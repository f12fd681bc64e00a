"""What is due, and where evidence is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor

from tradestream.discovery.requests import GROUP_PREFIX

INTERVAL = "1m"


@dataclass(frozen=True, slots=True)
class Due:
    """A strategy whose evidence is to be computed.

    Attributes:
        strategy_id: Which strategy.
        symbol: Its market.
        strategy_name: Its type.
        parameters: Typed values by name.
        found_at: When it was found first: no search that found it saw later bars.
    """

    strategy_id: str
    symbol: str
    strategy_name: str
    parameters: Mapping[str, int | float]
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was computed of a strategy, ready to be stored.

    Attributes:
        start: First bar looked at.
        end: First instant after the last.
        fingerprint: Of the bars.
        code_version: What computed it.
        trials: Distinct genomes tried on overlapping windows.
        deflated_sharpe: A probability, None if undefined.
        overfitting_probability: A share, None if undefined.
        checks: JSON-able; see `tradestream.robustness.collect`.
    """

    start: datetime
    end: datetime
    fingerprint: str
    code_version: str
    trials: int
    deflated_sharpe: float | None
    overfitting_probability: float | None
    checks: Mapping[str, Any]


def due(cursor: Cursor, *, older_than: datetime) -> list[Due]:
    """Return what lacks evidence, or has some from before `older_than`.

    By symbol, so that bars are read once: symbols with validated strategies
    first, then validated strategies before those in probation.
    """
    cursor.execute(
        "SELECT s.strategy_id, s.symbol, s.strategy_name, s.parameters, s.created_at"
        " FROM strategies s LEFT JOIN strategy_robustness r USING (strategy_id)"
        " WHERE s.status IN ('validated', 'probation') AND s.interval = %s"
        # A group of symbols has no bars of its own.
        " AND NOT starts_with(s.symbol, %s)"
        " AND (r.computed_at IS NULL OR r.computed_at < %s)"
        " ORDER BY bool_or(s.status = 'validated') OVER (PARTITION BY s.symbol) DESC,"
        " s.symbol, s.status DESC, s.status_changed_at, s.strategy_id",
        (INTERVAL, GROUP_PREFIX, older_than),
    )
    return [Due(*row) for row in cursor.fetchall()]


def trials_between(cursor: Cursor, symbol: str, start: datetime, end: datetime) -> int:
    """Return how many distinct genomes were tried on windows that overlap a span."""
    cursor.execute(
        "SELECT coalesce(sum(trials), 0)::bigint FROM trials"
        " WHERE symbol = %s AND window_end_at > %s AND window_start_at < %s",
        (symbol, start, end),
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def store_evidence(
    cursor: Cursor, strategy: Due, evidence: Evidence, now: datetime
) -> None:
    """Write the evidence of a strategy over what there was."""
    cursor.execute(
        "INSERT INTO strategy_robustness (strategy_id, symbol, window_start_at,"
        " window_end_at, data_fingerprint, code_version, trials, deflated_sharpe,"
        " overfitting_probability, evidence, computed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (strategy_id) DO UPDATE SET"
        " window_start_at = EXCLUDED.window_start_at,"
        " window_end_at = EXCLUDED.window_end_at,"
        " data_fingerprint = EXCLUDED.data_fingerprint,"
        " code_version = EXCLUDED.code_version, trials = EXCLUDED.trials,"
        " deflated_sharpe = EXCLUDED.deflated_sharpe,"
        " overfitting_probability = EXCLUDED.overfitting_probability,"
        " evidence = EXCLUDED.evidence, computed_at = EXCLUDED.computed_at",
        (
            strategy.strategy_id,
            strategy.symbol,
            evidence.start,
            evidence.end,
            evidence.fingerprint,
            evidence.code_version,
            evidence.trials,
            evidence.deflated_sharpe,
            evidence.overfitting_probability,
            json.dumps(evidence.checks, allow_nan=False, sort_keys=True),
            now,
        ),
    )
