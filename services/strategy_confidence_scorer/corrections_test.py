"""Tests of what a corrected candle or another engine does to the gate."""

from datetime import timedelta

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    HOUR,
    NOW,
    START,
    TREND,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candles import CandleSeries

pytestmark = pytest.mark.integration


def test_corrected_candles_make_what_saw_them_stale_and_k_goes_on(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 10)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)
    world.answer_exams(postgres, bus, store, NOW)
    before = run(postgres, bus, store, NOW)
    assert before.validated_by_exam > 0
    claims = rows(postgres, "SELECT count(*) FROM claims")[0][0]
    later = NOW + timedelta(minutes=5)
    bar = series.slice(5000, 5001)
    corrected = CandleSeries(
        TREND, 60, bar.open_times, bar.opens, bar.highs + 1.0, bar.lows, bar.closes,
        bar.volumes,
    )  # fmt: skip
    store.write(corrected, source="made up", written_at=later)

    report = run(postgres, bus, store, later)

    assert report.stale > 0
    assert report.exams_asked == 1
    assert [r.exam_number for r in world.requests(bus)] == [1, 2]
    assert rows(postgres, "SELECT DISTINCT closed_reason FROM claims") == [
        ("a candle that it was judged on was corrected",)
    ]
    statuses = {s for (s,) in rows(postgres, "SELECT status FROM strategies")}
    assert "validated" not in statuses
    assert "stale" in statuses
    assert run(postgres, bus, store, later).stale == 0
    world.answer_exams(postgres, bus, store, later)
    assert run(postgres, bus, store, later).validated_by_exam > 0
    tomorrow = NOW + DAY
    world.store_until(series, store, tomorrow)
    world.store_until(corrected, store, tomorrow)
    world.find(postgres, store, TREND, START + 3 * DAY, tomorrow)
    run(postgres, bus, store, tomorrow)
    numbers = [n for (n,) in rows(postgres, "SELECT claim_number FROM claims")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) > claims


def test_a_correction_committed_after_a_check_is_seen_by_the_next(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 10)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)
    world.answer_exams(postgres, bus, store, NOW)
    run(postgres, bus, store, NOW)
    checked = NOW + timedelta(minutes=5)
    assert run(postgres, bus, store, checked).stale == 0
    bar = series.slice(5000, 5001)
    corrected = CandleSeries(
        TREND, 60, bar.open_times, bar.opens, bar.highs + 1.0, bar.lows, bar.closes,
        bar.volumes,
    )  # fmt: skip
    store.write(corrected, source="made up", written_at=checked - timedelta(seconds=50))

    report = run(postgres, bus, store, checked + timedelta(minutes=5))

    assert report.stale > 0
    judged = "SELECT DISTINCT stale FROM evaluations WHERE window_end_at > %s"
    bar_at = f"'{(START + timedelta(minutes=5000)).isoformat()}'"
    assert rows(postgres, judged.replace("%s", bar_at)) == [(True,)]
    assert rows(postgres, "SELECT exam_number, stale FROM exams ORDER BY 1") == [
        (1, True),
        (2, False),
    ]
    changes = "SELECT count(*) FROM status_changes"
    before = rows(postgres, changes)
    again = run(postgres, bus, store, checked + timedelta(minutes=9))
    assert (again.stale, again.exams_asked) == (0, 0)
    assert rows(postgres, changes) == before


def test_another_engine_closes_claims(
    postgres: Connection, bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = world.market(TREND, 10)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)
    monkeypatch.setattr(
        "tradestream.discovery.version.code_version", lambda: "another version"
    )
    later = NOW + 3 * HOUR
    world.store_until(series, store, later)

    report = run(postgres, bus, store, later)

    assert report.claims_closed > 0
    assert rows(postgres, "SELECT DISTINCT closed_reason FROM claims") == [
        ("engine, catalogue, or costs changed",)
    ]
