"""Living many markets in processes, balanced over the cells, and resumable."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import TypeVar

from tradestream.candles import CandleSeries
from tradestream.discovery.life import LifeSettings
from tradestream.study.cells import Cell
from tradestream.study.lives import Lived, life_of
from tradestream.study.oracle import Oracle, Scale, oracle
from tradestream.study.results import ResultsFile

Outcome = Lived | Oracle
Asked = TypeVar("Asked")
Made = TypeVar("Made")
Progress = Callable[[int, int, str], None]
"""Called with pieces of work done, in all, and what was done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to study.

    Attributes:
        cells: Which markets.
        lives: How many a cell; seeds are 1 to this.
        days: Length of a life.
        bars: Recorded bars that bootstraps draw from.
        settings: How searches search.
        scale: How oracles are found.
    """

    cells: tuple[Cell, ...]
    lives: int
    days: int
    bars: CandleSeries | None = None
    settings: LifeSettings | None = None
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A life, or an oracle when there is no seed."""

    cell: Cell
    seed: int | None


def run_study(plan: Plan, results: ResultsFile, workers: int, told: Progress) -> None:
    """Do what `results` does not know yet, and add it piece by piece.

    All cells live their first market before any lives its second, so that a
    study which is stopped has about as many lives in each. What is finished when
    it is stopped is kept; what is being lived is not.
    """
    pieces = _missing(plan, results)
    total = len(pieces) + _known(plan, results)
    done = total - len(pieces)
    told(done, total, f"{done} known")
    if workers == 1:
        for piece in pieces:
            _keep(results, piece, outcome := _do(plan, piece, results.version))
            done += 1
            told(done, total, _words(piece, outcome))
        return
    with _crew(plan, results.version, workers) as pool:
        waiting: dict[Future[Outcome], _Piece] = {}
        kept = set()
        try:
            for piece, outcome in _outcomes(pool, pieces, 2 * workers, waiting):
                _keep(results, piece, outcome)
                kept.add(piece)
                done += 1
                told(done, total, _words(piece, outcome))
        except BaseException:
            for piece, outcome in finished(waiting):
                if piece not in kept:
                    _keep(results, piece, outcome)
            raise


def _keep(results: ResultsFile, piece: _Piece, outcome: Outcome) -> None:
    if isinstance(outcome, Oracle):
        results.add_oracle(piece.cell.name, outcome)
    else:
        results.add_life(outcome)


def _words(piece: _Piece, outcome: Outcome) -> str:
    if isinstance(outcome, Oracle):
        return f"oracle of {piece.cell.name}: Sharpe {outcome.sharpe:.1f}"
    day = outcome.found_day
    found = "nothing" if day is None else f"day {day:g}"
    return f"{piece.cell.name} {piece.seed}: {found}"


def _missing(plan: Plan, results: ResultsFile) -> list[_Piece]:
    known = results.read()
    pieces = [
        _Piece(cell, None)
        for cell in plan.cells
        if cell.planted and cell.name not in known.oracles
    ]
    return pieces + [
        _Piece(cell, seed)
        for seed in range(1, plan.lives + 1)
        for cell in plan.cells
        if (cell.name, seed) not in known.lives
    ]


def _known(plan: Plan, results: ResultsFile) -> int:
    oracles = sum(cell.planted for cell in plan.cells)
    return oracles + plan.lives * len(plan.cells) - len(_missing(plan, results))


@contextmanager
def _crew(plan: Plan, version: str, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes; when the study is stopped they end where they are."""
    # Matrix products of two processes must not fight for the same cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    context = get_context("spawn")
    # Closing its other end is how all of them are told.
    ended, end = context.Pipe(duplex=False)
    with (
        ended,
        ProcessPoolExecutor(
            workers,
            mp_context=context,
            initializer=_remember,
            initargs=(plan, version, ended),
        ) as pool,
        end,
    ):
        try:
            yield pool
        except BaseException:
            end.close()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        pool.shutdown(wait=True)


def _outcomes(
    pool: ProcessPoolExecutor,
    pieces: Sequence[_Piece],
    most: int,
    waiting: dict[Future[Outcome], _Piece],
) -> Iterator[tuple[_Piece, Outcome]]:
    """Yield pieces as they are done.

    Args:
        pool: Who does them.
        pieces: What to do.
        most: So many are handed out at a time.
        waiting: Filled with those whose outcome was not yet taken care of.
    """
    left = iter(pieces)
    while True:
        for piece in left:
            waiting[pool.submit(_do_remembered, piece)] = piece
            if len(waiting) >= most:
                break
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield waiting[future], future.result()
            # Not before: an interrupt while it is kept must not lose it.
            del waiting[future]


def finished(waiting: Mapping[Future[Made], Asked]) -> Iterator[tuple[Asked, Made]]:
    """Yield those of `waiting` that have an outcome by now."""
    for future, piece in list(waiting.items()):
        done = future.done() and not future.cancelled()
        if done and future.exception() is None:
            yield piece, future.result()


_REMEMBERED: list[tuple[Plan, str]] = []


def _remember(
    plan: Plan, version: str, ended: "connection.Connection[None, None]"
) -> None:
    """Keep the plan in a worker, so that each piece is sent without its bars."""
    _REMEMBERED[:] = [(plan, version)]
    # An interrupt is for the study, which keeps what is finished first.
    signal(SIGINT, SIG_IGN)
    Thread(target=_leave_with_parent, args=(ended,), daemon=True).start()


def _leave_with_parent(ended: "connection.Connection[None, None]") -> None:
    """End this worker when the study is stopped or killed."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel, ended])
        os._exit(1)


def _do_remembered(piece: _Piece) -> Lived | Oracle:
    plan, version = _REMEMBERED[0]
    return _do(plan, piece, version)


def _do(plan: Plan, piece: _Piece, version: str) -> Lived | Oracle:
    if piece.seed is None:
        return oracle(piece.cell, plan.bars, plan.scale)
    return life_of(
        piece.cell,
        piece.seed,
        days=plan.days,
        version=version,
        bars=plan.bars,
        settings=plan.settings,
    )
