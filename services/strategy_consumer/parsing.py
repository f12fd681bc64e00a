"""From records of the bus to rows; what cannot be understood is kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.strategy_consumer.rows import ExamAnswer, Find, Trials
from tradestream.bus.port import Record
from tradestream.errors import InvalidMessageError


@dataclass(slots=True)
class Parsed:
    """What a batch of records says.

    Attributes:
        finds: Finds of searches.
        trials: Rows of the ledger of trials.
        answers: Outcomes of exams.
        answer_records: For each of `answers` the record that it came in.
        bad: Records that cannot be understood, with the reason.
    """

    finds: list[Find] = field(default_factory=list)
    trials: list[Trials] = field(default_factory=list)
    answers: list[ExamAnswer] = field(default_factory=list)
    answer_records: list[Record] = field(default_factory=list)
    bad: list[tuple[Record, str]] = field(default_factory=list)


def parse(records: Sequence[Record]) -> Parsed:
    """Return the rows of `records`; one that is bad never stops the others."""
    parsed = Parsed()
    if not records:
        # Nothing to do is most runs: the imports below take longer than they.
        return parsed
    import numpy as np

    from protos.discovery.v1 import result_pb2
    from services.strategy_consumer import reading
    from tradestream.bus.codec import decode

    kinds = (
        result_pb2.DiscoveredStrategy,
        result_pb2.SearchSummary,
        result_pb2.HistoryExamResult,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        for record in records:
            try:
                message = decode(record, *kinds)
                if isinstance(message, result_pb2.DiscoveredStrategy):
                    parsed.finds.append(reading.read_find(message))
                elif isinstance(message, result_pb2.SearchSummary):
                    parsed.trials.append(reading.read_trials(message))
                elif isinstance(message, result_pb2.HistoryExamResult):
                    parsed.answers.append(reading.read_exam(message))
                    parsed.answer_records.append(record)
            except InvalidMessageError as error:
                parsed.bad.append((record, str(error)))
    return parsed
