"""How the gate did, as tables."""

import math

from tradestream.discovery.paper_scores import PaperRecord
from tradestream.report.gate_tables import ledger, verdicts
from tradestream.report.model import LedgerRow


def test_verdicts_are_told_with_the_refused() -> None:
    records = [
        PaperRecord("validated", "A-USD", 300, 0.03, 0.001, 0.05),
        PaperRecord("refused", "A-USD", 200, -0.04, 0.002, -0.01),
        PaperRecord("refused", "B-USD", 100, 0.01, 0.002, 0.02),
    ]

    html = verdicts(records)

    assert html.index(">validated<") < html.index(">refused<")
    assert ">1.00<" in html  # 0.03 over 300 hours is one basis point an hour
    assert ">−1.00<" in html
    assert ">50 %<" in html
    assert ">unproven<" not in html


def test_no_verdict_is_told_in_words() -> None:
    assert "No verdict has an hour on paper yet." in verdicts([])
    assert "Nothing was searched here yet." in ledger([])


def test_the_ledger_counts_what_was_tried() -> None:
    a_bar = 3.5 / math.sqrt(365 * 1440)
    row = LedgerRow("A-USD", 7 * 86_400, 600, 930_000, 900_000, 900_000 * a_bar, 42, 90)

    html = ledger([row])

    for wanted in ("7 days", "600", "90", "930,000", "900,000", "3.5", "42"):
        assert f">{wanted}<" in html
