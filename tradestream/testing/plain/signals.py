"""What rules are made of, bar by bar: above, crossing, and their combinations."""

from collections.abc import Sequence
from typing import Any

from tradestream.testing.plain.rows import Row, late, warm

Bits = list[bool]
Signals = tuple[Bits, Bits]
Level = float | int
Operand = Sequence[Any] | Level

PRICE = 1e-6
"""A range of so many ticks or fewer is none, to an indicator that divides by it."""
RATIO = 1e-9
"""The smallest difference of ratios that counts."""


def _rows(a: Operand, b: Operand) -> tuple[Sequence[Any], Sequence[Any]]:
    if isinstance(a, float | int):
        assert not isinstance(b, float | int)
        return [a] * len(b), b
    return a, [b] * len(a) if isinstance(b, float | int) else b


def above(a: Operand, b: Operand, epsilon: float) -> Bits:
    """Return where a > b by more than epsilon."""
    return [bool(x - y > epsilon) for x, y in zip(*_rows(a, b), strict=True)]


def up(a: Operand, b: Operand, epsilon: float) -> Bits:
    """Return where a crosses above b: not above a bar ago, above now."""
    now = above(a, b, epsilon)
    both_warm = [warm(x) and warm(y) for x, y in zip(*_rows(a, b), strict=True)]
    return [
        t > 0 and both_warm[t - 1] and not now[t - 1] and now[t]
        for t in range(len(now))
    ]


def down(a: Operand, b: Operand, epsilon: float) -> Bits:
    """Return where a crosses below b."""
    return up(b, a, epsilon)


def crossing(a: Operand, b: Operand, epsilon: float) -> Signals:
    """Return where a crosses above b, and where below."""
    return up(a, b, epsilon), down(a, b, epsilon)


def both(*rules: Bits) -> Bits:
    """Return where all rules are true."""
    return [all(bar) for bar in zip(*rules, strict=True)]


def either(*rules: Bits) -> Bits:
    """Return where one rule is true; callers see to it that all rows are warm."""
    return [any(bar) for bar in zip(*rules, strict=True)]


def all_warm(*rows: Row) -> Bits:
    """Return where every row is warm."""
    return [all(map(warm, bar)) for bar in zip(*rows, strict=True)]


def within(rule: Bits, bars: int) -> Bits:
    """Return where a rule was true on one of the last `bars` bars."""
    return [any(rule[max(t - bars + 1, 0) : t + 1]) for t in range(len(rule))]


def becomes(rule: Bits, is_warm: Bits) -> Bits:
    """Return where a rule is true now and was warm but not true a bar ago."""
    return [
        t > 0 and is_warm[t - 1] and rule[t] and not rule[t - 1]
        for t in range(len(rule))
    ]


def rising(row: Row, epsilon: float) -> Bits:
    """Return where a row is above its value of a bar ago."""
    return above(row, late(row), epsilon)


def not_above(a: Operand, b: Operand, epsilon: float) -> Bits:
    """Return where a ≤ b, or above by no more than epsilon."""
    return [bool(x - y <= epsilon) for x, y in zip(*_rows(a, b), strict=True)]
