"""Scoring strategies: how far each is to be trusted, and why."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from services.strategy_confidence_scorer.left_out import LeftOut
from services.strategy_confidence_scorer.outlooks import store_outlook
from services.strategy_confidence_scorer.progress import note_scored, read_progress
from services.strategy_confidence_scorer.score_inputs import (
    Evaluated,
    Subject,
    inputs_digest,
    neighbours,
    read_subjects,
    read_windows,
)
from services.strategy_confidence_scorer.settings import Settings
from tradestream.portfolio.confidence import (
    Confidence,
    Record,
    confidence,
    evidence_progress,
)
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Scored:
    """A strategy with its score.

    Attributes:
        subject: Which strategy.
        confidence: Its score and parts.
        progress: How far its evidence is towards its line, 0 to 1.
    """

    subject: Subject
    confidence: Confidence
    progress: float


def score_symbol(
    connection: Connection,
    symbol: str,
    settings: Settings,
    now: datetime,
    left_out: LeftOut,
) -> int:
    """Score the strategies of `symbol` again if anything changed since.

    Returns:
        How many were scored; 0 when nothing changed.
    """
    with transaction(connection) as cursor:
        inputs = inputs_digest(cursor, symbol, now)
        if inputs == read_progress(cursor, symbol).scored_inputs:
            return 0
        subjects = left_out.declared(read_subjects(cursor, symbol))
        near = {s.strategy_id: list(neighbours(s, symbol)) for s in subjects}
        ids = {*near, *(i for found in near.values() for i in found)}
        windows = read_windows(cursor, subjects, ids, now)
    scored = [
        _score(
            subject,
            windows[subject.strategy_id],
            [w for i in near[subject.strategy_id] for w in windows.get(i, ())],
            settings,
            now,
        )
        for subject in subjects
        if subject.strategy_id in windows
    ]
    with transaction(connection) as cursor:
        _store(cursor, symbol, scored, settings, now)
        store_outlook(
            cursor,
            symbol,
            {s.subject: s.confidence.shrunk_sharpe for s in scored},
            settings,
            now,
        )
        note_scored(cursor, symbol, inputs)
    failpoint("strategy_confidence_scorer.scored")
    return len(scored)


def _score(
    subject: Subject,
    own: Sequence[Evaluated],
    near: Sequence[Evaluated],
    settings: Settings,
    now: datetime,
) -> Scored:
    longest = max(own, key=lambda w: (w.end - w.start, w.end))
    progress = 0.0
    if subject.status == "validated":
        progress = 1.0
    elif subject.claim is not None:
        _, evidence, line = subject.claim
        progress = evidence_progress(evidence, line)
    record = Record(
        longest.excess_sharpe,
        longest.end - longest.start,
        progress,
        [(w.start, w.end) for w in (*own, *near)],
        max(w.end for w in own),
    )
    return Scored(subject, confidence(record, settings.weights, now=now), progress)


def _store(
    cursor: Cursor,
    symbol: str,
    scored: Sequence[Scored],
    settings: Settings,
    now: datetime,
) -> None:
    """Make the scores of `symbol` these and no others."""
    ids = [s.subject.strategy_id for s in scored]
    cursor.execute(
        "DELETE FROM strategy_scores WHERE symbol = %s AND NOT strategy_id = ANY(%s)",
        (symbol, ids),
    )
    execute_values(
        cursor,
        "INSERT INTO strategy_scores (strategy_id, symbol, score, performance,"
        " frequency, recency, explanation, scored_at) VALUES %s"
        " ON CONFLICT (strategy_id) DO UPDATE SET score = excluded.score,"
        " performance = excluded.performance, frequency = excluded.frequency,"
        " recency = excluded.recency, explanation = excluded.explanation,"
        " scored_at = excluded.scored_at",
        [
            (
                s.subject.strategy_id,
                symbol,
                s.confidence.score,
                s.confidence.performance,
                s.confidence.frequency,
                s.confidence.recency,
                json.dumps(_explanation(s, settings), sort_keys=True),
                now,
            )
            for s in scored
        ],
        page_size=500,
    )


def _explanation(scored: Scored, settings: Settings) -> dict[str, Any]:
    """Return the parts of a score, for people."""
    found, claim = scored.confidence, scored.subject.claim
    return {
        "weights": asdict(settings.weights),
        "status": scored.subject.status,
        "shrunk_excess_sharpe": found.shrunk_sharpe,
        "evidence_progress": scored.progress,
        "claim": None if claim is None else {"k": claim[0], "e": claim[1]},
        "separate_spans": found.separate_spans,
        "age_days": found.age_days,
    }
