"""What every candle store keeps; a test module subclasses `CandleStoreContract`.

    class MemoryTest(CandleStoreContract): ...   # pytest: name it Test<Adapter>

The class needs one fixture, `store`, an empty CandleStore.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tradestream.candle_store.port import (
    CandleStore,
    Change,
    CheckedHole,
    Gap,
    WriteResult,
)
from tradestream.candles import CandleSeries, to_seconds
from tradestream.errors import InvalidCandleError
from tradestream.instruments import Instrument

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
WRITTEN = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LATER = WRITTEN + timedelta(minutes=1)


def minute(number: int) -> datetime:
    """Return the open time of bar `number` of these tests."""
    return START + timedelta(minutes=number)


def bars(
    numbers: Sequence[int], *, symbol: str = "BTC-USD", close: float = 100.5
) -> CandleSeries:
    """Return bars at the given minutes, each distinct by its open."""
    times = np.array([to_seconds(minute(n)) for n in numbers], np.int64)
    opens = 100.0 + np.array(numbers, np.float64) / 1000
    closes = np.full(len(times), close)
    return CandleSeries(
        symbol,
        60,
        times,
        opens,
        np.maximum(opens, closes) + 1.25,
        np.minimum(opens, closes) - 1.125,
        closes,
        np.full(len(times), 0.00000001),
    )


def seconds(*numbers: int) -> tuple[int, ...]:
    """Return the open times of bars as seconds since 1970."""
    return tuple(to_seconds(minute(n)) for n in numbers)


class CandleStoreContract:
    """The tests; a fixture `store` gives an empty store."""

    def test_gives_back_what_was_written(self, store: CandleStore) -> None:
        written = bars(range(50))

        result = store.write(written, source="coinbase", written_at=WRITTEN)

        read = store.read("BTC-USD", 60, minute(0), minute(50))
        assert result == WriteResult(seconds(*range(50)), (), 0)
        assert read.fingerprint() == written.fingerprint()

    def test_reads_from_start_up_to_but_not_including_end(
        self, store: CandleStore
    ) -> None:
        store.write(bars(range(10)), source="coinbase", written_at=WRITTEN)

        read = store.read("BTC-USD", 60, minute(3), minute(6))

        assert tuple(read.open_times.tolist()) == seconds(3, 4, 5)

    def test_knows_nothing_of_a_symbol_never_written(self, store: CandleStore) -> None:
        assert len(store.read("NO-USD", 60, minute(0), minute(9))) == 0
        assert store.first("NO-USD") is None
        assert store.last("NO-USD") is None
        assert store.symbols() == []
        assert store.instrument("NO-USD") is None

    def test_keeps_symbols_apart(self, store: CandleStore) -> None:
        store.write(bars([0]), source="coinbase", written_at=WRITTEN)
        store.write(bars([5], symbol="ETH-USD"), source="coinbase", written_at=WRITTEN)

        assert store.symbols() == ["BTC-USD", "ETH-USD"]
        assert store.last("BTC-USD") == minute(0)
        assert store.last("ETH-USD") == minute(5)

    def test_a_second_write_changes_nothing(self, store: CandleStore) -> None:
        store.write(bars(range(5)), source="coinbase", written_at=WRITTEN)

        again = store.write(bars(range(7)), source="coinbase", written_at=LATER)

        assert again == WriteResult(seconds(5, 6), (), 5)
        assert store.corrected_since("BTC-USD", START) == []

    def test_a_bar_with_other_numbers_is_corrected(self, store: CandleStore) -> None:
        store.write(bars(range(3)), source="coinbase", written_at=WRITTEN)

        result = store.write(bars([1], close=99.5), source="kraken", written_at=LATER)

        read = store.read("BTC-USD", 60, minute(0), minute(3))
        assert result == WriteResult((), seconds(1), 0)
        assert read.closes.tolist() == [100.5, 99.5, 100.5]
        assert store.corrected_since("BTC-USD", LATER) == [minute(1)]
        assert store.corrected_since("BTC-USD", LATER + timedelta(seconds=1)) == []

    def test_tells_how_each_bar_came_to_be(self, store: CandleStore) -> None:
        store.write(bars(range(4)), source="coinbase", written_at=WRITTEN)
        store.write(bars([2], close=99.5), source="kraken", written_at=LATER)

        changes = store.changes("BTC-USD", minute(1), minute(3))

        assert changes == [
            Change(minute(1), "coinbase", WRITTEN, corrected=False),
            Change(minute(2), "kraken", LATER, corrected=True),
        ]

    def test_restores_bars_as_another_store_holds_them(
        self, store: CandleStore
    ) -> None:
        store.write(bars([1], close=99.5), source="kraken", written_at=LATER)
        moved = [
            Change(minute(0), "coinbase", WRITTEN, corrected=False),
            Change(minute(1), 'the \\ "other", one', LATER, corrected=True),
        ]

        for _ in range(2):
            store.restore(bars([0, 1]), moved)

        read = store.read("BTC-USD", 60, minute(0), minute(9))
        assert read.fingerprint() == bars([0, 1]).fingerprint()
        assert store.changes("BTC-USD", minute(0), minute(9)) == moved
        assert store.corrected_since("BTC-USD", WRITTEN) == [minute(1)]

    def test_a_restored_bar_forgets_that_it_was_corrected_here(
        self, store: CandleStore
    ) -> None:
        store.write(bars([0]), source="coinbase", written_at=WRITTEN)
        store.write(bars([0], close=99.5), source="coinbase", written_at=LATER)
        moved = [Change(minute(0), "coinbase", WRITTEN, corrected=False)]

        store.restore(bars([0]), moved)

        assert store.changes("BTC-USD", minute(0), minute(9)) == moved
        assert store.corrected_since("BTC-USD", START) == []

    def test_decimals_beyond_the_tenth_are_noise(self, store: CandleStore) -> None:
        store.write(bars([0]), source="coinbase", written_at=WRITTEN)

        again = store.write(
            bars([0], close=100.5 + 1e-12), source="coinbase", written_at=LATER
        )

        assert again == WriteResult((), (), 1)

    def test_writes_all_or_nothing(self, store: CandleStore) -> None:
        broken = bars(range(3))
        broken.lows[2] = -1.0

        with pytest.raises(InvalidCandleError, match="prices must be positive"):
            store.write(broken, source="coinbase", written_at=WRITTEN)

        assert store.last("BTC-USD") is None

    def test_refuses_bars_longer_than_a_minute(self, store: CandleStore) -> None:
        with pytest.raises(InvalidCandleError, match="bars of 60 s are required"):
            store.write(
                CandleSeries.empty("BTC-USD", 300), source="x", written_at=WRITTEN
            )

    def test_an_empty_write_is_no_write(self, store: CandleStore) -> None:
        result = store.write(
            CandleSeries.empty("BTC-USD"), source="coinbase", written_at=WRITTEN
        )

        assert result == WriteResult((), (), 0)
        assert store.symbols() == []

    def test_aggregates_on_read(self, store: CandleStore) -> None:
        store.write(bars([0, 1, 4, 5, 7]), source="coinbase", written_at=WRITTEN)

        five = store.read("BTC-USD", 300, minute(0), minute(10))

        assert tuple(five.open_times.tolist()) == seconds(0, 5)
        assert five.opens.tolist() == [100.0, 100.005]
        assert five.volumes.tolist() == pytest.approx([3e-8, 2e-8])

    def test_first_and_last_do_not_depend_on_the_order_of_writes(
        self, store: CandleStore
    ) -> None:
        for numbers in ([7, 8], [1, 2], [4]):
            store.write(bars(numbers), source="coinbase", written_at=WRITTEN)

        assert store.first("BTC-USD") == minute(1)
        assert store.last("BTC-USD") == minute(8)

    def test_gaps_are_ours_or_the_venues(self, store: CandleStore) -> None:
        store.write(bars([2, 3, 7]), source="coinbase", written_at=WRITTEN)
        store.record_venue_holes(
            "BTC-USD", [(minute(5), minute(7))], checked_at=WRITTEN
        )

        gaps = store.gaps("BTC-USD", minute(0), minute(9))

        assert gaps == [
            Gap(minute(0), minute(2), at_venue=False),
            Gap(minute(4), minute(5), at_venue=False),
            Gap(minute(5), minute(7), at_venue=True),
            Gap(minute(8), minute(9), at_venue=False),
        ]

    def test_no_gap_where_nothing_is_missing(self, store: CandleStore) -> None:
        store.write(bars(range(5)), source="coinbase", written_at=WRITTEN)

        assert store.gaps("BTC-USD", minute(0), minute(5)) == []
        assert store.gaps("BTC-USD", minute(3), minute(3)) == []

    def test_a_bar_inside_a_hole_simply_is_there(self, store: CandleStore) -> None:
        store.record_venue_holes(
            "BTC-USD", [(minute(0), minute(3))], checked_at=WRITTEN
        )
        store.write(bars([1]), source="coinbase", written_at=LATER)

        gaps = store.gaps("BTC-USD", minute(0), minute(3))

        assert [(g.start, g.end) for g in gaps] == [
            (minute(0), minute(1)),
            (minute(2), minute(3)),
        ]

    def test_a_hole_recorded_again_counts_as_checked_again(
        self, store: CandleStore
    ) -> None:
        hole = (minute(1), minute(4))
        store.record_venue_holes("BTC-USD", [hole], checked_at=WRITTEN)

        due = store.venue_holes("BTC-USD", checked_before=LATER)
        store.record_venue_holes("BTC-USD", [hole], checked_at=LATER)

        assert due == [Gap(*hole, at_venue=True)]
        assert store.venue_holes("BTC-USD", checked_before=LATER) == []

    def test_a_hole_recorded_shorter_stays_as_long_as_it_was(
        self, store: CandleStore
    ) -> None:
        holes = [(minute(1), minute(4)), (minute(6), minute(7))]
        store.record_venue_holes("BTC-USD", holes, checked_at=WRITTEN)
        store.record_venue_holes("BTC-USD", [(minute(1), minute(2))], checked_at=LATER)

        assert store.checked_holes("BTC-USD") == [
            CheckedHole(minute(1), minute(4), LATER),
            CheckedHole(minute(6), minute(7), WRITTEN),
        ]

    def test_holes_of_one_symbol_say_nothing_of_another(
        self, store: CandleStore
    ) -> None:
        store.record_venue_holes(
            "BTC-USD", [(minute(0), minute(3))], checked_at=WRITTEN
        )

        gaps = store.gaps("ETH-USD", minute(0), minute(3))

        assert gaps == [Gap(minute(0), minute(3), at_venue=False)]

    def test_names_are_data_whatever_they_hold(self, store: CandleStore) -> None:
        names = ["A B,C=D", "x' OR symbol = 'A B,C=D", 'Ä"é-USD', "1'; DROP SERIES--"]
        for number, name in enumerate(names):
            store.write(
                bars([number], symbol=name), source='it\'s "so"', written_at=WRITTEN
            )
            store.write_instruments([Instrument(name, 0.01, 1e-8)])
            hole = (minute(number), minute(number + 1))
            store.record_venue_holes(name, [hole], checked_at=WRITTEN)

        assert store.symbols() == sorted(names)
        for number, name in enumerate(names):
            assert store.first(name) == store.last(name) == minute(number)
            changes = store.changes(name, minute(0), minute(9))
            assert [c.source for c in changes] == ['it\'s "so"']
            assert store.instrument(name) == Instrument(name, 0.01, 1e-8)
            assert [h.start for h in store.checked_holes(name)] == [minute(number)]

    def test_the_newest_increments_of_a_symbol_count(self, store: CandleStore) -> None:
        store.write_instruments(
            [Instrument("BTC-USD", 0.01, 1e-8), Instrument("ETH-USD", 0.1, 1e-6)]
        )

        store.write_instruments([Instrument("BTC-USD", 0.001, 1e-8)])

        assert store.instrument("BTC-USD") == Instrument("BTC-USD", 0.001, 1e-8)
        assert store.instrument("ETH-USD") == Instrument("ETH-USD", 0.1, 1e-6)
