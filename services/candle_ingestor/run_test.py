import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from services.candle_ingestor.ingest import Ingestor, Settings
from services.candle_ingestor.memory_watermarks import MemoryWatermarks
from services.candle_ingestor.run import ingest
from services.candle_ingestor.tally import Tally
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.errors import InvalidCandleError, UnavailableError
from tradestream.testing.fixed_venue import FixedVenue
from tradestream.venues.port import OutOfTimeError, RefusedRequestError

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
END = NOW.replace(second=0)
SYMBOLS = [f"S{number}-USD" for number in range(9)]
MINUTES = 900
AWAY = UnavailableError("the venue is away")


class Run:
    """A run over systems in memory, one store for all threads."""

    def __init__(self) -> None:
        self.venue = FixedVenue(dict.fromkeys(SYMBOLS, END - timedelta(days=9)))
        self.store = MemoryCandleStore()
        self.watermarks = MemoryWatermarks()
        self.tally = Tally()
        self.bus = MemoryBus()
        self.stop: Callable[[], bool] = lambda: False
        self.made: list[Ingestor] = []
        self.closed = threading.Event()

    def __call__(self, *, threads: int = 4) -> None:
        ingest(self.make, SYMBOLS, self.tally, self.stop, threads=threads)

    def make(self, cleanup: ExitStack) -> Ingestor:
        cleanup.callback(self.closed.set)
        start = END - timedelta(minutes=MINUTES)
        made = Ingestor(
            self.venue,
            self.store,
            self.bus,
            self.watermarks,
            Settings(NOW, start, self.stop),
            self.tally,
        )
        self.made.append(made)
        return made

    def counts(self) -> dict[str, int]:
        return {symbol: len(bars) for symbol, bars in self.store.bars.items()}


@pytest.mark.parametrize("threads", [1, 4, 40])
def test_every_symbol_is_brought_up_to_date(threads: int) -> None:
    run = Run()

    run(threads=threads)

    assert run.counts() == dict.fromkeys(SYMBOLS, MINUTES)
    assert run.tally.counts["symbols"] == len(SYMBOLS)
    assert len(run.made) == min(threads, len(SYMBOLS))
    assert run.closed.is_set()


def test_all_newest_bars_come_before_any_older_one() -> None:
    run = Run()

    run()

    first = run.venue.asked[: len(SYMBOLS)]
    assert {request.symbol for request in first} == set(SYMBOLS)
    assert {request.end for request in first} == {END}


@pytest.mark.parametrize(
    "failure",
    [
        AWAY,
        RefusedRequestError("refused with 403"),
        InvalidCandleError("bars that fit the store are required"),
    ],
)
def test_a_symbol_that_fails_does_not_stop_the_others(failure: Exception) -> None:
    run = Run()
    run.venue.failures[SYMBOLS[0]] = failure

    run()

    assert run.counts() == dict.fromkeys(SYMBOLS[1:], MINUTES)
    assert run.tally.failures == {SYMBOLS[0]: str(failure)}


def test_a_run_knows_the_newest_bar_of_each_symbol() -> None:
    run = Run()
    run()
    newest = dict.fromkeys(SYMBOLS, END - timedelta(minutes=1))
    assert run.tally.newest == newest

    run.tally = Tally()
    run.venue.failures[SYMBOLS[0]] = AWAY
    run()

    assert run.tally.failures.keys() == {SYMBOLS[0]}
    assert run.tally.newest == newest


def test_an_unknown_symbol_is_counted_and_nothing_else() -> None:
    run = Run()
    run.venue.listed = dict.fromkeys(SYMBOLS[1:], END - timedelta(days=9))

    run()

    assert run.tally.unknown == {SYMBOLS[0]}
    assert run.tally.failures == {}
    assert run.counts() == dict.fromkeys(SYMBOLS[1:], MINUTES)


def test_no_symbol_read_at_all_is_an_outage() -> None:
    run = Run()
    run.venue.failures = dict.fromkeys(SYMBOLS, AWAY)

    with pytest.raises(UnavailableError, match="could be read: the venue is away"):
        run()

    assert run.closed.is_set()


def test_only_unknown_symbols_are_no_outage() -> None:
    run = Run()
    run.venue.listed = {"OTHER-USD": END}

    run()

    assert run.tally.unknown == set(SYMBOLS)


def test_an_outage_while_older_bars_are_read_is_noted() -> None:
    run = Run()
    run.venue.fail_after = len(SYMBOLS) + 1
    run.venue.failures[""] = AWAY

    run()

    assert run.tally.counts["symbols"] == len(SYMBOLS)
    assert set(run.tally.failures.values()) == {str(AWAY)}
    assert min(run.counts().values()) == 300


def test_a_used_up_budget_leaves_the_older_bars_for_the_next_run() -> None:
    run = Run()
    run.stop = lambda: True

    run()

    assert run.counts() == dict.fromkeys(SYMBOLS, 300)
    assert run.tally.left == set(SYMBOLS)
    assert run.tally.failures == {}


def test_a_wait_that_would_outlast_the_budget_is_no_failure() -> None:
    run = Run()
    run.venue.fail_after = len(SYMBOLS)
    run.venue.failures[""] = OutOfTimeError("the time for requests is used up")

    run()

    assert run.tally.left == set(SYMBOLS)
    assert run.tally.failures == {}


def test_increments_are_stored_once() -> None:
    run = Run()

    run()
    run.venue.failures["products"] = AssertionError("nobody should ask")
    run()

    assert set(run.store.instruments) == set(SYMBOLS)


def test_bars_do_not_wait_for_increments() -> None:
    run = Run()
    run.venue.failures["products"] = AWAY

    run()

    assert run.counts() == dict.fromkeys(SYMBOLS, MINUTES)
    assert run.tally.failures == {"products": str(AWAY)}


def test_a_bug_is_not_hidden() -> None:
    run = Run()
    run.venue.failures[SYMBOLS[3]] = ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError, match="a bug"):
        run()

    assert run.closed.is_set()
