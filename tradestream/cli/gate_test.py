"""`tradestream gate` shows what the scorer stored."""

import json

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tradestream.cli import gate
from tradestream.testing.seeded_portfolio import seed_records


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
