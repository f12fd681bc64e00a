"""Windows are loaded once while they are kept, on a store in memory."""

from datetime import timedelta

import pytest

from services.strategy_discovery.small_world_fake import (
    START,
    WALK,
    CountingStore,
    at,
)
from services.strategy_discovery.windows import Windows
from tradestream.discovery.requests import Span
from tradestream.errors import InvalidMessageError

HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    made.write(WALK, source="test", written_at=at(START))
    return made


def span(hours: int, symbol: str = "WALK-USD") -> Span:
    return Span(symbol, at(START), at(START) + hours * HOUR, 60, 1.0, 0.0)


def windows(store: CountingStore, keep: int = 1) -> Windows:
    return Windows(store, max_missing=0.05, row_budget_bytes=1 << 20, keep=keep)


def test_requests_that_follow_each_other_share_the_bars(store: CountingStore) -> None:
    kept = windows(store)

    found = [kept.open(span(hours)) for hours in (5, 5, 6, 6, 5)]

    assert len(store.reads) == 3
    assert found[0][0] is found[1][0]
    assert found[0][0] is not found[4][0]


def test_the_windows_used_last_are_kept(store: CountingStore) -> None:
    kept = windows(store, keep=2)

    for hours in (5, 6, 5, 7, 5, 6):
        kept.open(span(hours))

    # 6 was used longer ago than 5 when 7 came.
    assert [(read[2] - read[1]) // HOUR for read in store.reads] == [5, 6, 7, 6]


def test_bars_are_read_again_after_a_while(store: CountingStore) -> None:
    now = [0.0]
    kept = windows(store)
    kept.keep_seconds, kept.clock = 20.0, lambda: now[0]

    for now[0] in (0.0, 19.0, 21.0, 39.0):
        kept.open(span(5))

    assert len(store.reads) == 2


def test_what_cannot_be_opened_is_not_tried_for_each_request(
    store: CountingStore,
) -> None:
    kept = windows(store)

    for _ in range(3):
        with pytest.raises(InvalidMessageError, match="missing is required"):
            kept.open(span(5, "NONE-USD"))

    assert len(store.reads) == 1


def test_what_passes_through_is_not_kept(store: CountingStore) -> None:
    kept = windows(store)
    kept.open(span(5))

    load = kept.passing()
    load(span(6))
    load(span(6))
    kept.open(span(5))

    assert len(store.reads) == 4
