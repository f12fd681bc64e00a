"""The loop of one worker: take requests, answer them, publish, then commit."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from services.strategy_discovery.answers import Answer, answer_request
from services.strategy_discovery.limits import Done, Limits
from services.strategy_discovery.reading import Asked, Refused, read
from services.strategy_discovery.windows import Windows
from tradestream.bus.dead_letter import dead_letter
from tradestream.bus.port import Bus, Record
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candle_store.port import CandleStore
from tradestream.errors import InvalidMessageError, OversizedMessageError
from tradestream.runtime.clock import Clock
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger
from tradestream.runtime.matter import working_on

GROUP = "strategy_discovery"
_IDLE_SECONDS = 0.5
_DRAIN_IDLE_SECONDS = 0.05


class _StopError(Exception):
    """Raised inside a batch when the worker must stop and give it back."""


def work(
    bus: Bus,
    store: CandleStore,
    limits: Limits,
    *,
    member: str,
    stop: Callable[[], bool],
    must_stop: Callable[[], bool],
    report: Callable[[Done], None],
    clock: Clock,
) -> None:
    """Answer requests until asked to stop, or until none is left.

    Records that were handed out before are taken one at a time: if one of them
    ends this process, it takes no other with it, and is put aside once it has
    done so too often.

    Args:
        bus: Where requests come from and results go to.
        store: Where the bars are.
        limits: How much to take on.
        member: Name of this worker in its group, the same after a restart.
        stop: Asked between batches.
        must_stop: Asked within a batch, which is given back then.
        report: Told what became of each batch.
        clock: Says which windows are over.

    Raises:
        UnavailableError: If bus or store did not answer; what was not
            committed comes again.
    """
    consumer = bus.consumer(DISCOVERY_REQUESTS, GROUP, member=member)
    idle = _DRAIN_IDLE_SECONDS if limits.drain else _IDLE_SECONDS
    size = 1
    try:
        while not stop():
            records = consumer.poll(size, idle)
            if not records:
                if limits.drain and bus.lag(DISCOVERY_REQUESTS, GROUP) == 0:
                    return
                continue
            started = time.monotonic()
            done = _answer_all(bus, store, limits, records, must_stop, clock, member)
            consumer.commit(records)
            done.seconds = time.monotonic() - started
            report(done)
            size = next_size(size, records, done.seconds, limits)
    except _StopError:
        return
    finally:
        consumer.close()


def next_size(
    size: int, records: Sequence[Record], seconds: float, limits: Limits
) -> int:
    """Return how many requests to take next.

    As many as fit `batch_seconds` at the pace of the last batch, at most twice
    as many as before: a bus gives a batch that takes too long to another
    worker. One, while records come again.
    """
    if any(record.deliveries > 1 for record in records):
        return 1
    fitting = int(limits.batch_seconds * len(records) / max(seconds, 1e-6))
    return max(1, min(fitting, 2 * size, limits.max_batch))


def _answer_all(
    bus: Bus,
    store: CandleStore,
    limits: Limits,
    records: Sequence[Record],
    must_stop: Callable[[], bool],
    clock: Clock,
    member: str,
) -> Done:
    """Publish what answers `records`, the bars of each span loaded once."""
    done = Done()
    windows = Windows(store, limits.max_missing, limits.row_budget_bytes)
    spans, refused = read(
        records,
        max_deliveries=limits.max_deliveries,
        clock=clock,
        pause=partial(_pause, must_stop),
    )
    for requests in spans.values():
        answers, late = _answer_span(windows, requests, must_stop, member)
        told, too_large = _publish(bus, answers)
        failpoint("strategy_discovery.results_published")
        _count(done, told)
        refused += [*late, *too_large]
    for bad in refused:
        with working_on("refuse", bad.record.message.headers):
            dead_letter(bus, bad.record, bad.reason)
            get_logger(GROUP).warning("request refused", reason=bad.reason)
    failpoint("strategy_discovery.dead_letters_published")
    done.dead = len(refused)
    return done


def _pause(must_stop: Callable[[], bool], seconds: float) -> None:
    """Wait; give the batch back if the worker must stop meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if must_stop():
            raise _StopError
        time.sleep(min(left, _IDLE_SECONDS))


def _answer_span(
    windows: Windows,
    requests: Sequence[Asked],
    must_stop: Callable[[], bool],
    member: str,
) -> tuple[list[tuple[Record, Answer]], list[Refused]]:
    """Return what answers requests that share their bars, and who got nothing."""
    answers: list[tuple[Record, Answer]] = []
    refused: list[Refused] = []

    def between() -> None:
        if must_stop():
            raise _StopError

    for asked in requests:
        between()
        try:
            answer = answer_request(asked, windows, answered_by=member, between=between)
        except InvalidMessageError as error:
            refused.append(Refused(asked.record, str(error)))
        else:
            answers.append((asked.record, answer))
    return answers, refused


def _publish(
    bus: Bus, answers: Sequence[tuple[Record, Answer]]
) -> tuple[list[Answer], list[Refused]]:
    """Publish answers; return them, and which the bus is too small for."""
    messages = [message for _, answer in answers for message in answer.messages]
    try:
        bus.publish(DISCOVERED_STRATEGIES, messages)
    except OversizedMessageError as error:
        if len(answers) == 1:
            return [], [Refused(answers[0][0], f"its answer: {error}")]
    else:
        return [answer for _, answer in answers], []
    # One of them is too large: each on its own, then. What goes out twice is equal.
    parts = [_publish(bus, [one]) for one in answers]
    return [a for told, _ in parts for a in told], [r for _, bad in parts for r in bad]


def _count(done: Done, answers: Sequence[Answer]) -> None:
    for answer in answers:
        done.results += answer.finds
        done.trials += answer.trials
        done.searches += not answer.is_exam
        done.exams += answer.is_exam
