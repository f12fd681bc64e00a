"""The history exam (Door A): proof from the past on a window of new bars.

A fixed design of genomes is evaluated in full and judged by one max-t test on
hourly excess returns x = R − p̄·M: R the strategy's net return, M the market's,
p̄ the genome's mean exposure. Offspring of the search are not admitted: a crowd
of good offspring makes the critical value too low.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tradestream.discovery.correlation import too_similar
from tradestream.statistics.standard_errors import indifferent_errors
from tradestream.statistics.superior_predictive_ability import (
    FAR_BELOW,
    Moments,
    moments,
    superior,
)
from tradestream.strategies.catalogue import CATALOGUE

Floats = NDArray[np.float64]

LEAST_TRADES = 10
MOST_PASSING = 20
_CHUNK = 256
_KEPT_BYTES = 48 << 20
_CHUNK_HOURS = 256 * 24 * 56
"""Hourly returns in hand at once: 256 genomes of eight weeks, fewer of a year."""


class Evaluated(Protocol):
    """What a window says of some genomes of one type."""

    @property
    def hourly(self) -> Floats:
        """Shape (genomes, hours), net simple returns summed by clock hour."""
        ...

    @property
    def exposure(self) -> Floats:
        """Shape (genomes,), share of bars in the market."""
        ...

    @property
    def trades(self) -> NDArray[Any]:
        """Shape (genomes,), round trips."""
        ...

    @property
    def total_return(self) -> Floats:
        """Shape (genomes,), net return over the window."""
        ...


class ExamWindow(Protocol):
    """Bars on which genomes can be evaluated."""

    @property
    def market_hourly(self) -> Floats:
        """Shape (hours,), the market's simple returns summed by clock hour."""
        ...

    def evaluate(self, strategy_name: str, genomes: Floats) -> Evaluated:
        """Evaluate genomes of shape (genomes, parameters) in declared order."""
        ...


class ExamDesign(Protocol):
    """The fixed list of genomes."""

    @property
    def genomes(self) -> Mapping[str, Floats]:
        """By strategy type, shape (genomes, parameters) in declared order."""
        ...


@dataclass(frozen=True, slots=True)
class ExamPassRow:
    """A genome that passed.

    Attributes:
        strategy_name: Its type.
        parameters: By name, in declared order.
        t: Its studentized mean excess.
    """

    strategy_name: str
    parameters: dict[str, int | float]
    t: float


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """Genomes of one type that were in the running, and how they did.

    Attributes:
        strategy_name: The type.
        genomes: Shape (g, p), values in declared order.
        t: Shape (g,), their studentized mean excess; who is far below nil is
            left out.
    """

    strategy_name: str
    genomes: Floats
    t: Floats


@dataclass(frozen=True, slots=True)
class ExamOutcome:
    """What an exam showed.

    Attributes:
        genomes: Genomes evaluated.
        eligible: Those with at least 10 round trips.
        resamples: Resamples drawn; 0 when no genome could pass.
        critical_value: The t to reach, None when nothing could pass any more.
        best_t: Best t of an eligible genome with a positive return, if any.
        passing: At most 20 by t, correlation of hourly excess at most 0.9.
        examined: All who were in the running, for plots.
    """

    genomes: int
    eligible: int
    resamples: int
    critical_value: float | None
    best_t: float | None
    passing: tuple[ExamPassRow, ...]
    examined: tuple[Examined, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Group:
    """Genomes of one type in the running, and their excess if it was kept."""

    strategy_name: str
    genomes: Floats
    excess: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class _Field:
    """Everybody in the running, in the order of `groups`."""

    evaluated: int
    eligible: int
    groups: tuple[_Group, ...]
    found: Moments
    gained: NDArray[np.bool_]

    def examined(self) -> tuple[Examined, ...]:
        """Return everybody with their t."""
        ends = np.cumsum([len(group.genomes) for group in self.groups])
        return tuple(
            Examined(group.strategy_name, group.genomes, t)
            for group, t in zip(
                self.groups, np.split(self.found.t, ends[:-1]), strict=False
            )
        )


def run_exam(
    window: ExamWindow, design: ExamDesign, *, alpha: float, seed: int
) -> ExamOutcome:
    """Examine every genome of `design` on `window`.

    Memory is bounded: excess returns are kept up to 48 MB and computed again,
    chunk by chunk, beyond that.

    Args:
        window: Bars from whole hour to whole hour.
        design: The fixed genomes.
        alpha: Share of false alarms that this exam may spend.
        seed: Seed of the bootstrap, 0 or more.
    """
    entered = _enter(window, design)
    able = entered.found.t[entered.gained]
    if not len(able):
        return ExamOutcome(
            entered.evaluated, entered.eligible, 0, None, None, (), entered.examined()
        )
    best = float(able.max())

    def chunks() -> Iterator[NDArray[np.floating]]:
        for group in entered.groups:
            yield _excess(window, group)

    verdict = superior(chunks, entered.found, best, alpha=alpha, seed=seed)
    line = verdict.critical_value
    passing = () if line is None else _passing(window, entered, line)
    return ExamOutcome(
        entered.evaluated,
        entered.eligible,
        verdict.resamples,
        line,
        best,
        passing,
        entered.examined(),
    )


def examine(window: ExamWindow, design: ExamDesign) -> tuple[Examined, ...]:
    """Return everybody in the running with their t, and judge nobody: for a picture.

    Args:
        window: Bars from whole hour to whole hour.
        design: The fixed genomes.
    """
    return _enter(window, design).examined()


def _enter(window: ExamWindow, design: ExamDesign) -> _Field:
    """Evaluate the design once and keep who is in the running."""
    groups: list[_Group] = []
    parts: list[Moments] = []
    gained: list[NDArray[np.bool_]] = []
    evaluated = eligible = kept = 0
    size = max(16, min(_CHUNK, _CHUNK_HOURS // max(1, len(window.market_hourly))))
    for name, genomes in design.genomes.items():
        for first in range(0, len(genomes), size):
            chunk = genomes[first : first + size]
            result = window.evaluate(name, chunk)
            evaluated += len(chunk)
            enough = np.asarray(result.trades) >= LEAST_TRADES
            eligible += int(np.count_nonzero(enough))
            excess = excess_returns(result, window.market_hourly)[enough]
            found = moments(
                excess,
                least_error=indifferent_errors(
                    result.exposure[enough], window.market_hourly
                ),
            )
            near = found.t > FAR_BELOW
            if not near.any():
                continue
            running = excess[near].astype(np.float32)
            kept += running.nbytes
            groups.append(
                _Group(
                    name,
                    chunk[enough][near],
                    running if kept <= _KEPT_BYTES else None,
                )
            )
            parts.append(Moments(found.mean[near], found.error[near], found.t[near]))
            gained.append(np.asarray(result.total_return)[enough][near] > 0)
    return _Field(
        evaluated,
        eligible,
        tuple(groups),
        Moments(
            np.concatenate([np.empty(0), *(p.mean for p in parts)]),
            np.concatenate([np.empty(0), *(p.error for p in parts)]),
            np.concatenate([np.empty(0), *(p.t for p in parts)]),
        ),
        np.concatenate([np.empty(0, np.bool_), *gained]),
    )


def excess_returns(result: Evaluated, market_hourly: Floats) -> Floats:
    """Return x = R − p̄·M, shape (genomes, hours)."""
    return np.asarray(result.hourly - result.exposure[:, None] * market_hourly)


def _excess(window: ExamWindow, group: _Group) -> NDArray[np.float32]:
    if group.excess is not None:
        return group.excess
    result = window.evaluate(group.strategy_name, group.genomes)
    return excess_returns(result, window.market_hourly).astype(np.float32)


def _passing(window: ExamWindow, field: _Field, line: float) -> tuple[ExamPassRow, ...]:
    """Return who passes, best first, without near copies."""
    places = [
        (group, row)
        for group, genomes in enumerate(field.groups)
        for row in range(len(genomes.genomes))
    ]
    through = np.flatnonzero((field.found.t >= line) & field.gained)
    through = through[np.argsort(-field.found.t[through], kind="stable")]
    rows: list[ExamPassRow] = []
    chosen: list[NDArray[np.floating]] = []
    fetched: tuple[int, NDArray[np.float32]] = (-1, np.empty((0, 0), np.float32))
    for place in through:
        number, row = places[place]
        group = field.groups[number]
        if fetched[0] != number:
            fetched = (number, _excess(window, group))
        excess = fetched[1][row]
        if too_similar(excess, chosen):
            continue
        chosen.append(excess)
        parameters = named_parameters(group.strategy_name, group.genomes[row])
        rows.append(
            ExamPassRow(group.strategy_name, parameters, float(field.found.t[place]))
        )
        if len(rows) == MOST_PASSING:
            break
    return tuple(rows)


def named_parameters(strategy_name: str, genome: Floats) -> dict[str, int | float]:
    """Return a genome, shape (parameters,), as typed parameters by name."""
    kind = CATALOGUE[strategy_name]
    values = {
        parameter.name: int(value) if parameter.kind == "int" else float(value)
        for parameter, value in zip(kind.parameters, genome, strict=True)
    }
    return kind.check(values)
