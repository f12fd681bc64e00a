"""The threads of a run: every symbol's newest bars, then older ones by turns."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue

from services.candle_ingestor.ingest import Ingestor
from services.candle_ingestor.spans import Span
from services.candle_ingestor.tally import Tally
from tradestream.errors import InvalidDataError, UnavailableError
from tradestream.venues.port import (
    OutOfTimeError,
    RefusedRequestError,
    UnknownSymbolError,
)

THREADS = 4
"""Enough to keep a venue busy at 10 requests/s and one core at 500."""

_OF_ONE_SYMBOL = (UnavailableError, InvalidDataError, RefusedRequestError)
"""What may go wrong with one symbol and leave the others as they are."""

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
        with _borrowed(free) as ingestor:
            _remember_instruments(ingestor, symbols, tally)
        turns = deque((symbol, left) for symbol, left in spans.items() if left)

        def older() -> None:
            with _borrowed(free) as ingestor:
                _take_turns(ingestor, turns, tally, stop)

        for done in [pool.submit(older) for _ in range(count)]:
            done.result()


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
    except _OF_ONE_SYMBOL as error:
        tally.failed(symbol, str(error))
        return []
    tally.read_newest()
    return spans


def _remember_instruments(
    ingestor: Ingestor, symbols: Sequence[str], tally: Tally
) -> None:
    """Store the increments of the venue's products, if one of ours is unknown.

    Bars do not wait for them: a failure is noted, and the next run tries again.
    """
    try:
        unknown = {
            symbol
            for symbol in symbols
            if symbol not in tally.unknown and not ingestor.store.instrument(symbol)
        }
        if not unknown:
            return
        products = ingestor.venue.products()
        ingestor.store.write_instruments([p for p in products if p.symbol in unknown])
    except _OF_ONE_SYMBOL as error:
        tally.failed("products", str(error))


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
        except OutOfTimeError:
            tally.postponed(symbol)
            continue
        except UnknownSymbolError:
            tally.not_traded(symbol)
            continue
        except _OF_ONE_SYMBOL as error:
            tally.failed(symbol, str(error))
            continue
        if left:
            turns.append((symbol, left))
