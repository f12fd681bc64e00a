"""What bars after its birth say of a strategy: evidence, excess, claims. Pure."""

import math

from tradestream.report import tables, words
from tradestream.report.html import Markup, element, fragment
from tradestream.report.market_section import chart_box
from tradestream.report.story import Story

_TOLERATED = 0.01
"""Difference of logarithms that rounding may make."""


def evidence_section(story: Story) -> Markup:
    """Return the evidence, the hourly excess, and the claims of a strategy."""
    held = story.charts.get("evidence", {})
    box = None
    if held.get("x"):
        hours = held["block"]
        every = "an hour" if hours == 1 else f"{hours} hours"
        box = fragment(
            chart_box(
                "evidence",
                story.key,
                "Evidence e, logarithmic, and the line it must cross",
            )
            if "e" in held
            else None,
            chart_box(
                "excess",
                story.key,
                f"Excess return of its timing, {every}",
                note="the strategy's return less its mean exposure times the market's",
            ),
        )
    return fragment(box, _changed(story), _claims(story))


def _changed(story: Story) -> Markup | None:
    """Return that the evidence drawn is not the evidence stored, if it is not."""
    known = [e for e in story.charts.get("evidence", {}).get("e", []) if e is not None]
    if not known or not story.claims:
        return None
    drawn, stored = known[-1], story.claims[0].evidence
    if abs(math.log(max(drawn, 1e-6) / max(stored, 1e-6))) < _TOLERATED:
        return None
    return element(
        "p",
        f"Folded again from the bars held today, the evidence ends at "
        f"{words.evidence(drawn)}; {words.evidence(stored)} is what counts, as it was "
        "counted hour by hour. Bars were corrected since, or the engine changed.",
        class_="more",
    )


def _claims(story: Story) -> Markup:
    if not story.claims:
        return tables.empty(
            "No claim is registered for it, so there is no evidence to draw."
        )
    columns = (
        tables.Column("Claim"),
        tables.Column("Born"),
        tables.Column("Counted until"),
        tables.Column("Evidence", True, "wealth of a bet on the strategy, from 1"),
        tables.Column(
            "Line", True, "73.1·k² for the k-th claim, 65.8·k² without a pooled exam"
        ),
        tables.Column("Trades", True),
        tables.Column("Return", True),
        tables.Column("t in training", True),
        tables.Column("State"),
    )
    rows = [
        (
            str(claim.number),
            words.moment(claim.born_at),
            words.moment(claim.folded_until),
            words.evidence(claim.evidence),
            words.evidence(claim.threshold),
            words.count(claim.trips),
            words.percent(claim.raw_return, 2, sign=True),
            words.number(claim.training_t),
            claim.state + (f": {claim.closed_reason}" if claim.closed_reason else ""),
        )
        for claim in story.claims
    ]
    return tables.table(columns, rows)
