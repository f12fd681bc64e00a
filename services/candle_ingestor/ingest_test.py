from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from protos.marketdata.v1.candle_pb2 import Candle
from services.candle_ingestor.ingest import Ingestor, Settings
from services.candle_ingestor.memory_watermarks import MemoryWatermarks
from services.candle_ingestor.spans import MINUTE, Span
from services.candle_ingestor.tally import Tally
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import CANDLES
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.errors import UnavailableError
from tradestream.testing.fixed_venue import FixedVenue

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
END = NOW.replace(second=0)
DAY = timedelta(days=1)
SYMBOL = "BTC-USD"
HISTORY = 2 * DAY


class Room:
    """The systems that runs of the room leave their marks in."""

    def __init__(self, history: timedelta = HISTORY) -> None:
        self.history = history
        self.venue = FixedVenue({SYMBOL: END - 400 * DAY})
        self.store = MemoryCandleStore()
        self.bus = MemoryBus()
        self.watermarks = MemoryWatermarks()
        self.tally = Tally()

    def ingestor(self, now: datetime = NOW) -> Ingestor:
        settings = Settings(now, END - self.history, lambda: False)
        return Ingestor(
            self.venue, self.store, self.bus, self.watermarks, settings, self.tally
        )

    def run(self, now: datetime = NOW) -> None:
        """Do what a whole run does for one symbol."""
        ingestor = self.ingestor(now)
        self.venue.asked.clear()
        left = ingestor.newest(SYMBOL)
        while left:
            left = ingestor.older(SYMBOL, left)

    def said(self) -> list[Candle]:
        """Return the bars on the topic, in order."""
        return [Candle.FromString(m.value) for m in self.bus.topics.get(CANDLES, [])]

    def said_times(self) -> list[datetime]:
        return [candle.open_time.ToDatetime(UTC) for candle in self.said()]

    def missing(self, now: datetime = NOW) -> list[Span]:
        """Return what is missing in the store and ours to fetch."""
        gaps = self.store.gaps(SYMBOL, END - self.history, now.replace(second=0))
        return [Span(gap.start, gap.end) for gap in gaps if not gap.at_venue]


class BrokenBus(MemoryBus):
    """Dies in the middle of a publish."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        raise UnavailableError(f"no {topic} for {len(messages)} messages")


class BrokenWatermarks(MemoryWatermarks):
    """Cannot be moved."""

    def write(self, symbol: str, announced_until: datetime) -> None:
        raise UnavailableError(f"no {symbol} at {announced_until}")


def test_one_run_fills_the_history_and_announces_the_last_hour() -> None:
    room = Room()

    room.run()

    held = room.store.read(SYMBOL, 60, END - 3 * DAY, NOW)
    wanted = room.venue.bars(SYMBOL, END - HISTORY, END)
    assert held.fingerprint() == wanted.fingerprint()
    assert room.said_times() == [END - number * MINUTE for number in range(60, 0, -1)]
    assert room.tally.counts["inserted"] == len(wanted) == 2 * 1_440
    assert room.tally.counts["announced"] == 60


def test_the_newest_bars_are_there_before_older_ones_are_asked_for() -> None:
    room = Room()

    left = room.ingestor().newest(SYMBOL)

    assert room.store.last(SYMBOL) == END - MINUTE
    assert len(room.venue.asked) == 1
    assert left == [Span(END - HISTORY, END - 300 * MINUTE)]


def test_the_next_minute_costs_one_request_and_one_message() -> None:
    room = Room()
    room.run()
    room.bus.topics.clear()

    room.run(NOW + MINUTE)

    assert [(r.end - r.start) / MINUTE for r in room.venue.asked] == [4]
    assert room.said_times() == [END]


def test_the_open_bar_is_not_stored() -> None:
    room = Room()

    room.run(END + timedelta(seconds=59, microseconds=999_999))

    assert room.store.last(SYMBOL) == END - MINUTE


def test_a_bar_knows_where_and_when_it_came_from() -> None:
    room = Room()

    room.run()

    newest = room.said()[-1]
    assert (newest.source, newest.symbol, newest.interval) == ("fixed", SYMBOL, "1m")
    assert newest.written_at.ToDatetime(UTC) == NOW
    assert not newest.corrected


def test_a_correction_is_stored_counted_and_announced() -> None:
    room = Room()
    room.run()
    room.bus.topics.clear()
    room.venue.closes[END - 2 * MINUTE] = 99.0

    room.run(NOW + MINUTE)

    assert room.tally.counts["corrected"] == 1
    assert room.said_times() == [END, END - 2 * MINUTE]
    assert [candle.corrected for candle in room.said()] == [False, True]
    assert room.said()[1].close == 99.0


def test_a_correction_that_was_missed_during_an_absence_is_announced() -> None:
    room = Room()
    room.run()
    room.bus.topics.clear()
    room.venue.closes[END - MINUTE] = 99.0

    room.run(NOW + 12 * 60 * MINUTE)

    assert room.missing(NOW + 12 * 60 * MINUTE) == []
    assert [c.close for c in room.said() if c.corrected] == [99.0]
    assert len(room.said()) == 61


def test_an_own_gap_is_repaired() -> None:
    room = Room()
    room.run()
    held = room.store.bars[SYMBOL]
    for number in (*range(100, 160), 2_000):
        del held[sorted(held)[number]]

    room.run()

    assert room.missing() == []
    assert len(held) == 2 * 1_440


def test_a_hole_of_the_venue_is_asked_for_once_and_again_after_a_day() -> None:
    room = Room()
    hole = {END - number * MINUTE for number in range(500, 510)}
    room.venue.missing = set(hole)
    room.run()

    assert room.missing() == []
    room.run(NOW + MINUTE)
    assert len(room.venue.asked) == 1
    room.run(NOW + DAY + MINUTE)
    rechecked = [Span(r.start, r.end) for r in room.venue.asked]
    assert Span(min(hole), max(hole) + MINUTE) in rechecked
    room.run(NOW + DAY + 2 * MINUTE)
    assert len(room.venue.asked) == 1


@pytest.mark.parametrize("filled", [500, 505, 509])
def test_a_hole_that_is_filled_in_part_is_not_asked_for_every_minute(
    filled: int,
) -> None:
    room = Room()
    room.venue.missing = {END - number * MINUTE for number in range(500, 510)}
    room.run()
    room.venue.missing.remove(END - filled * MINUTE)

    room.run(NOW + DAY + MINUTE)
    room.run(NOW + DAY + 2 * MINUTE)

    assert room.store.changes(
        SYMBOL, END - filled * MINUTE, END - filled * MINUTE + MINUTE
    )
    assert len(room.venue.asked) == 1


def test_holes_older_than_two_days_are_left_alone() -> None:
    room = Room()
    room.venue.missing = {END - number * MINUTE for number in range(500, 510)}
    room.run()

    room.run(NOW + 2 * DAY)
    room.run(NOW + 2 * DAY + MINUTE)

    assert len(room.venue.asked) == 1


def test_a_silent_market_costs_one_request_a_minute() -> None:
    room = Room()
    room.venue.missing = {END - number * MINUTE for number in range(-60, 700)}
    room.run()

    for number in range(1, 6):
        room.run(NOW + number * MINUTE)
        assert len(room.venue.asked) == 1


def test_a_minute_that_comes_late_is_still_stored_and_announced() -> None:
    room = Room()
    late = END - MINUTE
    room.venue.missing = {late}
    room.run()
    room.venue.missing = set()
    room.bus.topics.clear()

    room.run(NOW + MINUTE)

    assert room.said_times() == [late, END]


def test_a_rejected_bar_stays_a_gap_that_is_ours() -> None:
    room = Room()
    room.venue.missing = {END - 10 * MINUTE}
    room.venue.rejected = {"not finite": 1}

    room.ingestor().newest(SYMBOL)

    assert Span(END - 10 * MINUTE, END - 9 * MINUTE) in room.missing()
    assert room.tally.rejected == {"not finite": 1}


def test_bars_stored_but_not_announced_are_announced_by_the_next_run() -> None:
    room = Room()
    bus, room.bus = room.bus, BrokenBus()
    with pytest.raises(UnavailableError, match="no candles"):
        room.run()
    room.bus = bus

    room.run(NOW + 5 * MINUTE)

    assert room.said_times() == [END - number * MINUTE for number in range(55, -5, -1)]


def test_bars_announced_without_a_watermark_are_announced_alike() -> None:
    room = Room()
    watermarks, room.watermarks = room.watermarks, BrokenWatermarks()
    with pytest.raises(UnavailableError, match="no BTC-USD"):
        room.run()
    first = list(room.bus.topics[CANDLES])
    room.watermarks = watermarks

    room.run()

    assert room.bus.topics[CANDLES] == [*first, *first]
    room.run()
    assert len(room.bus.topics[CANDLES]) == 2 * len(first)


def test_a_failed_request_leaves_what_was_read_and_the_rest_for_later() -> None:
    room = Room()
    ingestor = room.ingestor()
    left = ingestor.newest(SYMBOL)
    room.venue.fail_after = 3
    room.venue.failures[""] = UnavailableError("the venue is away")

    with pytest.raises(UnavailableError, match="the venue is away"):
        ingestor.older(SYMBOL, left)

    assert room.missing() == [Span(END - HISTORY, END - 900 * MINUTE)]


def test_when_the_last_bars_cannot_be_read_again_the_newest_wait() -> None:
    room = Room()
    room.run()
    later = NOW + DAY
    room.venue.asked.clear()
    room.venue.fail_after = 1
    room.venue.failures[""] = UnavailableError("the venue is away")

    with pytest.raises(UnavailableError):
        room.ingestor(later).newest(SYMBOL)

    assert room.store.last(SYMBOL) == END - MINUTE


def test_stored_numbers_do_not_depend_on_how_many_runs_brought_them() -> None:
    at_once, in_pieces = Room(), Room()
    at_once.run(NOW + 7 * MINUTE)

    for number in range(8):
        in_pieces.run(NOW + number * MINUTE)

    def bars(room: Room) -> CandleSeries:
        return room.store.read(SYMBOL, 60, END - HISTORY, END + 7 * MINUTE)

    assert np.array_equal(bars(at_once).open_times, bars(in_pieces).open_times)
    assert bars(at_once).fingerprint() == bars(in_pieces).fingerprint()
    assert len(set(in_pieces.said_times())) == len(in_pieces.said_times()) == 67


@pytest.mark.parametrize("listed_days_ago", [34, 10])
def test_old_gaps_of_a_complete_history_are_repaired_within_an_hour(
    listed_days_ago: int,
) -> None:
    room = Room(history=35 * DAY)
    room.venue.listed = {SYMBOL: END - listed_days_ago * DAY}
    room.run()
    oldest = sorted(room.store.bars[SYMBOL])
    del room.store.bars[SYMBOL][oldest[300]]

    for number in range(1, 61):
        room.run(NOW + number * MINUTE)

    assert room.missing() == []


def test_a_backfill_that_was_cut_short_goes_on_with_the_next_run() -> None:
    room = Room(history=40 * DAY)
    ingestor = room.ingestor()
    left = ingestor.newest(SYMBOL)
    while len(room.store.bars[SYMBOL]) < 33 * 1_440:
        left = ingestor.older(SYMBOL, left)

    for number in range(1, 4):
        room.run(NOW + number * MINUTE)

    assert room.missing() == []
