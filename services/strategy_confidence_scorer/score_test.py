"""Tests of one run over all symbols, on a real PostgreSQL."""

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.score import Report, score
from services.strategy_confidence_scorer.small_world_fake import (
    NOISE,
    NOW,
    TREND,
    run,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore

pytestmark = pytest.mark.integration


def test_nothing_to_look_at_is_no_error(postgres: Connection, bus: MemoryBus) -> None:
    assert run(postgres, bus, MemoryCandleStore(), NOW) == Report()


def test_what_a_run_has_no_time_for_is_left_to_the_next(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.store_until(world.market(NOISE, 9), store, NOW)
    answers = iter([False, True])

    report = score(
        postgres,
        lambda: bus,
        store,
        symbols=(),
        settings=world.settings(),
        now=NOW,
        out_of_time=lambda: next(answers),
    )

    assert (report.symbols, report.exams_asked) == (1, 1)
    assert run(postgres, bus, store, NOW).exams_asked == 1
