"""Choosing the strategies of one symbol that may trade.

The best by score, one after the other, as long as each differs from those
chosen before it: the correlation of their hourly excess x = R − p̄·M is at most
0.9. Every member and everyone left out has a reason in words.

Pure: no I/O, no clock, no flags.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradestream.portfolio.correlation import pearson

HOUR_SECONDS = 3600
MOST_MEMBERS = 5
MOST_CORRELATION = 0.9
FEWEST_COMMON_HOURS = 24
"""Fewer hours than a day say nothing about a correlation."""


@dataclass(frozen=True, slots=True)
class HourlyExcess:
    """What a strategy earned beyond its share of the market, hour by hour.

    Attributes:
        first_hour: Start of the first hour, seconds since 1970.
        values: x of each hour from there on, no holes, finite.
    """

    first_hour: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A strategy that may be chosen.

    Attributes:
        strategy_id: Its identity.
        strategy_name: Its type, e.g. `SMA_RSI`.
        status: Of the gate, e.g. `validated`.
        score: Confidence in [0, 1].
        excess: Its hourly excess, None when no valid evaluation is known.
    """

    strategy_id: str
    strategy_name: str
    status: str
    score: float
    excess: HourlyExcess | None


@dataclass(frozen=True, slots=True)
class Member:
    """A strategy that was chosen: its place from 1, and why."""

    strategy_id: str
    rank: int
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Who may trade, best first, and why the others may not."""

    members: tuple[Member, ...]
    left_out: Mapping[str, str]


def hourly_excess(
    first_hour: int,
    strategy: Sequence[float],
    market: Sequence[float],
    exposure: float | None,
) -> HourlyExcess | None:
    """Return x = R − p̄·M of an evaluation, None when it is not defined.

    Args:
        first_hour: Start of the first hour, seconds since 1970.
        strategy: R, net simple returns by hour.
        market: M, the market's returns in the same hours.
        exposure: p̄, mean share of bars in the market.
    """
    if exposure is None or not math.isfinite(exposure) or len(strategy) != len(market):
        return None
    values = tuple(r - exposure * m for r, m in zip(strategy, market, strict=True))
    return HourlyExcess(first_hour, values) if all(map(math.isfinite, values)) else None


def correlation(a: HourlyExcess, b: HourlyExcess) -> float | None:
    """Return the correlation over common hours, None when it is not known.

    It is not known below 24 common hours, or when one series does not move.
    """
    start = max(a.first_hour, b.first_hour)
    end = min(_end(a), _end(b))
    hours = (end - start) // HOUR_SECONDS
    if hours < FEWEST_COMMON_HOURS:
        return None
    return pearson(_cut(a, start, hours), _cut(b, start, hours))


def select(
    candidates: Iterable[Candidate],
    *,
    most: int = MOST_MEMBERS,
    most_correlation: float = MOST_CORRELATION,
) -> Selection:
    """Choose at most `most` of one symbol's strategies, best score first.

    Equal scores are ordered by id, so the order of `candidates` does not matter.
    Where a correlation is not known, two strategies of one type count as alike
    and two of different types as different.

    Args:
        candidates: Strategies of one symbol whose status allows them to trade.
        most: Largest number of members, at least 1.
        most_correlation: Largest correlation between two members.
    """
    if most < 1:
        raise ValueError(f"at least 1 member is required, was {most}")
    chosen: list[tuple[Candidate, HourlyExcess]] = []
    members: list[Member] = []
    left_out: dict[str, str] = {}
    for candidate in sorted(candidates, key=_by_score):
        excess = candidate.excess
        if excess is None or not math.isfinite(candidate.score):
            left_out[candidate.strategy_id] = "no valid evaluation or score"
            continue
        obstacle, closest = _too_close(candidate, excess, chosen, most_correlation)
        if obstacle is None and len(members) == most:
            obstacle = f"{most} strategies of the symbol score higher"
        if obstacle is not None:
            left_out[candidate.strategy_id] = obstacle
            continue
        rank = len(members) + 1
        reason = _why(candidate, rank, closest)
        members.append(Member(candidate.strategy_id, rank, reason))
        chosen.append((candidate, excess))
    return Selection(tuple(members), left_out)


def _by_score(candidate: Candidate) -> tuple[float, str]:
    score = candidate.score if math.isfinite(candidate.score) else -math.inf
    return -score, candidate.strategy_id


def _too_close(
    candidate: Candidate,
    excess: HourlyExcess,
    chosen: Sequence[tuple[Candidate, HourlyExcess]],
    most: float,
) -> tuple[str | None, float | None]:
    """Return why `candidate` is like a member (or None), and its highest ρ."""
    closest: float | None = None
    for member, members_excess in chosen:
        short = member.strategy_id[:12]
        rho = correlation(excess, members_excess)
        if rho is None:
            if candidate.strategy_name == member.strategy_name:
                return f"correlation with {short} of its type is not known", closest
        elif rho > most:
            return f"correlates {rho:.2f} with {short}, which scores higher", closest
        else:
            closest = rho if closest is None else max(closest, rho)
    return None, closest


def _why(candidate: Candidate, rank: int, closest: float | None) -> str:
    alone = "no other to compare with" if rank == 1 else "correlations are not known"
    distance = alone if closest is None else f"highest correlation {closest:.2f}"
    return f"{candidate.status}, score {candidate.score:.3f}, rank {rank}, {distance}"


def _end(excess: HourlyExcess) -> int:
    return excess.first_hour + len(excess.values) * HOUR_SECONDS


def _cut(excess: HourlyExcess, start: int, hours: int) -> tuple[float, ...]:
    first = (start - excess.first_hour) // HOUR_SECONDS
    return excess.values[first : first + hours]
