"""One run: strategy by strategy, each stored as soon as it is known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from psycopg2.extensions import connection as Connection

from services.strategy_robustness.compute import Market, Settings, compute
from services.strategy_robustness.rows import due, store_evidence, trials_between
from tradestream.candle_store.port import CandleStore
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics
from tradestream.strategies.stored import is_declared


@dataclass(slots=True)
class Outcome:
    """What a run did.

    Attributes:
        due: Strategies that lacked fresh evidence.
        computed: Those that have it now.
        without_bars: Those whose market has hardly any bars.
        left_out: Those that the catalogue does not have any more.
    """

    due: int = 0
    computed: int = 0
    without_bars: int = 0
    left_out: int = 0


def run_once(
    connection: Connection,
    store: CandleStore,
    *,
    settings: Settings,
    now: datetime,
    out_of_time: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Compute what is due, as far as time allows.

    Args:
        connection: PostgreSQL.
        store: The candles.
        settings: What the run was told.
        now: The time of the run.
        out_of_time: Asked before each strategy; the rest is left to the next run.

    Raises:
        UnavailableError: If a dependency did not answer; run again.
    """
    with transaction(connection) as cursor:
        waiting = due(cursor, older_than=now - settings.refresh_after)
    outcome = Outcome(due=len(waiting))
    for symbol, strategies in groupby(waiting, key=lambda one: one.symbol):
        if out_of_time():
            break
        market = Market(store, symbol, settings, now)
        with transaction(connection) as cursor:
            trials = trials_between(cursor, symbol, market.start, market.end)
        for strategy in strategies:
            if out_of_time():
                break
            if not is_declared(strategy.strategy_name, strategy.parameters):
                outcome.left_out += 1
                continue
            evidence = compute(market, strategy, trials)
            if evidence is None:
                outcome.without_bars += 1
                continue
            with transaction(connection) as cursor:
                store_evidence(cursor, strategy, evidence, now)
            failpoint("strategy_robustness.stored")
            outcome.computed += 1
    return outcome


def report(
    outcome: Outcome, metrics: RoomMetrics, now: datetime, seconds: float
) -> None:
    """Log and count what a run did."""
    passed_over = outcome.without_bars + outcome.left_out
    left = outcome.due - outcome.computed - passed_over
    metrics.counter("computed_strategies_total").inc(outcome.computed)
    metrics.gauge("left_out_strategies").set(outcome.left_out)
    metrics.gauge("waiting_strategies").set(left)
    metrics.finish(now, seconds)
    get_logger(metrics.room).info(
        "evidence computed",
        due=outcome.due,
        computed=outcome.computed,
        without_bars=outcome.without_bars,
        left_out=outcome.left_out,
        left=left,
        seconds=round(seconds, 3),
    )
