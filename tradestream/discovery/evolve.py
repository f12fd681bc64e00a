"""The genetic search on a window as one compiled call.

Every generation that `genetic` proposes is evaluated and scored in place. A
call ends after so many generations, so that a long search can be watched and
interrupted; the next call goes on where it was.
"""

import numpy as np

from tradestream.backtest.evaluate import BRIEF, Engine, evaluate
from tradestream.backtest.layout import Program
from tradestream.backtest.trades import SUMS, TRADES, excess_sharpe
from tradestream.candles import Floats
from tradestream.discovery.genetic import (
    TRIED,
    Hunt,
    ask_next,
    tell_next,
)
from tradestream.discovery.objective import score_of
from tradestream.indicators.compiled import entry_point

DONE, GOES_ON, NO_ROOM = range(3)


@entry_point
def evolve(
    engine: Engine, program: Program, hunt: Hunt, batch: int, market: Floats,
    generations: int, genomes: Floats, results: Floats,
) -> int:  # fmt: skip
    """Search on; write every new genome and its results, in order of birth.

    Args:
        engine: The window.
        program: The strategy type.
        hunt: The search, as `genetic.begin` or an earlier call left it.
        batch: Genomes that share one round of row building.
        market: Σ m and Σ m².
        generations: How many to go on at most.
        genomes: As long as `hunt.places`, written: values.
        results: As long, 2 columns, written: trades, excess Sharpe a bar.

    Returns:
        DONE, GOES_ON after so many generations, or NO_ROOM if rows do not fit.
    """
    genes = hunt.genes
    sums, nothing = np.empty((hunt.members.shape[0], SUMS)), np.empty((1, 0))
    state = GOES_ON
    for _ in range(generations):
        count = ask_next(hunt)
        if count == 0:
            state = DONE
            break
        last = int(hunt.counts[TRIED])
        first = last - count
        for row in range(first, last):
            for j in range(genes.shape[0]):
                genomes[row, j] = hunt.places[row, j] / genes[j, 2]
        if not evaluate(
            engine, program, genomes[first:last], count, batch, sums, nothing, BRIEF
        ):
            state = NO_ROOM
            break
        for i in range(count):
            address = sums.ctypes.data + 8 * SUMS * i
            sharpe = excess_sharpe(address, engine.tables.bars, market[0], market[1])
            hunt.scores[first + i] = score_of(sharpe, sums[i, TRADES])
            results[first + i, 0] = sums[i, TRADES]
            results[first + i, 1] = sharpe
        tell_next(hunt)
    sums[0, 0] = 0.0  # its address must not outlive it
    return state
