"""Numbers, times, and findings in words, the same on every part of the page. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from tradestream.report.html import Markup, element
from tradestream.report.model import Exam, Market

NOTHING = "–"
"""Stands for what is undefined or not known."""

STATUS_MEANING = {
    "validated": "Proven: evidence crossed its line. Only these are sized and traded.",
    "probation": "A claim is open: evidence gathers from bars the search never saw.",
    "candidate": "Found by the search, on paper only.",
    "stale": "A bar it was judged on was corrected; it is asked again.",
    "retired": "Its evidence since validation fell away.",
    "refused": "Its claim closed without proof.",
}

LIMITS = {
    "risk": "capital at risk in one position",
    "symbol": "cap of the symbol",
    "group": "cap of correlated symbols",
    "total": "cap of all positions",
}
"""What held a size down, by the name that sizing gives it."""


def percent(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Return a fraction as percent, e.g. `+1.2 %`, with a true minus sign."""
    if value is None:
        return NOTHING
    text = f"{value * 100:{'+' if sign else ''},.{digits}f} %"
    return text.replace("-", "−")


def number(value: float | int | Decimal | None, digits: int = 2) -> str:
    """Return a number with thousands apart."""
    if value is None:
        return NOTHING
    return f"{value:,.{digits}f}".replace("-", "−")


def count(value: float | int | Decimal | None) -> str:
    """Return a whole number with thousands apart."""
    return number(value, 0)


def evidence(value: float) -> str:
    """Return evidence or its line: 0.0087, 14.20, 34,812.0, 2.97 × 10⁴⁰."""
    if 0 < value < 0.01:
        return f"{value:.2g}" if value >= 1e-4 else _power(value)
    if value >= 1e7:
        return _power(value)
    return number(value, 1 if value >= 100 else 2)


def _power(value: float) -> str:
    digits, _, exponent = f"{value:.2e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{raised}"


def price(value: float | Decimal) -> str:
    """Return a price with the digits that it needs: 23,144.78 or 0.0000529."""
    size = abs(float(value))
    digits = 2 if size >= 100 else 4 if size >= 1 else 8
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits > 2 else text


def plural(amount: int, one: str, many: str | None = None) -> str:
    """Return e.g. `1 strategy`, `2 strategies`."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def moment(at: datetime | None) -> Markup:
    """Return a time element such as `21 Nov 04:18`, UTC, with the year on hover."""
    if at is None:
        return Markup(NOTHING)
    return element(
        "time",
        at.strftime("%d %b %H:%M").lstrip("0"),
        datetime=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        title=at.strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def duration(span: timedelta) -> str:
    """Return e.g. `40 s`, `12 min`, `5 h`, `13 days`."""
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min"
    if seconds < 2 * 86_400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86_400} days"


def parameters(values: Mapping[str, int | float]) -> str:
    """Return e.g. `emaPeriod 12, smaPeriod 40`."""
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def verdict(market: Market) -> str:
    """Return what is known of a market in one or two sentences."""
    proven = market.counts.get("validated", 0)
    if proven:
        return f"{plural(proven, 'strategy is', 'strategies are')} proven. " + _proof(
            market
        )
    if market.ingestion is None:
        return "No bars yet."
    if market.outlook is not None:
        return f"{market.outlook[:1].upper()}{market.outlook[1:]}."
    if not market.exams:
        newest = market.ingestion.last_bar_at + timedelta(minutes=1)
        held = newest - market.ingestion.first_bar_at
        return (
            "No exam yet: one is asked for when the history is whole and at least "
            f"7 days long; it holds {duration(held)}."
        )
    return exam_result(market.exams[0])


def exam_result(exam: Exam) -> str:
    """Return what came out of an exam."""
    if exam.stale:
        return "A bar of this exam was corrected; it does not count and is repeated."
    if exam.answered_at is None:
        return f"Exam {exam.number} is asked for and not yet answered."
    if exam.passes:
        passed = plural(exam.passes, "strategy", "strategies")
        return f"{passed} passed exam {exam.number}."
    if not exam.eligible or exam.best_t is None:
        return "No design traded often enough to be examined."
    reached = f"Nothing passed exam {exam.number}: the best t was {number(exam.best_t)}"
    if exam.critical_value is not None:
        return f"{reached}, the line {number(exam.critical_value)}."
    return f"{reached}, and chance alone does as well too often."


def _proof(market: Market) -> str:
    passed = [e for e in market.exams if e.passes and e.best_t and e.critical_value]
    if passed:
        exam = passed[0]
        return (
            f"In exam {exam.number} the best reached t {number(exam.best_t)}, "
            f"where {number(exam.critical_value)} was needed."
        )
    return "Their evidence crossed the line on bars the search never saw."
