"""Tests of the gate over days of a small world, on a real PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.score import Report, score
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    HOUR,
    NOISE,
    START,
    TREND,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.discovery.exam_schedule import exam_alpha

pytestmark = pytest.mark.integration

NOW = START + 9 * DAY + timedelta(minutes=7)


def run(
    connection: Connection,
    bus: MemoryBus,
    store: MemoryCandleStore,
    now: datetime,
    **changes: Any,
) -> Report:
    return score(
        connection,
        lambda: bus,
        store,
        symbols=(),
        settings=world.settings(**changes),
        now=now,
    )


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


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


def test_claims_are_registered_once_a_day_and_born_in_the_future(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 12)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)

    first = run(postgres, bus, store, NOW)
    again = run(postgres, bus, store, NOW)

    assert 1 <= first.claims_registered <= 5
    assert again.claims_registered == 0
    claims = rows(
        postgres,
        "SELECT claim_number, born_at, anchor_at, trained_until, s.status FROM claims"
        " JOIN strategies s USING (strategy_id) ORDER BY claim_number",
    )
    assert [c[0] for c in claims] == list(range(1, first.claims_registered + 1))
    for _, born_at, anchor_at, trained_until, status in claims:
        assert born_at == START + 9 * DAY + HOUR
        assert trained_until <= NOW
        assert anchor_at == START
        assert status == "probation"
    tomorrow = NOW + DAY
    world.store_until(series, store, tomorrow)
    world.find(postgres, store, TREND, START + 3 * DAY, tomorrow)
    later = run(postgres, bus, store, tomorrow)
    numbers = rows(postgres, "SELECT claim_number FROM claims ORDER BY 1")
    assert len(numbers) == first.claims_registered + later.claims_registered
    assert [n for (n,) in numbers] == list(range(1, len(numbers) + 1))


def test_hours_are_folded_once_whatever_the_cadence(
    databases: Any, bus: MemoryBus
) -> None:
    from tradestream.postgres import connect

    series = world.market(TREND, 13)
    stored = []
    for step in (HOUR, 30 * HOUR):
        url = databases.create()
        connection = connect(url)
        store = world.stocked(series, NOW)
        world.find(connection, store, TREND, START + 2 * DAY, NOW)
        run(connection, bus, store, NOW)
        now = NOW
        while now < NOW + 60 * HOUR:
            now = min(now + step, NOW + 60 * HOUR)
            world.store_until(series, store, now)
            run(connection, bus, store, now)
            assert run(connection, bus, store, now).hours_folded == 0
        stored.append(
            rows(
                connection,
                "SELECT folded_until, capitals, evidence, trips, raw_return, state,"
                " proven_at, proven_evidence, closed_at, folded_fingerprint FROM claims"
                " WHERE born_at < '2026-03-10 02:00+00' ORDER BY claim_number",
            )
        )
        connection.close()
        databases.drop(url)

    assert stored[0] == stored[1]
    assert stored[0][0][0] >= NOW + 58 * HOUR
    assert any(row[3] > 0 for row in stored[0])


def test_a_claim_on_an_edge_is_validated_by_the_future(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 16)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)

    end = START + 16 * DAY
    world.store_until(series, store, end)
    report = run(postgres, bus, store, end)

    assert report.validated_by_claim > 0
    found = rows(
        postgres,
        "SELECT door, evidence, s.status FROM status_changes"
        " JOIN strategies s USING (strategy_id) WHERE to_status = 'validated'",
    )
    for door, evidence, status in found:
        assert (door, status) == ("B", "validated")
        assert evidence["e"] >= evidence["threshold"]


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


def test_the_best_unproven_strategy_says_how_long_it_needs(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)

    run(postgres, bus, store, NOW)

    told = rows(
        postgres,
        "SELECT status_reason FROM strategies"
        " WHERE status_reason LIKE 'not yet provable%'",
    )
    assert len(told) == 1
    assert "needs about" in told[0][0]
    assert "more day" in told[0][0]


def test_scores_are_explained_and_kept_while_nothing_changes(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    world.find(postgres, store, TREND, START, START + 2 * DAY)

    first = run(postgres, bus, store, NOW)
    again = run(postgres, bus, store, NOW)

    assert first.scored > 0
    assert again.scored == 0
    scores = rows(
        postgres,
        "SELECT score, performance, frequency, recency, explanation"
        " FROM strategy_scores",
    )
    assert len(scores) == first.scored
    for points, performance, frequency, recency, explanation in scores:
        expected = 0.6 * performance + 0.25 * frequency + 0.15 * recency
        assert points == pytest.approx(expected)
        assert explanation["weights"] == {
            "performance": 0.6,
            "frequency": 0.25,
            "recency": 0.15,
        }


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
