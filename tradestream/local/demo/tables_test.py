"""The closing table says which markets it is about."""

import io

import pytest
from rich.console import Console

from tradestream.local.demo.figures import Figures, Market
from tradestream.local.demo.tables import print_tables

FIGURES = Figures(2, 0, 0, 0, 0, 3, 1, 0, 0, 0)
KINDS = [("no edge", [Market("A-USD", 3, 1, 0), Market("B-USD", 0, 0, 0)])]


@pytest.mark.parametrize(
    ("symbols", "others"),
    [
        (["A-USD", "B-USD"], None),
        (
            ["A-USD", "B-USD", "C-USD", "D-USD"],
            "2 more on the venue, not among the 2 largest",
        ),
    ],
)
def test_only_traded_markets_are_listed(symbols: list[str], others: str | None) -> None:
    output = io.StringIO()

    print_tables(Console(file=output, width=100), FIGURES, KINDS, {}, symbols)

    printed = output.getvalue()
    assert "A, B" in printed
    assert "C" not in [word.strip(",") for word in printed.split()]
    assert ("more on the venue" in printed) == (others is not None)
    assert others is None or others in printed
