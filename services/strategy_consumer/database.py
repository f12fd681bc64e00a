"""Storing what was found: COPY into temporary tables, then upserts.

One transaction a batch. What is there already stays as it is, so duplicates
and reorderings change nothing; `best` and `latest` depend only on which
evaluations are stored, not on when they came.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_consumer import binary_copy as copy
from services.strategy_consumer import sql
from services.strategy_consumer.row_bytes import evaluation_row, strategy_row
from services.strategy_consumer.rows import (
    Batch,
    ExamAnswer,
    Find,
    Trials,
    batch,
    evaluations_by_id,
    trials_by_id,
)
from tradestream.postgres import transaction


@dataclass(frozen=True, slots=True)
class Stored:
    """What a transaction changed.

    Attributes:
        strategies: Strategies that were not there.
        evaluations: Evaluations that were not there.
        trials: Rows of the ledger that were not there.
        exams: Exams answered for the first time.
        refused: By answer, why an exam's answer was not stored.
    """

    strategies: int
    evaluations: int
    trials: int
    exams: int
    refused: Mapping[ExamAnswer, str]


class Database:
    """The tables that this room writes.

    Args:
        connection: An open connection, used by nothing else.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with transaction(connection), connection.cursor() as cursor:
            cursor.execute(sql.CREATE_TEMPORARY)

    def store(
        self,
        finds: Sequence[Find],
        trials: Sequence[Trials],
        answers: Sequence[ExamAnswer],
        *,
        now: datetime,
    ) -> Stored:
        """Store all that is new; return when it is durable.

        Raises:
            UnavailableError: If the database did not answer; nothing is stored.
        """
        with transaction(self._connection), self._connection.cursor() as cursor:
            cursor.execute(sql.LOCK)
            accepted, refused = _judge_answers(cursor, answers)
            passing = [p.find for answer in accepted for p in answer.passes]
            found = evaluations_by_id([*finds, *passing])
            rows = batch(found, _stored(cursor, found), trials_by_id(trials))
            changed = _upsert(cursor, rows, now)
            _settle(cursor, accepted, now)
        return Stored(*changed, exams=len(accepted), refused=refused)


def _judge_answers(
    cursor: Cursor, answers: Sequence[ExamAnswer]
) -> tuple[list[ExamAnswer], dict[ExamAnswer, str]]:
    """Return the first answers to exams that were asked, and why not others.

    Of two different answers to one exam, which only corrected bars can bring,
    the first one stored stays; within a batch, the one that sorts first.
    """
    if not answers:
        return [], {}
    cursor.execute(sql.SELECT_EXAMS, ([answer.request_id for answer in answers],))
    exams = {row[0]: ((*row[1:7], tuple(row[7])), row[8]) for row in cursor.fetchall()}
    accepted: dict[str, ExamAnswer] = {}
    refused: dict[ExamAnswer, str] = {}
    for answer in sorted(answers, key=lambda each: each.canonical):
        asked, answered = exams.get(answer.request_id, (None, False))
        if asked is None:
            refused[answer] = "an exam that was asked for is required"
        elif asked != answer.asked:
            refused[answer] = (
                f"an answer to the exam {asked} is required, was {answer.asked}"
            )
        elif not answered:
            accepted.setdefault(answer.request_id, answer)
    return list(accepted.values()), refused


def _stored(cursor: Cursor, found: Mapping[str, Find]) -> set[str]:
    """Return which evaluations are stored already, and so their strategies.

    One that is stale counts only if it is of the same candles.
    """
    if not found:
        return set()
    cursor.execute(sql.SELECT_STORED, (list(found),))
    return {
        key
        for key, stale in cursor.fetchall()
        if stale in (None, found[key].evaluation.message.data_fingerprint)
    }


def _upsert(cursor: Cursor, rows: Batch, now: datetime) -> tuple[int, int, int]:
    """Return how many strategies, evaluations, and trials were new."""
    times = {"now": now}
    strategies = evaluations = trials = 0
    if rows.evaluations:
        _copy(cursor, "incoming_strategies", map(strategy_row, rows.strategies))
        cursor.execute(sql.INSERT_STRATEGIES, times)
        strategies = cursor.rowcount
        _copy(cursor, "incoming_evaluations", map(evaluation_row, rows.evaluations))
        cursor.execute(sql.INSERT_EVALUATIONS, times)
        evaluations = cursor.rowcount
    if strategies < len(rows.strategies):
        cursor.execute(sql.UPDATE_CHOSEN)
        cursor.execute(sql.UPDATE_CHOSEN_NUMBERS)
    if rows.trials:
        _copy(cursor, "incoming_trials", (row.copy_row for row in rows.trials))
        cursor.execute(sql.INSERT_TRIALS, times)
        trials = cursor.rowcount
    return strategies, evaluations, trials


def _settle(cursor: Cursor, answers: Iterable[ExamAnswer], now: datetime) -> None:
    for answer in answers:
        cursor.execute(
            sql.UPDATE_EXAM,
            {
                "now": now,
                "request_id": answer.request_id,
                "genomes": answer.genomes,
                "eligible": answer.eligible,
                "resamples": answer.resamples,
                "critical_value": answer.critical_value,
                "best_t": answer.best_t,
                "data_fingerprint": answer.data_fingerprint,
                "code_version": answer.code_version,
            },
        )
        for passed in answer.passes:
            found = passed.find.evaluation
            keys = (answer.request_id, found.strategy_id, found.evaluation_id)
            members = None if passed.members is None else passed.members.decode()
            cursor.execute(sql.INSERT_EXAMINED, (*keys, passed.t, members))


def _copy(cursor: Cursor, table: str, rows: Iterable[bytes]) -> None:
    data = b"".join([copy.HEADER, *rows, copy.TRAILER])
    cursor.copy_expert(sql.COPY[table], io.BytesIO(data), size=1 << 20)
