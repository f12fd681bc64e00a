"""Tests of what a run is told."""

from datetime import UTC, datetime

import pytest

from services.strategy_confidence_scorer.settings import (
    history_start,
    is_history_start,
)

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def test_a_history_begins_days_ago_or_at_a_time() -> None:
    assert history_start("13d", NOW) == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert history_start("2026-01-31T00:00:00Z", NOW) == datetime(
        2026, 1, 31, tzinfo=UTC
    )


@pytest.mark.parametrize("text", ["", "d", "13", "-1d", "2026-01-31T00:00:00", "soon"])
def test_other_texts_are_refused(text: str) -> None:
    assert not is_history_start(text)
