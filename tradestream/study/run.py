"""Living many markets in processes, balanced over the cells, and resumable."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from signal import SIG_IGN, SIGINT, signal
from threading import Thread

from tradestream.candles import CandleSeries
from tradestream.discovery.life import LifeSettings
from tradestream.study.cells import Cell
from tradestream.study.lives import Lived, life_of
from tradestream.study.oracle import Oracle, Scale, oracle
from tradestream.study.results import ResultsFile

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
    study which is stopped has about as many lives in each.
    """
    pieces = _missing(plan, results)
    total = len(pieces) + _known(plan, results)
    done = total - len(pieces)
    told(done, total, f"{done} known")
    for piece, outcome in _outcomes(plan, pieces, results.version, workers):
        if isinstance(outcome, Oracle):
            results.add_oracle(piece.cell.name, outcome)
            what = f"oracle of {piece.cell.name}: Sharpe {outcome.sharpe:.1f}"
        else:
            results.add_life(outcome)
            day = outcome.found_day
            what = f"{piece.cell.name} {piece.seed}: " + (
                "nothing" if day is None else f"day {day:g}"
            )
        done += 1
        told(done, total, what)


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


def _outcomes(
    plan: Plan, pieces: Sequence[_Piece], version: str, workers: int
) -> Iterator[tuple[_Piece, Lived | Oracle]]:
    if workers == 1:
        for piece in pieces:
            yield piece, _do(plan, piece, version)
        return
    # Matrix products of two processes must not fight for the same cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=_remember,
        initargs=(plan, version),
    ) as pool:
        waiting: dict[Future[Lived | Oracle], _Piece] = {}
        left = iter(pieces)
        try:
            while True:
                for piece in left:
                    waiting[pool.submit(_do_remembered, piece)] = piece
                    if len(waiting) >= 2 * workers:
                        break
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_REMEMBERED: list[tuple[Plan, str]] = []


def _remember(plan: Plan, version: str) -> None:
    """Keep the plan in a worker, so that each piece is sent without its bars."""
    _REMEMBERED[:] = [(plan, version)]
    # An interrupt ends the study after the lives that are being lived.
    signal(SIGINT, SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this worker when the study is killed: nobody would tell it."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
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
