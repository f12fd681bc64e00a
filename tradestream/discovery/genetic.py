"""The genetic algorithm itself: it proposes points of a grid, and is told scores.

It knows no market. `ask` writes the next generation, `tell` reads its scores;
both are compiled, so a caller that is compiled too (`evolve`) pays some 50 ns a
point, and a test can put any landscape before it.

A point that was seen is never proposed again: a child that was is moved on, so
that every evaluation tells something new. Members are the best points of all
generations; of points that score alike only one may breed, or a plateau would
soon hold them all. Children come of tournaments of three and uniform crossover.
Mutation moves a gene by a step of any order of magnitude, from one place on the
grid to all of its range: the same operator explores and climbs. Genes that must
exceed one that moves stay where they are or go with it. The neighbours of a new
best point are always tried.
"""

from typing import Any, NamedTuple

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import entry_point, inlined, kernel

TOURNAMENT = 3
EXPLORERS, MORE_EXPLORERS = 0.1, 0.03
"""Share of a generation that is drawn at random, and how much this share grows
with each generation without a better point: a search that is stuck looks around.
Explorers are spread evenly over all of the space."""

PATIENCE = 15
"""Generations without a better point after which a search stops."""

SMALL = 20_000
"""Among so few points the best 0.1 % are a handful: all generations are used."""

_ATTEMPTS = 6
"""How often a child that was seen is moved on; then a random point is drawn."""

# What stands where in `Hunt.counts`.
TRIED, FRESH, GENERATION, STALE, MEMBERS, LIMIT = range(6)

_NEVER = np.uint64(0)


class Hunt(NamedTuple):
    """The state of one search.

    Attributes:
        genes: float64 (p, 4), see `Space.genes`.
        places: int64 (room, p), places on the grid of every point proposed, in
            order of birth.
        scores: float64 (room,), of these; the caller writes those of the newest.
        members: int64 (size,), rows of the points that breed, best first.
        memo: int64 (capacity,), rows by hash, −1 where there is none.
        random: uint64 (1,), state of the generator.
        counts: int64 (6,), points proposed, of these in the newest generation,
            number of the generation, generations without a better point, members,
            and how many generations without a better point end the search.
        spread: float64 (2, p), step from one explorer to the next in [0, 1), and
            where the last one was; below 0 before the first.
    """

    genes: Any
    places: Any
    scores: Any
    members: Any
    memo: Any
    random: Any
    counts: Any
    spread: Any


def begin(
    genes: Floats, *, points: int, size: int, generations: int, seed: int
) -> Hunt:
    """Return a search that has not asked yet.

    Args:
        genes: Shape (p, 4), see `Space.genes`.
        points: How many there are; with few, the search never stops early.
        size: Points a generation.
        generations: Generations after the first, at most.
        seed: 0 to 2**64 − 1.
    """
    room = size * (generations + 1)
    patience = PATIENCE if points > SMALL else generations + 1
    capacity = 1 << (2 * room - 1).bit_length()
    return Hunt(
        genes,
        np.zeros((room, len(genes)), np.int64),
        np.full(room, -np.inf),
        np.zeros(size, np.int64),
        np.full(capacity, -1, np.int64),
        np.array([_mixed(seed)], np.uint64),
        np.array([0, 0, 0, 0, 0, patience]),
        _spread(len(genes)),
    )


def _spread(count: int) -> Floats:
    """Return how far each gene moves from one explorer to the next.

    Multiples of them fill the cube evenly (the R sequence of Roberts 2018): powers
    of 1 / x where x^(count + 1) = x + 1. The second row is where they are.
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (count + 1))
    steps = root ** -np.arange(1.0, count + 1)
    return np.array([steps, np.full(count, -1.0)])


def _mixed(seed: int) -> int:
    """Return the state of the generator for a seed: SplitMix64 of it."""
    mask = 2**64 - 1
    x = (seed + 0x9E3779B97F4A7C15) & mask
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return (x ^ (x >> 31)) or 1


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


@inlined
def _floor(genes: Floats, point: np.ndarray, j: int) -> int:
    """Return the lowest place of gene j, given those of the genes before it."""
    low = int(genes[j, 0])
    above = int(genes[j, 3])
    if above >= 0 and point[above] + 1 > low:
        return int(point[above] + 1)
    return low


@kernel
def _draw_point(hunt: Hunt, point: np.ndarray) -> None:
    """Write the next explorer; the first is drawn."""
    genes, spread = hunt.genes, hunt.spread
    for j in range(genes.shape[0]):
        if spread[1, j] < 0.0:
            spread[1, j] = _draw(hunt.random)
        spread[1, j] = (spread[1, j] + spread[0, j]) % 1.0
        floor = _floor(genes, point, j)
        width = int(genes[j, 1]) - floor + 1
        point[j] = floor + int(spread[1, j] * width)


@kernel
def _repair(genes: Floats, point: np.ndarray, gaps: np.ndarray) -> None:
    """Put every gene into its range; one that must exceed another keeps its gap."""
    for j in range(genes.shape[0]):
        floor, high = _floor(genes, point, j), int(genes[j, 1])
        if point[j] < floor:
            point[j] = floor + gaps[j]
        if point[j] > high:
            point[j] = high


@kernel
def _shift(genes: Floats, point: np.ndarray, j: int, step: int, along: bool) -> None:
    """Move gene j; `along` with it those that must exceed it, so that gaps stay."""
    point[j] += step
    moved = 1 << j
    for k in range(j + 1, genes.shape[0]):
        above = int(genes[k, 3])
        if along and above >= 0 and (moved >> above) & 1:
            point[k] += step
            moved |= 1 << k


@kernel
def _move(hunt: Hunt, point: np.ndarray, j: int) -> None:
    """Move gene j by a step whose order of magnitude is drawn."""
    low, high = int(hunt.genes[j, 0]), int(hunt.genes[j, 1])
    longest = max(1.0, float(high - low))
    step = int(longest ** _draw(hunt.random))
    if _draw(hunt.random) < 0.5:
        step = -step
    if point[j] + step < low or point[j] + step > high:
        step = -step  # the other way may be open
    step = min(max(point[j] + step, low), high) - point[j]
    _shift(hunt.genes, point, j, step, _draw(hunt.random) < 0.25)


@kernel
def _row_of(hunt: Hunt, point: np.ndarray, row: int) -> bool:
    """Remember `point` as `row` and return True, or False if it was seen."""
    memo, places = hunt.memo, hunt.places
    number = np.uint64(1469598103934665603)
    for j in range(len(point)):
        number = (number ^ np.uint64(point[j])) * np.uint64(1099511628211)
    number ^= number >> np.uint64(29)
    mask = memo.shape[0] - 1
    at = np.int64(number & np.uint64(mask))
    while memo[at] >= 0:
        same = True
        for j in range(len(point)):
            if places[memo[at], j] != point[j]:
                same = False
                break
        if same:
            return False
        at = (at + 1) & mask
    memo[at] = row
    for j in range(len(point)):
        places[row, j] = point[j]
    return True


@inlined
def _winner(hunt: Hunt) -> int:
    """Return the row of the best of three random members."""
    members = int(hunt.counts[MEMBERS])
    best = members
    for _ in range(TOURNAMENT):
        other = int(_draw(hunt.random) * members)
        if other < best:
            best = other
    return int(hunt.members[best])


@kernel
def _conceive(hunt: Hunt, child: np.ndarray, gaps: np.ndarray) -> None:
    """Write a child of two members: crossed over, then one gene or more moved."""
    genes, places = hunt.genes, hunt.places
    width = genes.shape[0]
    a, b = _winner(hunt), _winner(hunt)
    for j in range(width):
        row = a if _draw(hunt.random) < 0.5 else b
        child[j] = places[row, j]
        above = int(genes[j, 3])
        gaps[j] = 0
        if above >= 0:
            gaps[j] = max(0, places[row, j] - places[row, above] - 1)
    must = int(_draw(hunt.random) * width)
    for j in range(width):
        if j == must or _draw(hunt.random) * width < 0.5:
            _move(hunt, child, j)
    _repair(genes, child, gaps)


@kernel
def _climb(hunt: Hunt, child: np.ndarray, gaps: np.ndarray, row: int) -> int:
    """Write the best member's neighbours, one step in one gene; return the next row.

    Those of a member that was the best before were seen, and cost nothing.
    """
    genes, best = hunt.genes, hunt.members[0]
    room = hunt.members.shape[0] // 2
    for j in range(genes.shape[0]):
        for way in range(4):
            for k in range(genes.shape[0]):
                child[k] = hunt.places[best, k]
                gaps[k] = 0
            step = -1 if way % 2 == 0 else 1
            if child[j] + step >= genes[j, 0]:
                _shift(genes, child, j, step, way < 2)
            _repair(genes, child, gaps)
            if room > 0 and _row_of(hunt, child, row):
                row += 1
                room -= 1
    return row


@kernel
def _propose(hunt: Hunt) -> int:
    """Write the points of the next generation; return how many are new."""
    size, width = hunt.members.shape[0], hunt.genes.shape[0]
    child, gaps = np.empty(width, np.int64), np.zeros(width, np.int64)
    first = int(hunt.counts[TRIED])
    row = first
    explorers = EXPLORERS + MORE_EXPLORERS * hunt.counts[STALE]
    if hunt.counts[GENERATION] == 0 or hunt.counts[MEMBERS] < 2:
        explorers = 1.0
    else:
        row = _climb(hunt, child, gaps, row)
    for _ in range(size - (row - first)):
        if _draw(hunt.random) < explorers:
            _draw_point(hunt, child)
        else:
            _conceive(hunt, child, gaps)
        for attempt in range(2 * _ATTEMPTS):
            if _row_of(hunt, child, row):
                row += 1
                break
            if attempt < _ATTEMPTS:
                for j in range(width):
                    gaps[j] = 0
                _move(hunt, child, int(_draw(hunt.random) * width))
                _repair(hunt.genes, child, gaps)
            else:
                _draw_point(hunt, child)
    return row - first


@kernel
def ask_next(hunt: Hunt) -> int:
    """Write the next generation; return how many points it has, 0 at the end."""
    hunt.counts[FRESH] = 0
    if hunt.counts[STALE] < hunt.counts[LIMIT] and (
        hunt.counts[TRIED] + hunt.members.shape[0] <= hunt.places.shape[0]
    ):
        hunt.counts[FRESH] = _propose(hunt)
        hunt.counts[TRIED] += hunt.counts[FRESH]
    return int(hunt.counts[FRESH])


@kernel
def tell_next(hunt: Hunt) -> None:
    """Let the newest generation, whose scores are written, join those that breed."""
    counts, members, scores = hunt.counts, hunt.members, hunt.scores
    best = scores[members[0]] if counts[MEMBERS] > 0 else -np.inf
    for row in range(counts[TRIED] - counts[FRESH], counts[TRIED]):
        _join(hunt, row)
    counts[GENERATION] += 1
    better = counts[MEMBERS] > 0 and scores[members[0]] > best
    counts[STALE] = 0 if better else counts[STALE] + 1


@kernel
def _join(hunt: Hunt, row: int) -> None:
    """Put a point in its place among the members, unless one scores the same."""
    members, scores = hunt.members, hunt.scores
    count, own = int(hunt.counts[MEMBERS]), hunt.scores[row]
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if scores[members[middle]] > own:
            low = middle + 1
        else:
            high = middle
    if low == members.shape[0] or (low < count and scores[members[low]] == own):
        return
    last = min(count, members.shape[0] - 1)
    for place in range(last, low, -1):
        members[place] = members[place - 1]
    members[low] = row
    hunt.counts[MEMBERS] = last + 1


@entry_point
def ask(hunt: Hunt) -> int:
    """Write the next generation into `places`; return how many points it has.

    They are the last of the first `counts[TRIED]` rows. None means the end: no
    room, too long without a better one, or nothing new is left.
    """
    return ask_next(hunt)


@entry_point
def tell(hunt: Hunt) -> None:
    """Take the scores of the newest generation, which the caller wrote."""
    tell_next(hunt)
