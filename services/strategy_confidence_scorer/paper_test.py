"""Tests of following verdicts on paper, on a real PostgreSQL and engine."""

from datetime import timedelta

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.left_out import LeftOut
from services.strategy_confidence_scorer.paper import keep_paper
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    NOW,
    START,
    TREND,
    rows,
    run,
    settings,
)
from services.strategy_confidence_scorer.statuses import change_status
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import to_seconds
from tradestream.instruments import Instrument
from tradestream.postgres import transaction

pytestmark = pytest.mark.integration

RECORDS = "SELECT * FROM paper_records ORDER BY strategy_id, verdict, since_at"


@pytest.fixture
def store(postgres: Connection, bus: MemoryBus) -> MemoryCandleStore:
    """Return a world with claims, five days later."""
    series = world.market(TREND, 15)
    made = world.stocked(series, NOW)
    world.find(postgres, made, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, made, NOW)
    world.store_until(series, made, NOW + 5 * DAY)
    return made


def test_each_claim_is_followed_from_the_next_hour_on(
    postgres: Connection, store: MemoryCandleStore
) -> None:
    later = NOW + 5 * DAY

    written = keep_paper(postgres, store, TREND, settings(), later, LeftOut())

    found = rows(
        postgres,
        "SELECT p.verdict, p.since_at, p.until_at, p.hours, p.excess_sum,"
        " p.exposure = c.exposure, s.strategy_name, s.parameters, p.exposure"
        " FROM paper_records p JOIN claims c USING (strategy_id)"
        " JOIN strategies s USING (strategy_id)",
    )
    assert written == len(found) > 0
    for verdict, since, until, hours, total, same, name, parameters, exposure in found:
        assert verdict == "unproven"
        assert since == NOW.replace(minute=0) + timedelta(hours=1)
        assert (until - since) / timedelta(hours=1) == hours == 119
        assert same
        bars = store.read(TREND, 60, since - 14 * DAY, until)
        window = Window(bars, Instrument(TREND, 0.01, 1.0), Costs())
        result = window.evaluate(name, window.genome(name, parameters))
        first = (to_seconds(since) - window.first_hour) // 3600
        excess = result.hourly[0] - exposure * window.market_hourly
        assert total == pytest.approx(float(np.sum(excess[first:])))


def test_a_day_is_written_once_and_a_run_again_changes_nothing(
    postgres: Connection, store: MemoryCandleStore
) -> None:
    later = NOW + 5 * DAY
    assert keep_paper(postgres, store, TREND, settings(), later, LeftOut()) > 0
    before = rows(postgres, RECORDS)

    assert keep_paper(postgres, store, TREND, settings(), later, LeftOut()) == 0
    rows(postgres, "UPDATE gate_progress SET paper_day = NULL RETURNING 1")
    assert keep_paper(postgres, store, TREND, settings(), later, LeftOut()) > 0

    assert rows(postgres, RECORDS) == before


def test_a_refusal_ends_one_record_and_begins_another(
    postgres: Connection, store: MemoryCandleStore
) -> None:
    refused_at = NOW + 2 * DAY
    keep_paper(postgres, store, TREND, settings(), refused_at, LeftOut())
    strategy = rows(postgres, "SELECT min(strategy_id) FROM claims")[0][0]
    with transaction(postgres) as cursor:
        change_status(cursor, strategy, "refused", now=refused_at, reason="a test")

    keep_paper(postgres, store, TREND, settings(), NOW + 5 * DAY, LeftOut())

    found = rows(
        postgres,
        "SELECT verdict, hours, ended_at FROM paper_records"
        f" WHERE strategy_id = '{strategy}' ORDER BY since_at",
    )
    assert found == [("unproven", 47, refused_at), ("refused", 71, None)]


def test_verdicts_are_followed_for_90_days(
    postgres: Connection, store: MemoryCandleStore
) -> None:
    keep_paper(postgres, store, TREND, settings(), NOW + 5 * DAY, LeftOut())
    keep_paper(postgres, store, TREND, settings(), NOW + 100 * DAY, LeftOut())

    ended = "SELECT DISTINCT ended_at - since_at FROM paper_records"
    assert rows(postgres, ended) == [(90 * DAY,)]
    assert (
        keep_paper(postgres, store, TREND, settings(), NOW + 102 * DAY, LeftOut()) == 0
    )
