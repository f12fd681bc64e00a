"""One run of the gate and the scores, symbol by symbol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer.corrections import mark_stale
from services.strategy_confidence_scorer.exam_requests import ask_again
from services.strategy_confidence_scorer.exams import ask_exam
from services.strategy_confidence_scorer.left_out import LeftOut
from services.strategy_confidence_scorer.paper import keep_paper
from services.strategy_confidence_scorer.pooled import GROUP, keep_pool
from services.strategy_confidence_scorer.probation import fold_claims
from services.strategy_confidence_scorer.progress import symbol_lock
from services.strategy_confidence_scorer.registration import register_claims
from services.strategy_confidence_scorer.retention import forget
from services.strategy_confidence_scorer.scores import score_symbol
from services.strategy_confidence_scorer.settings import ROOM, Settings
from services.strategy_confidence_scorer.settlement import settle_exams
from tradestream import outbox
from tradestream.bus.port import Bus
from tradestream.candle_store.port import CandleStore


@dataclass(slots=True)
class Report:
    """What a run did.

    Attributes:
        symbols: Symbols that were looked at.
        exams_asked: Exams asked for.
        exams_asked_again: Exams asked for again, as no answer came.
        published: Requests published, those of a run before included.
        hours_folded: Hours folded into claims, all claims together.
        claims_registered: New claims.
        claims_closed: Claims closed.
        validated_by_exam: Strategies validated by Door A.
        validated_by_claim: Strategies validated by Door B.
        groups_validated: Genomes validated on the group.
        stale: Evaluations, exams, and claims on corrected candles.
        paper_records: Verdicts followed on paper.
        evaluations_forgotten: Evaluations that nothing referred to any more.
        scored: Strategies scored.
        left_out: Strategies that the catalogue does not have any more.
    """

    symbols: int = 0
    exams_asked: int = 0
    exams_asked_again: int = 0
    published: int = 0
    hours_folded: int = 0
    claims_registered: int = 0
    claims_closed: int = 0
    validated_by_exam: int = 0
    validated_by_claim: int = 0
    groups_validated: int = 0
    stale: int = 0
    paper_records: int = 0
    evaluations_forgotten: int = 0
    scored: int = 0
    left_out: int = 0


def score(
    connection: Connection,
    open_bus: Callable[[], Bus],
    store: CandleStore,
    *,
    symbols: Sequence[str],
    settings: Settings,
    now: datetime,
    out_of_time: Callable[[], bool] = lambda: False,
) -> Report:
    """Keep the gate and score, one symbol after the other.

    Safe to rerun and to run twice at once: every step moves a watermark in the
    transaction that stores its effect, and one scorer at a time works on a
    symbol.

    Args:
        connection: PostgreSQL.
        open_bus: Opens the bus on which exams are asked for, if any are.
        store: The candles.
        symbols: What to look at; all symbols that have candles when empty.
        settings: What the run was told.
        now: The time of the run.
        out_of_time: Asked before each symbol; the rest is left to the next run.

    Raises:
        UnavailableError: If a dependency did not answer; run again.
    """
    report = Report()
    report.published += outbox.publish_if_waiting(connection, open_bus, ROOM, now)
    symbols = sorted({*symbols} or {*store.symbols()})
    for symbol in symbols:
        if out_of_time():
            return report
        with symbol_lock(connection, symbol):
            _keep_gate(connection, store, symbol, settings, now, report)
        report.published += outbox.publish_if_waiting(connection, open_bus, ROOM, now)
        report.symbols += 1
    if settings.pooled and symbols and not out_of_time():
        with symbol_lock(connection, GROUP):
            pool = keep_pool(connection, store, symbols, settings, now)
        report.stale += pool.stale
        report.groups_validated += pool.validated
        report.exams_asked += pool.asked
        report.exams_asked_again += pool.asked_again
        report.published += outbox.publish_if_waiting(connection, open_bus, ROOM, now)
    return report


def _keep_gate(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    settings: Settings,
    now: datetime,
    report: Report,
) -> None:
    left_out = LeftOut()
    report.stale += mark_stale(connection, store, symbol, now)
    report.validated_by_exam += settle_exams(connection, store, symbol, now)
    report.exams_asked += ask_exam(connection, store, symbol, settings, now)
    report.exams_asked_again += ask_again(
        connection, symbol, settings.ask_again_after, now
    )
    folded = fold_claims(connection, store, symbol, settings, now)
    report.hours_folded += folded.hours
    report.validated_by_claim += folded.validated
    report.claims_closed += folded.closed
    report.claims_registered += register_claims(
        connection, store, symbol, settings, now, left_out
    )
    report.paper_records += keep_paper(
        connection, store, symbol, settings, now, left_out
    )
    report.evaluations_forgotten += forget(
        connection, symbol, now - settings.keep_evaluations
    )
    report.scored += score_symbol(connection, symbol, settings, now, left_out)
    report.left_out += len(left_out)
