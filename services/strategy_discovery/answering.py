"""What a request is answered with.

The same request on the same bars gives the same messages, in the same order:
no clock, no randomness but the request's own seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protos.discovery.v1 import result_pb2
from tradestream.backtest.details import adverse_excursion_p95
from tradestream.backtest.metrics import METRICS, reported
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.discovery import messages
from tradestream.discovery.design import Design, design
from tradestream.discovery.exam import ExamPassRow, run_exam
from tradestream.discovery.messages import Judged
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.discovery.requests import ExamRequest, SearchRequest
from tradestream.discovery.search import SearchConfig, search
from tradestream.errors import InvalidMessageError

Result = (
    result_pb2.DiscoveredStrategy
    | result_pb2.SearchSummary
    | result_pb2.HistoryExamResult
)


def answer(
    request: SearchRequest | ExamRequest, window: Window, judged: Judged
) -> list[Result]:
    """Return the results of a request, the summary last.

    Args:
        request: A checked request.
        window: The bars of its span, ready to be evaluated.
        judged: What messages say of these bars.

    Raises:
        InvalidMessageError: If an exam names another design than ours.
    """
    if isinstance(request, SearchRequest):
        return _search(request, window, judged)
    return [_examine(request, window, judged)]


def _search(request: SearchRequest, window: Window, judged: Judged) -> list[Result]:
    config = SearchConfig(
        population_size=request.population_size,
        max_generations=request.max_generations,
        top_n=request.top_n,
        seed=request.seed,
    )
    result = search(window, request.strategy_name, config)
    name = request.strategy_name
    return [
        *(
            messages.strategy_message(
                judged, request.request_id, name, found, request.seed
            )
            for found in result.found
        ),
        messages.summary_message(judged, request, result, len(result.found)),
    ]


def _examine(
    request: ExamRequest, window: Window, judged: Judged
) -> result_pb2.HistoryExamResult:
    ours = our_design(request.design_hash)
    outcome = run_exam(window, ours, alpha=request.alpha, seed=request.seed)
    passing = [
        result_pb2.ExamPass(
            strategy=messages.strategy_message(
                judged,
                request.request_id,
                row.strategy_name,
                evaluated_in_full(window, row, rank),
                request.seed,
            ),
            t=row.t,
        )
        for rank, row in enumerate(outcome.passing, start=1)
    ]
    return messages.exam_message(judged, request, outcome, passing)


def our_design(wanted: str) -> Design:
    """Return the design of our catalogue.

    Raises:
        InvalidMessageError: If another one is wanted.
    """
    ours = design()
    if wanted != ours.hash:
        raise InvalidMessageError(
            f"design_hash: our design {ours.hash} is required, was {wanted!r}"
        )
    return ours


@dataclass(frozen=True, slots=True)
class Passed:
    """A genome that passed an exam, evaluated in full."""

    parameters: Mapping[str, int | float]
    score: float
    metrics: Mapping[str, float | None]
    hourly: Floats
    rank: int
    plateau: None = None


def evaluated_in_full(window: Window, row: ExamPassRow, rank: int) -> Passed:
    """Return a genome with all that a find says of it."""
    name, genome = row.strategy_name, window.genome(row.strategy_name, row.parameters)
    result = window.evaluate(name, genome)
    scores = excess_sharpe_score(result.excess_sharpe_bar, result.trades)
    return Passed(
        parameters=row.parameters,
        score=float(scores[0]),
        metrics={
            **{
                metric: reported(metric, result.metrics[metric][0])
                for metric in METRICS
            },
            "adverse_excursion_p95": adverse_excursion_p95(window, name, genome[0]),
        },
        hourly=result.hourly[0],
        rank=rank,
    )
