"""The threads of a run: every symbol's newest bars, then older ones by turns."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue

from services.candle_ingestor.ingest import Ingestor
from services.candle_ingestor.spans import Span
from services.candle_ingestor.tally import Tally
from tradestream.candle_store.port import CandleStore
from tradestream.errors import UnavailableError
from tradestream.venues.port import UnknownSymbolError, Venue

THREADS = 4
"""Enough to keep a venue busy at 10 requests/s and one core at 500."""

MakeIngestor = Callable[[ExitStack], Ingestor]


def ingest(
    make: MakeIngestor,
    symbols: Sequence[str],
    tally: Tally,
    stop: Callable[[], bool],
    *,
    threads: int = THREADS,
) -> None:
    """Bring the bars of `symbols`; a symbol that fails never stops the others.

    Args:
        make: Makes an ingestor whose connections an exit stack closes.
        symbols: What to read, most important first.
        tally: Counts what is done.
        stop: Says whether the time for older bars is used up.
        threads: How many symbols to work on at once.

    Raises:
        UnavailableError: If not one symbol's newest bars could be read.
    """
    count = max(1, min(threads, len(symbols)))
    with ExitStack() as cleanup, ThreadPoolExecutor(count) as pool:
        free: SimpleQueue[Ingestor] = SimpleQueue()
        for _ in range(count):
            free.put(make(cleanup))

        def newest(symbol: str) -> list[Span]:
            with _borrowed(free) as ingestor:
                return _newest(ingestor, symbol, tally)

        spans = dict(zip(symbols, pool.map(newest, symbols), strict=True))
        if tally.failures and not tally.counts["symbols"]:
            reason = next(iter(tally.failures.values()))
            raise UnavailableError(f"no symbol's newest bars could be read: {reason}")
        turns = deque((symbol, left) for symbol, left in spans.items() if left)

        def older() -> None:
            with _borrowed(free) as ingestor:
                _take_turns(ingestor, turns, tally, stop)

        for done in [pool.submit(older) for _ in range(count)]:
            done.result()


def remember_instruments(
    venue: Venue, store: CandleStore, symbols: Sequence[str]
) -> None:
    """Store the increments of the venue's products, if one of ours is unknown."""
    if all(store.instrument(symbol) for symbol in symbols):
        return
    wanted = set(symbols)
    store.write_instruments([p for p in venue.products() if p.symbol in wanted])


@contextmanager
def _borrowed(free: "SimpleQueue[Ingestor]") -> Iterator[Ingestor]:
    ingestor = free.get()
    try:
        yield ingestor
    finally:
        free.put(ingestor)


def _newest(ingestor: Ingestor, symbol: str, tally: Tally) -> list[Span]:
    try:
        spans = ingestor.newest(symbol)
    except UnknownSymbolError:
        tally.not_traded(symbol)
        return []
    except UnavailableError as error:
        tally.failed(symbol, str(error))
        return []
    tally.read_newest()
    return spans


def _take_turns(
    ingestor: Ingestor,
    turns: "deque[tuple[str, list[Span]]]",
    tally: Tally,
    stop: Callable[[], bool],
) -> None:
    """Work on the symbol that waited longest, a few pages at a time."""
    while True:
        try:
            symbol, spans = turns.popleft()
        except IndexError:
            return
        if stop():
            tally.postponed(symbol)
            continue
        try:
            left = ingestor.older(symbol, spans)
        except UnavailableError as error:
            tally.failed(symbol, str(error))
            continue
        if left:
            turns.append((symbol, left))
