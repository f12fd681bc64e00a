"""What one Python worker of the job does with a request. Pure: no Flink in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.strategy_discovery.answers import answer_request
from services.strategy_discovery.flink.settings import Work
from services.strategy_discovery.flink.tries import Tries
from services.strategy_discovery.reading import Asked, request_of
from services.strategy_discovery.windows import Windows
from tradestream.bus.dead_letter import letter
from tradestream.bus.port import Message, Record
from tradestream.candle_store.port import CandleStore
from tradestream.errors import InvalidMessageError


def span_of(
    record: Record, work: Work, pause: Callable[[float], None] = time.sleep
) -> str | Message:
    """Return what requests on the same bars have in common, or a dead letter."""
    try:
        span = request_of(record, work.max_deliveries, work.clock, pause).span
    except InvalidMessageError as error:
        return letter(record, str(error))
    return f"{span.symbol} {span.start.isoformat()} {span.end.isoformat()}"


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a request.

    Attributes:
        results: Messages that answer it.
        letter: What is put aside of it, None when it was answered.
        is_exam: Whether it was an exam.
        evaluations: Distinct genomes that a search evaluated.
    """

    results: tuple[Message, ...] = ()
    letter: Message | None = None
    is_exam: bool = False
    evaluations: int = 0


class Discovery:
    """Answers requests one after the other, over one candle store.

    Args:
        work: How.
        store: Where the bars are.
        answered_by: Name of this worker.
    """

    def __init__(self, work: Work, store: CandleStore, answered_by: str) -> None:
        self._work = work
        self._answered_by = answered_by
        self._tries = (
            None if work.tries is None else Tries(work.tries, work.wait_seconds)
        )
        self._windows = Windows(
            store,
            work.max_missing,
            work.row_budget_bytes,
            keep=work.keep_windows,
            keep_seconds=work.keep_seconds,
        )

    def handle(self, record: Record) -> Handled:
        """Answer a record, or put it aside.

        Raises:
            UnavailableError: If the candle store did not answer, or others kept it
                from its turn.
        """
        if self._tries is None:
            return self._handle(record)
        with self._tries.attempt(record.position) as number:
            return self._handle(replace(record, deliveries=number))

    def _handle(self, record: Record) -> Handled:
        work = self._work
        try:
            request = request_of(record, work.max_deliveries, work.clock)
            answer = answer_request(
                Asked(record, request), self._windows, answered_by=self._answered_by
            )
        except InvalidMessageError as error:
            return Handled(letter=letter(record, str(error)))
        return Handled(
            answer.messages, is_exam=answer.is_exam, evaluations=answer.trials
        )
