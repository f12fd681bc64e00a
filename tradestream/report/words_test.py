"""Numbers and findings in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tradestream.report import words
from tradestream.report.model import Exam, Ingestion, Market

AT = datetime(2026, 3, 1, 4, 5, tzinfo=UTC)
EXAM = Exam(
    symbol="X-USD", number=1, window_start_at=AT, window_end_at=AT + timedelta(days=14),
    alpha=0.0076, requested_at=AT, answered_at=AT, settled_at=AT, genomes=2_000,
    eligible=1_500, resamples=2_632, critical_value=4.4, best_t=3.1, stale=False,
    passing_t=(),
)  # fmt: skip
MARKET = Market(
    symbol="X-USD", product=None,
    ingestion=Ingestion(4_320, AT, AT + timedelta(days=3), 0, 0, 0),
    counts={}, trials=0, searches=0, outlook=None, strategies=(), exams=(), claims=(),
    positions=(), signals=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (words.percent(-0.1234), "−12.3 %"),
        (words.percent(0.1, 2, sign=True), "+10.00 %"),
        (words.percent(None), "–"),
        (words.number(Decimal("1234567.891")), "1,234,567.89"),
        (words.count(None), "–"),
        (words.price(23144.78), "23,144.78"),
        (words.price(Decimal("0.0000529000")), "0.0000529"),
        (words.plural(1, "minute"), "1 minute"),
        (words.plural(2_000, "strategy", "strategies"), "2,000 strategies"),
        (words.duration(timedelta(seconds=61)), "61 s"),
        (words.duration(timedelta(days=13)), "13 days"),
        (words.parameters({"a": 3, "b": 0.25}), "a 3, b 0.25"),
    ],
)
def test_numbers_read_well(made: str, wanted: str) -> None:
    assert made == wanted


def test_a_moment_carries_its_full_time() -> None:
    assert words.moment(AT) == (
        '<time datetime="2026-03-01T04:05:00Z" title="2026-03-01 04:05:00 UTC">'
        "1 Mar 04:05</time>"
    )


def test_a_market_without_bars_or_exam_says_so() -> None:
    assert words.verdict(replace(MARKET, ingestion=None)) == "No bars yet."
    assert "it holds 3 days" in words.verdict(MARKET)


def test_an_unproven_market_says_how_long_proof_may_take() -> None:
    market = replace(MARKET, outlook="not yet provable: needs about 41 more days")

    assert words.verdict(market) == "Not yet provable: needs about 41 more days."


def test_a_proven_market_names_its_exam() -> None:
    exam = replace(EXAM, best_t=6.31, passing_t=(6.31, 5.0))
    market = replace(MARKET, counts={"validated": 2}, exams=[exam])

    assert words.verdict(market) == (
        "2 strategies are proven. In exam 1 the best reached t 6.31, "
        "where 4.40 was needed."
    )


@pytest.mark.parametrize(
    ("exam", "wanted"),
    [
        (EXAM, "Nothing passed exam 1: the best t was 3.10, the line 4.40."),
        (replace(EXAM, critical_value=None), "chance alone does as well too often"),
        (replace(EXAM, eligible=0), "No design traded often enough"),
        (replace(EXAM, answered_at=None), "not yet answered"),
        (replace(EXAM, stale=True), "does not count"),
        (replace(EXAM, passing_t=(5.0,)), "1 strategy passed exam 1."),
    ],
)
def test_an_exam_is_told_in_words(exam: Exam, wanted: str) -> None:
    assert wanted in words.exam_result(exam)
