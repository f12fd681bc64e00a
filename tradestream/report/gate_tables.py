"""How the gate itself did: its verdicts on paper, and all that was tried. Pure."""

import math
from collections.abc import Sequence
from datetime import timedelta

from tradestream.discovery.paper_scores import (
    PaperRecord,
    VerdictScore,
    score_verdicts,
)
from tradestream.report import tables, words
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.model import LedgerRow

_BARS_A_YEAR = 365 * 1440


def verdicts(records: Sequence[PaperRecord]) -> Markup:
    """Return how strategies did after the gate spoke, the refused too."""
    if not records:
        return tables.empty(
            "No verdict has an hour on paper yet. Validated, unproven, and refused "
            "strategies are all followed for 90 days."
        )
    columns = (
        tables.Column("Verdict"),
        tables.Column("Strategies", True),
        tables.Column("Markets", True),
        tables.Column("Hours", True),
        tables.Column("Excess, bps an hour", True),
        tables.Column("Gained", True, "share whose excess is above nil"),
        tables.Column("Sharpe", True, "mean, annual, of the excess"),
        tables.Column("95 % interval", True),
    )
    rows = [_verdict(score) for score in score_verdicts(records) if score.strategies]
    return fragment(
        tables.table(columns, rows),
        element(
            "p",
            "A good gate: what it validated goes on earning more than the market at "
            "the same exposure, what it refused does not. Also by ",
            element("code", "tradestream gate"),
            ".",
            class_="more",
        ),
    )


def ledger(rows: Sequence[LedgerRow]) -> Markup:
    """Return what all searches of a market tried, by the length of their windows."""
    if not rows:
        return tables.empty("Nothing was searched here yet.")
    columns = (
        tables.Column("Windows of"),
        tables.Column("Searches", True),
        tables.Column("In full", True, "searches that tried the whole space"),
        tables.Column("Genomes tried", True),
        tables.Column("That traded", True),
        tables.Column("Mean Sharpe", True, "annual, of the excess, of those that did"),
        tables.Column("Results", True),
    )
    return tables.table(columns, [_ledger(row) for row in rows])


def _verdict(score: VerdictScore) -> tuple[Child, ...]:
    span = words.NOTHING
    if score.low is not None and score.high is not None:
        span = f"{words.number(score.low, 1)} to {words.number(score.high, 1)}"
    return (
        score.verdict,
        words.count(score.strategies),
        words.count(score.symbols),
        words.count(score.hours),
        words.number(score.excess_bps),
        words.percent(score.gained, 0),
        words.number(score.sharpe, 1),
        span,
    )


def _ledger(row: LedgerRow) -> tuple[Child, ...]:
    mean = None
    if row.traded:
        mean = row.sharpe_sum / row.traded * math.sqrt(_BARS_A_YEAR)
    return (
        words.duration(timedelta(seconds=row.seconds)),
        words.count(row.searches),
        words.count(row.exhaustive),
        words.count(row.trials),
        words.count(row.traded),
        words.number(mean, 1),
        words.count(row.results),
    )
