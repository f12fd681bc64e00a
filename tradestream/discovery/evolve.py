"""The genetic search as one compiled call.

Genomes are rows of numbers in [0, 1), decoded to typed, ordered parameters:
tournament of three, uniform crossover, mutation scaled to the range, two
elites, a memo of genomes already seen, early stop.
"""

import numpy as np

from tradestream.backtest.evaluate import Engine, evaluate
from tradestream.backtest.layout import Program
from tradestream.backtest.trades import SUMS, TRADES, excess_sharpe
from tradestream.candles import Floats
from tradestream.discovery.objective import score_of
from tradestream.indicators.compiled import entry_point, inlined, kernel

MUTATION_RATE = 0.2
MUTATION_WIDTH = 0.3
ELITES = 2
PATIENCE = 10
"""Generations without a better genome after which a search stops."""

_NEVER = np.uint64(0)


@inlined
def _draw(state: np.ndarray) -> float:
    """Return the next uniform number in [0, 1): xorshift64*."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    mixed = (x * np.uint64(2685821657736338717)) >> np.uint64(11)
    return float(mixed) * (1.0 / 9007199254740992.0)


@kernel
def _seeded(seed: int) -> np.ndarray:
    """Return the state of the generator for a seed: SplitMix64 of it."""
    x = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    state = np.empty(1, np.uint64)
    state[0] = x if x != _NEVER else np.uint64(1)
    return state


@kernel
def _decode(genes: Floats, keys: Floats, genome: Floats) -> int:
    """Write the genome that `keys` stand for; return its number in the box of all."""
    number = 0
    for j in range(genes.shape[0]):
        low, high, per_unit, above = genes[j, 0], genes[j, 1], genes[j, 2], genes[j, 3]
        floor = low
        if above >= 0.0:
            other = int(above)
            floor = max(low, np.rint(genome[other] * genes[other, 2]) + 1.0)
        place = floor + np.floor(keys[j] * (high - floor + 1.0))
        genome[j] = place / per_unit
        number = number * int(high - low + 1.0) + int(place - low)
    return number


@inlined
def _winner(scores: Floats, state: np.ndarray) -> int:
    """Return the best of three random places."""
    size = scores.shape[0]
    best = int(_draw(state) * size)
    for _ in range(2):
        other = int(_draw(state) * size)
        if scores[other] > scores[best]:
            best = other
    return best


@inlined
def _two_best(scores: Floats) -> tuple[int, int]:
    """Return the places of the best and of the second best score."""
    first, second = 0, 1
    if scores[1] > scores[0]:
        first, second = 1, 0
    for i in range(2, scores.shape[0]):
        if scores[i] > scores[first]:
            first, second = i, first
        elif scores[i] > scores[second]:
            second = i
    return first, second


@kernel
def _breed(
    parents: Floats, scores: Floats, children: Floats, state: np.ndarray
) -> None:
    """Write the next generation: the elites, then crossed and mutated children."""
    first, second = _two_best(scores)
    for i in range(children.shape[0]):
        if i < ELITES:
            best = first if i == 0 else second
            for j in range(children.shape[1]):
                children[i, j] = parents[best, j]
            continue
        a, b = _winner(scores, state), _winner(scores, state)
        for j in range(children.shape[1]):
            key = parents[a, j] if _draw(state) < 0.5 else parents[b, j]
            if _draw(state) < MUTATION_RATE:
                bell = _draw(state) + _draw(state) + _draw(state) - 1.5
                key = min(max(key + bell * MUTATION_WIDTH, 0.0), 1.0 - 1e-12)
            children[i, j] = key


@entry_point
def evolve(
    engine: Engine, program: Program, genes: Floats, seed: int, size: int,
    generations: int, batch: int, market: Floats, seen: Floats, results: Floats,
) -> int:  # fmt: skip
    """Search; write every distinct genome and its results, in order of birth.

    Args:
        engine: The window.
        program: The strategy type.
        genes: Shape (p, 4), see `Space.genes`.
        seed: Any 64-bit number.
        size: Genomes a generation.
        generations: Generations after the first, at most.
        batch: Genomes that share one round of row building.
        market: Σ m and Σ m².
        seen: Shape (size · (generations + 1), p), written: genomes.
        results: As long, 3 columns, written: score, trades, excess Sharpe a bar.

    Returns:
        How many distinct genomes there were; −1 if the rows do not fit.
    """
    width = genes.shape[0]
    state = _seeded(seed)
    parents, children = np.empty((size, width)), np.empty((size, width))
    scores = np.empty(size)
    who = np.empty(size, np.int64)
    genome = np.empty(width)
    sums, nothing = np.empty((size, SUMS)), np.empty((1, 0))
    capacity = 16
    while capacity < 2 * seen.shape[0]:
        capacity *= 2
    memo_key, memo_at = np.full(capacity, -1), np.empty(capacity, np.int64)
    done, best, stale = 0, -np.inf, 0
    for generation in range(generations + 1):
        if generation == 0:
            for i in range(size):
                for j in range(width):
                    children[i, j] = _draw(state)
        else:
            _breed(parents, scores, children, state)
        fresh = done
        for i in range(size):
            number = _decode(genes, children[i], genome)
            at = (number * 0x9E3779B1) & (capacity - 1)
            while memo_key[at] >= 0 and memo_key[at] != number:
                at = (at + 1) & (capacity - 1)
            if memo_key[at] < 0:
                memo_key[at], memo_at[at] = number, fresh
                for j in range(width):
                    seen[fresh, j] = genome[j]
                fresh += 1
            who[i] = memo_at[at]
        count = fresh - done
        if not evaluate(
            engine, program, seen[done:fresh], count, batch, sums, nothing, False
        ):
            return -1
        for i in range(count):
            trades = sums[i, TRADES]
            address = sums.ctypes.data + 8 * SUMS * i
            sharpe = excess_sharpe(address, engine.tables.bars, market[0], market[1])
            results[done + i, 0] = score_of(sharpe, trades)
            results[done + i, 1] = trades
            results[done + i, 2] = sharpe
        done = fresh
        stale += 1
        for i in range(size):
            scores[i] = results[who[i], 0]
            if scores[i] > best:
                best, stale = scores[i], 0
        parents, children = children, parents
        if stale >= PATIENCE:
            break
    sums[0, 0] = 0.0
    return done
