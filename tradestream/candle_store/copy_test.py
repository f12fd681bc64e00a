"""Copies between stores in memory: what is moved, checked, and left alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tradestream.candle_store.copy import Copied, Part, copy_part, plan
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candle_store.port import Change, CheckedHole
from tradestream.candles import CandleSeries
from tradestream.errors import InvalidCandleError, InvalidDataError
from tradestream.instruments import Instrument
from tradestream.testing.candle_store_contract import (
    LATER,
    START,
    WRITTEN,
    bars,
    minute,
)

EVER = datetime(2009, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
TWO_DAYS = range(0, 2_000, 3)


@dataclass
class Watched:
    """Remembers the days it was told of."""

    days: list[str] = field(default_factory=list)

    def day_done(self, symbol: str, day: datetime) -> None:
        """Note a day."""
        self.days.append(f"{symbol} {day.date()}")


class ForgettingStore(MemoryCandleStore):
    """Keeps bars since a time only."""

    def __init__(self, kept_since: datetime) -> None:
        super().__init__()
        self._kept_since = kept_since

    def kept_since(self) -> datetime | None:
        """Return the time before which no bars are kept."""
        return self._kept_since


class LyingStore(MemoryCandleStore):
    """Says that it stored bars, and did not store the last."""

    def restore(self, series: CandleSeries, changes: Sequence[Change]) -> None:
        """Store all bars but the last."""
        super().restore(series.slice(0, len(series) - 1), changes[:-1])


def filled() -> MemoryCandleStore:
    """Return a store with two days of a symbol, corrected, with all that is known."""
    store = MemoryCandleStore()
    store.write(bars(TWO_DAYS), source="coinbase", written_at=WRITTEN)
    store.write(bars([3, 6], close=99.5), source="kraken", written_at=LATER)
    store.write_instruments([Instrument("BTC-USD", 0.01, 1e-8)])
    store.record_venue_holes("BTC-USD", [(minute(1), minute(3))], checked_at=WRITTEN)
    store.record_venue_holes("BTC-USD", [(minute(4), minute(6))], checked_at=LATER)
    return store


def copied(source: MemoryCandleStore, target: MemoryCandleStore) -> Copied:
    """Copy everything of the one symbol."""
    (part,) = plan(source, target, [], None, None)
    return copy_part(source, target, part, Watched())


def test_all_that_is_known_of_a_symbol_is_copied() -> None:
    source, target = filled(), MemoryCandleStore()

    done = copied(source, target)

    assert (done.bars, done.days, done.written, done.more) == (667, 2, 2, 0)
    assert target.bars == source.bars
    assert target.holes == source.holes
    assert target.instruments == source.instruments


def test_what_is_the_same_already_is_not_written_again() -> None:
    source, target = filled(), MemoryCandleStore()
    first = copied(source, target)
    target.write(bars([1_500], close=50.0), source="x", written_at=LATER)

    second, third = copied(source, target), copied(source, target)

    assert (second.written, third.written) == (1, 0)
    assert first.checksum == second.checksum == third.checksum


def test_other_sources_and_times_count_as_a_difference() -> None:
    source, target = filled(), MemoryCandleStore()
    target.write(source.read("BTC-USD", 60, *EVER), source="other", written_at=WRITTEN)

    assert copied(source, target).written == 2
    assert target.bars == source.bars


def test_bars_that_only_the_target_has_stay() -> None:
    source, target = filled(), MemoryCandleStore()
    target.write(bars([1, 2]), source="x", written_at=LATER)

    done = copied(source, target)

    assert (done.bars, done.more) == (667, 2)
    assert len(target.read("BTC-USD", 60, *EVER)) == 669


def test_a_target_that_lost_a_bar_is_found_out() -> None:
    with pytest.raises(InvalidDataError, match=r"280 of checksum .* and 279 of"):
        copied(filled(), LyingStore())


def test_each_day_is_told() -> None:
    source, watched = filled(), Watched()
    (part,) = plan(source, MemoryCandleStore(), [], None, None)

    copy_part(source, MemoryCandleStore(), part, watched)

    assert watched.days == ["BTC-USD 2026-01-05", "BTC-USD 2026-01-06"]


def test_only_the_span_and_the_symbols_asked_for_are_planned() -> None:
    source = filled()
    source.write(bars([5], symbol="ETH-USD"), source="x", written_at=WRITTEN)
    target = MemoryCandleStore()

    parts = plan(source, target, ["BTC-USD"], minute(10), minute(20))

    assert parts == [Part("BTC-USD", minute(10), minute(20), 0)]
    assert [p.symbol for p in plan(source, target, [], None, None)] == [
        "BTC-USD",
        "ETH-USD",
    ]


def test_a_span_without_bars_is_nothing_to_do() -> None:
    source, target = filled(), MemoryCandleStore()

    (part,) = plan(source, target, [], minute(9_000), None)

    assert part.days() == []
    assert copy_part(source, target, part, Watched()).bars == 0


def test_what_the_target_will_not_keep_is_left_out_and_counted() -> None:
    source, target = filled(), ForgettingStore(START + timedelta(hours=1))

    (part,) = plan(source, target, [], None, None)

    assert part == Part("BTC-USD", minute(120), minute(1_999), left_out=40)


def test_a_symbol_without_bars_is_named() -> None:
    with pytest.raises(InvalidCandleError, match="no bars of NO-USD, the store has B"):
        plan(filled(), MemoryCandleStore(), ["NO-USD"], None, None)


def test_a_known_hole_is_not_written_again() -> None:
    source, target = filled(), MemoryCandleStore()
    copied(source, target)

    copied(source, target)

    assert target.checked_holes("BTC-USD") == [
        CheckedHole(minute(1), minute(3), WRITTEN),
        CheckedHole(minute(4), minute(6), LATER),
    ]
