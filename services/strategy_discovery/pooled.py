"""Answering the exam of a group: the bars of one member at a time in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from protos.discovery.v1 import result_pb2
from services.strategy_discovery.answering import (
    Passed,
    Result,
    evaluated_in_full,
    our_design,
)
from tradestream.backtest.window import Window
from tradestream.candles import HOUR_SECONDS, Floats, to_seconds
from tradestream.discovery import messages
from tradestream.discovery.exam import (
    LEAST_TRADES,
    ExamOutcome,
    ExamPassRow,
    excess_returns,
)
from tradestream.discovery.messages import Judged, group_fingerprint
from tradestream.discovery.pooled_exam import Hours, on_grid, run_pooled_exam
from tradestream.discovery.requests import ExamRequest, Span, timestamp
from tradestream.errors import InvalidMessageError
from tradestream.statistics.standard_errors import indifferent_errors
from tradestream.statistics.superior_predictive_ability import moments

OpenMember = Callable[[Span], tuple[Window, Judged]]
"""Loads the bars of one symbol."""

MOST_SPREAD = 5
"""So many of the genomes that pass are reported on each member too, as finds."""

_YEAR_HOURS = 8_760


def answer_group(
    request: ExamRequest, open_member: OpenMember, between: Callable[[], None]
) -> list[Result]:
    """Return the finds on the members, and the outcome of the exam last.

    Args:
        request: A checked request of a group.
        open_member: Loads the bars of one member's span.
        between: Called before each member; may raise to stop.

    Raises:
        InvalidMessageError: If a member lacks bars, the exam names another
            design than ours, or its window is too long for so many genomes.
    """
    design, hours = our_design(request.design_hash), _hours(request.span)
    judged: dict[str, Judged] = {}

    def open_window(symbol: str) -> Window:
        window, judged[symbol] = open_member(replace(request.span, symbol=symbol))
        return window

    try:
        outcome = run_pooled_exam(
            request.members, open_window, design, hours,
            alpha=request.alpha, seed=request.seed, between=between,
        )  # fmt: skip
    except ValueError as error:
        raise InvalidMessageError(str(error)) from error
    shown = _Shown(len(outcome.passing), hours)
    if outcome.passing:
        for symbol in request.members:
            between()
            shown.look(symbol, open_window(symbol), judged[symbol], outcome)
    return [*shown.finds(request), _message(request, outcome, judged, shown)]


def _hours(span: Span) -> Hours:
    first, end = to_seconds(span.start), to_seconds(span.end)
    return Hours(first, (end - first) // HOUR_SECONDS)


class _Shown:
    """What the genomes that passed did on each member, and all together."""

    def __init__(self, genomes: int, hours: Hours) -> None:
        self._hours = hours
        self._looks = 0
        self._market = np.zeros(hours.count)
        self._strategy = np.zeros((genomes, hours.count))
        self._exposure = np.zeros(genomes)
        self._turnover = np.zeros(genomes)
        self.members: list[list[result_pb2.MemberPass]] = [[] for _ in range(genomes)]
        self._finds: list[tuple[Judged, ExamPassRow, Passed]] = []

    def look(
        self, symbol: str, window: Window, judged: Judged, outcome: ExamOutcome
    ) -> None:
        """Add one member."""
        self._looks += 1
        self._market += on_grid(
            window.market_hourly[None], window.first_hour, self._hours
        )[0]
        for place, row in enumerate(outcome.passing):
            genome = window.genome(row.strategy_name, row.parameters)
            result = window.evaluate(row.strategy_name, genome)
            self._strategy[place] += on_grid(
                result.hourly, window.first_hour, self._hours
            )[0]
            self._exposure[place] += result.exposure[0]
            self._turnover[place] += result.metrics["turnover"][0]
            found = moments(
                excess_returns(result, window.market_hourly),
                least_error=indifferent_errors(result.exposure, window.market_hourly),
            )
            counted = result.trades[0] >= LEAST_TRADES and bool(found.error[0] > 0)
            gain = float(result.total_return[0])
            self.members[place].append(
                result_pb2.MemberPass(
                    symbol=symbol,
                    t=messages.defined(float(found.t[0])),
                    trades=int(result.trades[0]),
                    total_return=gain,
                    counted=counted,
                )
            )
            if counted and gain > 0 and place < MOST_SPREAD:
                passed = evaluated_in_full(window, row, place + 1)
                self._finds.append((judged, row, passed))

    def finds(self, request: ExamRequest) -> Iterator[Result]:
        """Yield each find on a member: a candidate there, proven nowhere yet."""
        for judged, row, found in self._finds:
            yield messages.strategy_message(
                judged, request.request_id, row.strategy_name, found, request.seed
            )

    def basket(self, place: int, row: ExamPassRow) -> tuple[Passed, Floats]:
        """Return a genome on all members together, and the market of them."""
        hourly, market = self._strategy[place] / self._looks, self._market / self._looks
        exposure = self._exposure[place] / self._looks
        excess = hourly - exposure * market
        deviation = float(excess.std())
        equity = np.cumprod(1 + hourly)
        highs = np.maximum.accumulate(np.append(1.0, equity))[1:]
        sharpe = float(excess.mean()) / deviation if deviation > 0 else None
        metrics = {
            "trades": float(sum(member.trades for member in self.members[place])),
            "final_equity": 10_000 * float(equity[-1]),
            "total_return": float(equity[-1]) - 1,
            "max_drawdown": float(np.max(1 - equity / highs)),
            "exposure": float(exposure),
            "turnover": float(self._turnover[place] / self._looks),
            "buy_and_hold_return": float(np.prod(1 + market)) - 1,
            "excess_sharpe": None if sharpe is None else sharpe * _YEAR_HOURS**0.5,
        }
        return Passed(row.parameters, row.t, metrics, hourly, place + 1), market


def _message(
    request: ExamRequest,
    outcome: ExamOutcome,
    judged: Mapping[str, Judged],
    shown: _Shown,
) -> result_pb2.HistoryExamResult:
    group = _of_group(request.span, list(judged.values()))
    passing = []
    for place, row in enumerate(outcome.passing):
        basket, market = shown.basket(place, row)
        strategy = messages.strategy_message(
            replace(group, market_hourly=market),
            request.request_id,
            row.strategy_name,
            basket,
            request.seed,
        )
        passing.append(
            result_pb2.ExamPass(
                strategy=strategy, t=row.t, members=shown.members[place]
            )
        )
    members = [
        result_pb2.ExamMember(
            symbol=symbol, window=one.window, data_fingerprint=one.data_fingerprint
        )
        for symbol, one in sorted(judged.items())
    ]
    return messages.exam_message(group, request, outcome, passing, members)


def _of_group(span: Span, members: Sequence[Judged]) -> Judged:
    """Return what messages say of the bars of a group as a whole.

    The fewest bars of a member, and the finest steps of one.
    """
    fewest = min(member.window.bars for member in members)
    window = result_pb2.Window(
        start_time=timestamp(span.start),
        end_time=timestamp(span.end),
        anchor=timestamp(span.start),
        bars=fewest,
        missing=span.bars - fewest,
        price_tick=min(member.window.price_tick for member in members),
        volume_lot=min(member.window.volume_lot for member in members),
    )
    prints = {member.span.symbol: member.data_fingerprint for member in members}
    return Judged(
        span=span,
        window=window,
        first_hour=to_seconds(span.start),
        market_hourly=np.empty(0),
        code_version=members[0].code_version,
        data_fingerprint=group_fingerprint(prints),
    )
