"""Tests of Door A: asking for exams and settling them, on a real PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    HOUR,
    NOISE,
    NOW,
    START,
    TREND,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.discovery.exam_schedule import exam_alpha

pytestmark = pytest.mark.integration


def test_asks_for_the_exam_of_a_whole_history_once(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(NOISE, 9), NOW)

    first = run(postgres, bus, store, NOW)
    again = run(postgres, bus, store, NOW)

    assert (first.exams_asked, first.published) == (1, 1)
    assert (again.exams_asked, again.published) == (0, 0)
    (request,) = world.requests(bus)
    assert request.symbol == NOISE
    assert request.exam_number == 1
    assert request.alpha == exam_alpha(1)
    assert request.start_time.ToDatetime(START.tzinfo) == START
    assert request.end_time.ToDatetime(START.tzinfo) == START + 9 * DAY - HOUR
    stored = rows(postgres, "SELECT request_id, exam_number, design_hash FROM exams")
    assert stored == [(request.request_id, 1, request.design_hash)]


def test_a_gap_of_ours_blocks_the_exam_and_one_of_the_venue_does_not(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(NOISE, 9)
    store = world.stocked(series.slice(90, len(series)), NOW)

    assert run(postgres, bus, store, NOW).exams_asked == 0

    listed = START + timedelta(minutes=90)
    store.record_venue_holes(NOISE, [(START, listed)], checked_at=NOW)
    assert run(postgres, bus, store, NOW).exams_asked == 1
    (request,) = world.requests(bus)
    assert request.start_time.ToDatetime(START.tzinfo) == START + 2 * HOUR


def test_a_bar_that_never_comes_blocks_the_exam_for_three_days(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(NOISE, 12)
    kept = np.delete(np.arange(len(series)), 8 * 1440)
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    broken = CandleSeries(
        NOISE, 60, series.open_times[kept], *(column[kept] for column in columns)
    )
    store = MemoryCandleStore()
    world.store_until(broken, store, NOW + 3 * DAY)

    assert run(postgres, bus, store, NOW).exams_asked == 0
    assert run(postgres, bus, store, NOW + 3 * DAY).exams_asked == 1


class SpoiltStore(MemoryCandleStore):
    """A store that lost a number since the bars were written."""

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return bars, one of them without a close."""
        series = super().read(symbol, interval_seconds, start, end)
        closes = series.closes.copy()
        closes[len(closes) // 2 :][:1] = np.nan
        return replace(series, closes=closes)


def test_bars_that_are_not_sound_take_no_number(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = SpoiltStore()
    world.store_until(world.market(NOISE, 9), store, NOW)

    assert run(postgres, bus, store, NOW).exams_asked == 0
    assert rows(postgres, "SELECT count(*) FROM exams") == [(0,)]
    assert world.requests(bus) == []


def test_a_market_with_too_many_holes_is_not_examined(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(NOISE, 9)
    kept = np.delete(np.arange(len(series)), slice(2000, 3000))
    store = MemoryCandleStore()
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    holed = CandleSeries(
        NOISE, 60, series.open_times[kept], *(column[kept] for column in columns)
    )
    world.store_until(holed, store, NOW)
    hole = (START + timedelta(minutes=2000), START + timedelta(minutes=3000))
    store.record_venue_holes(NOISE, [hole], checked_at=NOW)

    assert run(postgres, bus, store, NOW).exams_asked == 0
    assert run(postgres, bus, store, NOW, max_missing=0.1).exams_asked == 1


def test_a_planted_edge_is_validated_and_noise_is_not(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.store_until(world.market(NOISE, 9), store, NOW)
    run(postgres, bus, store, NOW)
    assert world.answer_exams(postgres, bus, store, NOW) == 2

    report = run(postgres, bus, store, NOW)

    assert report.validated_by_exam > 0
    found = rows(
        postgres,
        "SELECT s.symbol, s.status, c.door, c.evidence, c.reason, s.status_reason,"
        " sc.score FROM strategies s JOIN status_changes c USING (strategy_id)"
        " JOIN strategy_scores sc USING (strategy_id) WHERE c.to_status = 'validated'",
    )
    assert len(found) == report.validated_by_exam
    for symbol, status, door, evidence, reason, status_reason, points in found:
        assert (symbol, status, door) == (TREND, "validated", "A")
        assert evidence["t"] >= evidence["critical"]
        assert evidence["k"] == 1
        assert reason == status_reason
        assert "passed exam 1" in reason
        assert 0 < points <= 1
    assert rows(postgres, "SELECT count(*) FROM exams WHERE settled_at IS NULL") == [
        (0,)
    ]
    again = run(postgres, bus, store, NOW)
    assert again.validated_by_exam == 0
