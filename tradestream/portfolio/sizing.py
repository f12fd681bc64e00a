"""How much each strategy may trade, under limits that hold for every input.

The size that puts 2 % of capital at risk is the risk budget ÷ the risk
distance. Where the sizes of a symbol, of a group of correlated symbols, or of
everything exceed their cap, all of them shrink by the same factor, in this
order. Everything is counted in whole cents and rounded down at each step, so a
limit is never passed, not even by a rounding.

Pure: no I/O, no clock, no flags; what is booked is Decimal.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

CENT = Decimal("0.01")
MOST_CAPITAL = Decimal(10) ** 15
"""NUMERIC(20,2) and exact cents hold sizes below it."""
Limit = Literal["risk", "symbol", "group", "total"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What may never be passed.

    Attributes:
        capital: In the account currency, positive.
        risk: Largest share of capital at risk in one position.
        symbol: Largest share of capital in one symbol.
        group: Largest share of capital in one group of correlated symbols.
        total: Largest share of capital in all positions.
    """

    capital: Decimal = Decimal(100_000)
    risk: Decimal = Decimal("0.02")
    symbol: Decimal = Decimal("0.10")
    group: Decimal = Decimal("0.25")
    total: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if not (self.capital.is_finite() and 0 < self.capital <= MOST_CAPITAL):
            raise ValueError(
                f"a capital above 0, at most {MOST_CAPITAL} is required,"
                f" was {self.capital}"
            )
        for name in ("risk", "symbol", "group", "total"):
            share = getattr(self, name)
            if not (share.is_finite() and 0 < share <= 1):
                raise ValueError(f"a {name} share in (0, 1] is required, was {share}")


@dataclass(frozen=True, slots=True)
class Holding:
    """A strategy to size.

    Attributes:
        strategy_id: Its identity.
        symbol: What it trades.
        group: Which symbols move together with it.
        risk_distance: From the entry to the stop, a fraction in (0, 1].
    """

    strategy_id: str
    symbol: str
    group: str
    risk_distance: Decimal


@dataclass(frozen=True, slots=True)
class Size:
    """How much a strategy may trade.

    Attributes:
        strategy_id: Its identity.
        size: Notional in the account currency, whole cents, may be 0.
        binding_limit: The limit that set it.
    """

    strategy_id: str
    size: Decimal
    binding_limit: Limit


@dataclass(frozen=True, slots=True)
class _Cents:
    holding: Holding
    cents: int
    limit: Limit


def size_positions(holdings: Iterable[Holding], limits: Limits) -> dict[str, Size]:
    """Return the size of each strategy, by id, in the order of ids.

    Raises:
        ValueError: If a risk distance is not in (0, 1], or an id comes twice.
    """
    ordered = sorted(holdings, key=lambda h: h.strategy_id)
    if len({h.strategy_id for h in ordered}) < len(ordered):
        raise ValueError("strategies with ids of their own are required")
    budget = _cents(limits.capital, limits.risk)
    rows = [_Cents(h, _at_risk(budget, h.risk_distance), "risk") for h in ordered]
    rows = _cap(rows, "symbol", limits, lambda h: h.symbol)
    rows = _cap(rows, "group", limits, lambda h: h.group)
    rows = _cap(rows, "total", limits, lambda _: "")
    return {
        r.holding.strategy_id: Size(
            r.holding.strategy_id, (r.cents * CENT).quantize(CENT), r.limit
        )
        for r in rows
    }


def _at_risk(budget_cents: int, distance: Decimal) -> int:
    if not (distance.is_finite() and 0 < distance <= 1):
        raise ValueError(f"a risk distance in (0, 1] is required, was {distance}")
    numerator, denominator = distance.as_integer_ratio()
    return budget_cents * denominator // numerator


def _cap(
    rows: Sequence[_Cents],
    limit: Limit,
    limits: Limits,
    part: Callable[[Holding], str],
) -> list[_Cents]:
    """Shrink every part whose sum passes the cap, each of its rows alike."""
    cap = _cents(limits.capital, getattr(limits, limit))
    sums: dict[str, int] = {}
    for row in rows:
        sums[part(row.holding)] = sums.get(part(row.holding), 0) + row.cents
    return [_shrink(row, limit, cap, sums[part(row.holding)]) for row in rows]


def _shrink(row: _Cents, limit: Limit, cap: int, held: int) -> _Cents:
    if held <= cap:
        return row
    return replace(row, cents=row.cents * cap // held, limit=limit)


def _cents(capital: Decimal, share: Decimal) -> int:
    return math.floor(Fraction(capital) * Fraction(share) * 100)
