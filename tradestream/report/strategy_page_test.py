"""The page of one strategy against a database and a candle store."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from tradestream.backtest.costs import Costs
from tradestream.backtest.report import backtest
from tradestream.backtest.window import Window
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import to_datetime
from tradestream.discovery.design import design
from tradestream.discovery.exam_schedule import whole_hour_before
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.instruments import Instrument
from tradestream.report.build import build_page, build_strategy_page
from tradestream.report.exam_field import ExamField
from tradestream.report.page_test import Page
from tradestream.report.strategy_build import build_story
from tradestream.robustness.collect import as_data, robustness
from tradestream.testing import seeded_candles as seeded
from tradestream.testing.portfolio_rows import PortfolioRows
from tradestream.testing.seeded_portfolio import seed_records

NOW = seeded.NOW + timedelta(seconds=20)

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def candles() -> MemoryCandleStore:
    store = MemoryCandleStore()
    seeded.seed_candles(store)
    return store


@pytest.fixture
def ids(postgres: Connection) -> dict[str, str]:
    return seed_records(postgres)


@pytest.fixture(scope="module")
def evidence(candles: MemoryCandleStore) -> Mapping[str, Any]:
    """Return what strategy_robustness would store, of the newest two days."""
    start = seeded.NOW - timedelta(days=2)
    series = candles.read(seeded.PROVEN, 60, start, seeded.NOW)
    instrument = Instrument(seeded.PROVEN, seeded.TICK, seeded.LOT)
    window = Window(series, instrument, Costs())
    parameters = window.programs.catalogue["SMA_EMA_CROSSOVER"].defaults()
    found = robustness(window, "SMA_EMA_CROSSOVER", parameters, seed=1, others={})
    measure = {"total_return": 0.0123, "excess_sharpe": 4.5, "trades": 17}
    since = {
        "from": start.isoformat(),
        "until": seeded.NOW.isoformat(),
        "measure": measure,
    }
    return {**as_data(found), "since_found": since}


def page_of(postgres: Connection, candles: MemoryCandleStore, wanted: str) -> Page:
    return Page(build_strategy_page(postgres, candles, wanted, now=NOW))


def test_a_validated_strategy_shows_its_exam_and_why(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE exams SET design_hash = %s", (design().hash,))

    html = build_strategy_page(postgres, candles, ids["first"], now=NOW)

    page = Page(html)
    for wanted in (
        "SMA_EMA_CROSSOVER on WAVE-USD",
        "Why it is validated",
        "Passed exam 1 with t 6.31, needed 4.58.",
        "No claim was registered for it: the exam had proven it already.",
        "1,480 of 2,000 designs traded often enough",
        "this strategy at 6.31",
        "line 4.58",
        "Not computed: this is done for validated strategies",
        "Nothing is recorded yet: every verdict is followed for 90 days",
        "when the window of exam 1 ended",
    ):
        assert wanted in page.text
    assert page.loaded == []
    born = page.data["strategy"]["born"]
    assert to_datetime(born) == seeded.NOW - timedelta(hours=1)
    assert len(html) < 2_000_000


def test_equity_and_parts_are_those_of_the_backtest_from_the_anchor(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    story = build_story(postgres, candles, ids["claimed"])

    start = seeded.NOW - timedelta(days=3)
    bars = candles.read(seeded.PROBATION, 60, start, seeded.NOW)
    instrument = Instrument(seeded.PROBATION, seeded.TICK, seeded.LOT)
    result = backtest(
        bars, instrument, Costs(10.0, 2.0), "EMA_MACD", dict(story.parameters)
    )
    before, after, whole = story.parts
    assert whole.total_return == pytest.approx(result.equity[-1] / 10_000 - 1)
    assert whole.trades == len(result.trades) == before.trades + after.trades
    assert (1 + before.total_return) * (1 + after.total_return) == pytest.approx(
        1 + whole.total_return
    )
    assert before.end == after.start == story.born_at
    assert whole.max_drawdown == pytest.approx(result.metrics["max_drawdown"])
    assert story.charts["trade_count"] == whole.trades


def test_the_evidence_drawn_ends_where_folding_every_hour_ends(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    story = build_story(postgres, candles, ids["claimed"])

    drawn = story.charts["evidence"]
    known = [value for value in drawn["e"] if value is not None]
    born_at = whole_hour_before(seeded.NOW) - timedelta(days=1)
    assert story.born_at == born_at
    assert len(known) == 24
    assert drawn["line"] == pytest.approx(65.8 * 4, rel=1e-3)
    # x is drawn with five digits: the evidence follows from it but for rounding.
    hours = [x for x, e in zip(drawn["x"], drawn["e"], strict=True) if e is not None]
    expected = [0.25] * 4
    for x in hours:
        stakes = zip(expected, (0.03, 0.06, 0.12, 0.25), strict=True)
        expected = [w * max(1 + s * min(x / 0.001, 4), 0) for w, s in stakes]
    assert known[-1] == pytest.approx(sum(expected), rel=0.05)


def test_a_claim_is_told_in_words_and_numbers(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    page = page_of(postgres, candles, ids["claimed"])

    assert "Why it is not proven yet" in page.text
    assert "Not yet provable: needs about 41 more days" in page.text
    assert "holds evidence e 14.20 where 263.2 is needed (48 % of the way" in page.text
    assert "9 round trips where 10 are needed" in page.text
    assert "It did not pass an exam" in page.text
    assert "This strategy is not one that passed it." in page.text


def test_evidence_that_bars_held_today_do_not_give_is_said(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    before = page_of(postgres, candles, ids["claimed"]).text
    known = build_story(postgres, candles, ids["claimed"]).charts["evidence"]["e"]
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "UPDATE claims SET evidence = %s WHERE strategy_id = %s",
            (known[-1] or known[-2], ids["claimed"]),
        )

    after = page_of(postgres, candles, ids["claimed"]).text

    assert "14.20 is what counts, as it was counted hour by hour" in before
    assert "is what counts" not in after


def test_a_strategy_whose_reason_says_nothing_gets_an_outlook(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    for sharpe, wanted in (
        (40.0, r"Not yet provable: needs about \d+ more days on probation, if its"),
        (-3.0, "Not yet provable: no edge is seen that ten years could prove."),
    ):
        with postgres, postgres.cursor() as cursor:
            cursor.execute("UPDATE strategies SET status_reason = 'a claim is open'")
            cursor.execute(
                "UPDATE evaluations SET metrics = jsonb_build_object("
                "'excess_sharpe', %s::double precision)",
                (sharpe,),
            )
        text = page_of(postgres, candles, ids["claimed"]).text

        assert "A claim is open." in text
        assert re.search(wanted, text)


def test_a_refused_strategy_says_why(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    page = page_of(postgres, candles, ids["refused"])

    assert "Why it was refused" in page.text
    assert "It is closed: evidence fell below 0.01." in page.text


def test_robustness_and_paper_show_the_numbers_of_their_rows(
    postgres: Connection,
    candles: MemoryCandleStore,
    ids: dict[str, str],
    evidence: Mapping[str, Any],
) -> None:
    rows = PortfolioRows(postgres, seeded.NOW)
    rows.insert(
        "strategy_robustness",
        strategy_id=ids["first"], symbol=seeded.PROVEN,
        window_start_at=seeded.NOW - timedelta(days=2), window_end_at=seeded.NOW,
        data_fingerprint="seeded", code_version="seeded", trials=51_200,
        deflated_sharpe=0.937, overfitting_probability=0.124,
        evidence=json.dumps(evidence), computed_at=seeded.NOW,
    )  # fmt: skip
    rows.insert(
        "paper_records",
        strategy_id=ids["first"], verdict="validated", symbol=seeded.PROVEN,
        since_at=seeded.NOW - timedelta(hours=31), until_at=seeded.NOW, exposure=0.4,
        hours=31, excess_sum=0.0456, excess_square_sum=0.001, raw_return=0.0789,
    )  # fmt: skip

    html = build_strategy_page(postgres, candles, ids["first"], now=NOW)

    text = Page(html).text
    for wanted in (
        "93.7 %", "12.4 %", "51,200 trials", "net return +1.23 %", "17 trades",
        "Trade order", "Random entries", "Parameter jitter", "Doubled costs",
        "+4.56 %", "+7.89 %",
    ):  # fmt: skip
        assert wanted in text
    order = evidence["checks"][0]
    assert f"{order['unharmed'] * 100:.2f} %" in text
    assert html.count('class="wide"') == sum(bool(c["fan"]) for c in evidence["checks"])


def test_the_same_moment_gives_the_same_bytes(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    first = build_strategy_page(postgres, candles, ids["claimed"], now=NOW)

    assert build_strategy_page(postgres, candles, ids["claimed"], now=NOW) == first


def test_a_strategy_is_found_by_digits_that_only_it_begins_with(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    for name, identity in ids.items():
        found = build_story(postgres, candles, identity[:12].upper())
        assert found.identity == identity, name


def test_an_id_of_none_or_of_several_is_refused_in_one_line(
    postgres: Connection, candles: MemoryCandleStore
) -> None:
    rows = PortfolioRows(postgres, seeded.NOW)
    for digit in "12":
        rows.insert(
            "strategies",
            strategy_id="abcd" + digit * 60, strategy_name="SMA_RSI",
            symbol=seeded.PROVEN, interval="1m", parameters="{}",
            status_changed_at=seeded.NOW, created_at=seeded.NOW,
        )  # fmt: skip

    for wanted, message in (
        ("abcd", "the id of one strategy is required, was abcd, with which several"),
        ("ffff0", "the id of a stored strategy is required, was ffff0"),
        ("SMA", "4 or more hexadecimal digits .* is required, was 'SMA'"),
        ("%%%%", "is required, was '%%%%'"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            build_story(postgres, candles, wanted)


def test_a_strategy_of_which_nothing_else_is_known_has_a_page(
    postgres: Connection,
) -> None:
    rows = PortfolioRows(postgres, seeded.NOW)
    rows.insert(
        "strategies",
        strategy_id="ab" * 32, strategy_name="GONE_TYPE", symbol="X-USD",
        interval="1m", parameters='{"a": 1}', status_changed_at=seeded.NOW,
        created_at=seeded.NOW,
    )  # fmt: skip

    page = page_of(postgres, MemoryCandleStore(), "abab")

    for wanted in (
        "GONE_TYPE on X-USD",
        "Found by the search.",
        "Nothing to draw: no evaluation with an anchor is stored.",
        "No claim is registered for it",
        "No exam of its market has been answered yet.",
        "Not computed",
        "Its status never changed since it was found.",
    ):
        assert wanted in page.text


def test_a_type_that_is_gone_is_told_in_words(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE strategies SET strategy_name = 'GONE'")

    page = page_of(postgres, candles, ids["second"])

    assert "Nothing to draw: the catalogue has no type GONE any more." in page.text


def test_the_newest_exam_is_drawn_for_one_that_did_not_pass_it(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE exams SET design_hash = %s", (design().hash,))

    story = build_story(postgres, candles, ids["claimed"])

    assert story.exam is not None
    assert story.exam.own_t is None
    assert (story.exam.best_t, story.exam.critical_value) == (3.12, 4.41)
    assert len(story.exam.ts) > 1_000
    assert "this strategy at" not in page_of(postgres, candles, ids["claimed"]).text


def test_the_report_page_links_to_strategies_only_where_they_are_served(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    filed = build_page(postgres, candles, now=NOW)
    served = build_page(postgres, candles, now=NOW, served=True)

    assert "/strategy/" not in filed
    assert "tradestream report --strategy ID" in filed
    assert f"tradestream report --strategy {ids['first'][:12]}" in filed
    for identity in ids.values():
        assert f'href="/strategy/{identity}"' in served


def test_a_database_without_tables_is_said_in_one_line(postgres: Connection) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("DROP TABLE strategies, schema_migrations CASCADE")

    with pytest.raises(UnavailableError, match="run database_migrator"):
        build_story(postgres, MemoryCandleStore(), "abcd")


def test_an_exam_that_cannot_be_drawn_again_is_told_in_words(
    postgres: Connection, candles: MemoryCandleStore, ids: dict[str, str]
) -> None:
    asked = []

    def fields(_: object, exam: Mapping[str, Any]) -> ExamField:
        asked.append(exam["exam_number"])
        return ExamField(note="Its bars are not held any more.")

    page = Page(
        build_strategy_page(postgres, candles, ids["first"], now=NOW, fields=fields)
    )

    assert asked == [1]
    assert "Its bars are not held any more." in page.text
    assert "designs of another catalogue" in page_of(
        postgres, candles, ids["first"]
    ).text  # fmt: skip
