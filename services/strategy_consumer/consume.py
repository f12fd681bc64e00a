"""One run of the consumer: drain the topic into the database."""

import gc
import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.strategy_consumer.database import Stored
from services.strategy_consumer.parsing import Parsed, parse
from services.strategy_consumer.rows import ExamAnswer, Find, Trials
from tradestream.bus.dead_letter import dead_letter
from tradestream.bus.port import Bus, Consumer, Record
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger
from tradestream.runtime.matter import working_on

GROUP = "strategy_consumer"
_BATCHES_BETWEEN_COLLECTIONS = 16


class Store(Protocol):
    """Where rows are kept."""

    def store(
        self,
        finds: Sequence[Find],
        trials: Sequence[Trials],
        answers: Sequence[ExamAnswer],
        *,
        now: datetime,
    ) -> Stored:
        """Store all that is new; return when it is durable."""
        ...


@dataclass(slots=True)
class Consumed:
    """What a run did.

    Attributes:
        messages: Messages read and committed.
        strategies: Strategies that were new.
        evaluations: Evaluations that were new.
        trials: Rows of the ledger that were new.
        exams: Exams answered.
        dead: Messages put aside, by the kind of reason.
    """

    messages: int = 0
    strategies: int = 0
    evaluations: int = 0
    trials: int = 0
    exams: int = 0
    dead: dict[str, int] = field(default_factory=dict)


def consume(
    bus: Bus,
    store: Store,
    *,
    now: datetime,
    batch: int,
    idle_seconds: float = 0.0,
    stop: Callable[[], bool] = lambda: False,
) -> Consumed:
    """Drain `discovered-strategies` into `store`; stop when nothing is left.

    A batch is committed on the bus after the database has it, so a run that is
    killed in between reads it again, and changes nothing. One batch is parsed
    while the one before it is being stored.

    Args:
        bus: Where to read.
        store: Where to write; called from one other thread.
        now: Time to note in new rows.
        batch: Most messages to hold at once.
        idle_seconds: How long to wait for more before the topic is drained.
        stop: Asked between batches; what is in hand is finished first.

    Raises:
        UnavailableError: If bus or database did not answer; what was not
            committed comes again.
    """
    consumed = Consumed()
    consumer = bus.consumer(DISCOVERED_STRATEGIES, GROUP)
    waiting: _Waiting | None = None
    # A batch is many small objects, none of them in a cycle: looking for cycles as
    # often as usual would take a fifth of the time. Clients of a bus leave some.
    gc.disable()
    batches = itertools.count(1)
    try:
        with ThreadPoolExecutor(1) as writer:
            while True:
                records = [] if stop() else consumer.poll(batch, idle_seconds)
                parsed = parse(records)
                if waiting is not None:
                    _finish(bus, consumer, waiting, consumed)
                if not records:
                    return consumed
                if next(batches) % _BATCHES_BETWEEN_COLLECTIONS == 0:
                    gc.collect()
                stored = writer.submit(
                    store.store, parsed.finds, parsed.trials, parsed.answers, now=now
                )
                waiting = _Waiting(records, parsed, stored)
    finally:
        gc.enable()
        consumer.close()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A batch on its way to the database."""

    records: Sequence[Record]
    parsed: Parsed
    stored: "Future[Stored]"


def _finish(
    bus: Bus, consumer: Consumer, waiting: _Waiting, consumed: Consumed
) -> None:
    """Wait until a batch is durable, put its bad messages aside, commit it."""
    stored = waiting.stored.result()
    failpoint("strategy_consumer.database_committed")
    _put_aside(bus, waiting.parsed, stored.refused, consumed)
    failpoint("strategy_consumer.dead_letters_published")
    consumer.commit(waiting.records)
    consumed.messages += len(waiting.records)
    consumed.strategies += stored.strategies
    consumed.evaluations += stored.evaluations
    consumed.trials += stored.trials
    consumed.exams += stored.exams


def _put_aside(
    bus: Bus, parsed: Parsed, refused: Mapping[ExamAnswer, str], consumed: Consumed
) -> None:
    for record, reason in parsed.bad:
        _refuse(bus, record, reason)
        consumed.dead["malformed"] = consumed.dead.get("malformed", 0) + 1
    for record, answer in zip(parsed.answer_records, parsed.answers, strict=True):
        if answer in refused:
            _refuse(bus, record, refused[answer])
            consumed.dead["exam"] = consumed.dead.get("exam", 0) + 1


def _refuse(bus: Bus, record: Record, reason: str) -> None:
    with working_on("refuse", record.message.headers):
        dead_letter(bus, record, reason)
        get_logger(GROUP).warning("result refused", reason=reason)
