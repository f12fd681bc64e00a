"""Tests of scoring the gate, and of the command that shows it."""

import json
import math
from typing import Any

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tradestream.cli import gate
from tradestream.discovery.paper_scores import PaperRecord, score_verdicts
from tradestream.testing.seeded_portfolio import seed_records


def record(verdict: str, symbol: str, mean: float, **changes: Any) -> PaperRecord:
    """Return 400 hours with a standard deviation of 1 %."""
    hours = changes.get("hours", 400)
    squares = hours * (0.01**2 + mean**2)
    return PaperRecord(verdict, symbol, hours, hours * mean, squares, 0.0)


def test_a_verdict_that_nobody_got_is_empty() -> None:
    assert [score.strategies for score in score_verdicts([])] == [0, 0, 0]
    assert score_verdicts([])[0].sharpe is None


def test_the_sharpe_ratio_is_of_the_hourly_excess() -> None:
    [validated, _, _] = score_verdicts([record("validated", "A", 0.001)])

    assert validated.excess_bps == pytest.approx(10)
    assert validated.sharpe == pytest.approx(0.1 * math.sqrt(8760))
    assert validated.high is not None and validated.low is not None  # noqa: PT018
    half = 1.96 * math.sqrt(8760 / 400)
    assert validated.high - validated.low == pytest.approx(2 * half)


def test_strategies_on_one_symbol_count_as_one() -> None:
    many = [record("refused", "A", 0.001) for _ in range(50)]
    others = [record("refused", name, -0.001) for name in "BC"]

    refused = score_verdicts([*many, *others])[2]

    assert (refused.strategies, refused.symbols) == (52, 3)
    assert refused.sharpe == pytest.approx(-0.1 * math.sqrt(8760) / 3)
    assert refused.gained == pytest.approx(50 / 52)
    assert refused.low is not None
    assert refused.low < 0 < (refused.high or 0)


def test_a_few_hours_say_nothing_about_a_ratio() -> None:
    [validated, _, _] = score_verdicts([record("validated", "A", 0.01, hours=23)])

    assert (validated.hours, validated.sharpe) == (23, None)


@pytest.mark.integration
def test_the_command_shows_verdicts_and_what_was_spent(
    postgres: Connection, postgres_url: str
) -> None:
    seed_records(postgres)
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "INSERT INTO paper_records (strategy_id, verdict, symbol, since_at,"
            " until_at, exposure, hours, excess_sum, excess_square_sum, raw_return)"
            " SELECT strategy_id, 'refused', symbol, now(), now(), 0.5, 100, -0.02,"
            " 0.01, 0 FROM strategies LIMIT 2"
        )
    shown = CliRunner().invoke(gate.command, ["--postgres_url", postgres_url])
    told = CliRunner().invoke(
        gate.command, ["--postgres_url", postgres_url, "--output", "json"]
    )

    assert shown.exit_code == 0
    assert "refused" in shown.stdout
    assert "-2.000" in shown.stdout
    found = json.loads(told.stdout)
    assert [v["strategies"] for v in found["verdicts"]] == [0, 0, 2]
    assert {door["subject"] for door in found["doors"]}
    assert all(door["exams"] >= 0 for door in found["doors"])
