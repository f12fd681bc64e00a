"""Tests of the score of trust."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.portfolio.confidence import (
    Record,
    Weights,
    confidence,
    evidence_progress,
    separate_spans,
    shrunk_sharpe,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def span(first: float, last: float) -> tuple[datetime, datetime]:
    return NOW - first * DAY, NOW - last * DAY


def record(
    *,
    sharpe: float | None = 10.0,
    progress: float = 0.5,
    spans: tuple[tuple[datetime, datetime], ...] = (),
    age: float = 0.0,
) -> Record:
    return Record(sharpe, 14 * DAY, progress, spans or (span(14, 0),), NOW - age * DAY)


def test_every_part_raises_the_score() -> None:
    def score(known: Record) -> float:
        return confidence(known, Weights(), now=NOW).score

    plain = score(record())

    assert score(record(sharpe=20)) > plain
    assert score(record(progress=1.0)) > plain
    assert score(record(spans=(span(28, 14), span(14, 0)))) > plain
    assert score(record(age=30)) < plain


def test_score_is_the_weighted_mean_of_its_parts() -> None:
    found = confidence(record(), Weights(), now=NOW)

    expected = 0.6 * found.performance + 0.25 * found.frequency + 0.15 * found.recency
    assert found.score == pytest.approx(expected)


def test_overlapping_windows_are_no_rediscovery() -> None:
    assert separate_spans([span(14, 0), span(13, 1), span(10, 2)]) == 1
    assert separate_spans([span(14, 7), span(7, 0), span(14, 0)]) == 2
    assert separate_spans([]) == 0


def test_a_short_window_shrinks_more() -> None:
    assert (
        shrunk_sharpe(20, DAY)
        < shrunk_sharpe(20, 14 * DAY)
        < shrunk_sharpe(20, 365 * DAY)
    )
    assert shrunk_sharpe(20, 365 * DAY) == pytest.approx(20 * 25 / 26)
    assert shrunk_sharpe(None, DAY) == 0


def test_recency_halves_every_fortnight() -> None:
    assert confidence(record(age=14), Weights(), now=NOW).recency == pytest.approx(0.5)


def test_progress_of_evidence_ends_at_its_line() -> None:
    assert evidence_progress(0.3, 65.8) == 0
    assert evidence_progress(1000, 65.8) == 1
    assert 0 < evidence_progress(8, 65.8) < 1


@pytest.mark.parametrize("given_weights", [(0, 0, 0), (-1, 1, 1), (float("nan"), 1, 1)])
def test_impossible_weights_are_refused(given_weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="weights of at least 0"):
        Weights(*given_weights)


@given(
    st.one_of(st.none(), st.floats(-1e6, 1e6)),
    st.floats(-10, 10),
    st.floats(-100, 4000),
)
def test_scores_stay_between_nil_and_one(
    sharpe: float | None, progress: float, age: float
) -> None:
    found = confidence(
        record(sharpe=sharpe, progress=progress, age=age), Weights(), now=NOW
    )

    for part in (found.score, found.performance, found.frequency, found.recency):
        assert 0 <= part <= 1
