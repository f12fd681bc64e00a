"""One run: bring every symbol's approved set in line with scores and statuses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.strategy_rotation.approvals import Approval, Change, Eligible, Held
from tradestream.portfolio.rotation import Selection, select


class Portfolio(Protocol):
    """Where strategies and approved sets are kept; one transaction."""

    def eligible(self, statuses: Sequence[str]) -> list[Eligible]:
        """Return every scored strategy with one of these statuses."""
        ...

    def held(self) -> list[Held]:
        """Return the approved sets of all symbols."""
        ...

    def replace(
        self,
        symbol: str,
        approvals: Sequence[Approval],
        changes: Sequence[Change],
        now: datetime,
    ) -> None:
        """Make `approvals` the set of a symbol, and announce it."""
        ...


@dataclass(slots=True)
class Rotated:
    """What a run did.

    Attributes:
        eligible: Strategies that were looked at.
        approved: Strategies in the sets of all symbols now.
        changed_symbols: Symbols whose set is another one now.
        changes: Who entered and who left.
        left_out: How many eligible strategies were not chosen.
    """

    eligible: int = 0
    approved: int = 0
    changed_symbols: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    left_out: int = 0


def rotate(
    portfolio: Portfolio,
    *,
    statuses: Sequence[str],
    most: int,
    most_correlation: float,
    now: datetime,
) -> Rotated:
    """Choose the set of each symbol; write those that changed.

    Args:
        portfolio: What is known, within one transaction.
        statuses: Those that may trade, e.g. `validated`.
        most: Largest number of strategies of a symbol.
        most_correlation: Largest correlation between two of them.
        now: When it is decided.
    """
    eligible, held = portfolio.eligible(statuses), portfolio.held()
    rotated = Rotated(eligible=len(eligible))
    for symbol in sorted({e.symbol for e in eligible} | {h.symbol for h in held}):
        before = [h for h in held if h.symbol == symbol]
        mine = {e.candidate.strategy_id: e for e in eligible if e.symbol == symbol}
        selection = select(
            [e.candidate for e in mine.values()],
            most=most,
            most_correlation=most_correlation,
        )
        approvals = _approvals(selection, mine)
        rotated.approved += len(approvals)
        rotated.left_out += len(selection.left_out)
        if not _same(before, approvals):
            changes = _changes(symbol, before, approvals, selection)
            portfolio.replace(symbol, approvals, changes, now)
            rotated.changed_symbols.append(symbol)
            rotated.changes.extend(changes)
    return rotated


def _approvals(selection: Selection, eligible: dict[str, Eligible]) -> list[Approval]:
    approvals = []
    for member in selection.members:
        who = eligible[member.strategy_id]
        if who.terms is None or who.evaluation_id is None:
            raise ValueError(f"a member with an evaluation is required, was {who}")
        approvals.append(
            Approval(who, who.terms, who.evaluation_id, member.rank, member.reason)
        )
    return approvals


def _same(before: Sequence[Held], after: Sequence[Approval]) -> bool:
    """Return whether the same strategies trade on the same terms, in any order."""
    return {h.strategy_id: h.terms for h in before} == {
        a.strategy_id: a.terms for a in after
    }


def _changes(
    symbol: str,
    before: Sequence[Held],
    after: Sequence[Approval],
    selection: Selection,
) -> list[Change]:
    was, stays = {h.strategy_id for h in before}, {a.strategy_id for a in after}
    entered = [
        Change(a.strategy_id, symbol, "entered", a.reason)
        for a in after
        if a.strategy_id not in was
    ]
    left = [
        Change(h.strategy_id, symbol, "left", _why_left(h, selection))
        for h in before
        if h.strategy_id not in stays
    ]
    return entered + left


def _why_left(held: Held, selection: Selection) -> str:
    known = selection.left_out.get(held.strategy_id)
    return known or f"status is {held.status}: {held.status_reason}"
