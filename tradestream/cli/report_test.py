"""Commands that read the small stack's tables."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tradestream.candle_store.factory import open_candle_store
from tradestream.cli import backtest, report
from tradestream.errors import InvalidCandleError, UnavailableError
from tradestream.testing import seeded_candles as seeded
from tradestream.testing.seeded_portfolio import seed_records

pytestmark = pytest.mark.integration
NOW = "2026-03-14T09:31:00Z"


@pytest.fixture
def filled_url(postgres_url: str, postgres: Connection) -> str:
    """Return the URL of a database with the made-up portfolio."""
    store = open_candle_store(postgres_url)
    seeded.seed_candles(store)
    store.close()
    seed_records(postgres)
    return postgres_url


def test_writes_a_page_that_stands_alone(filled_url: str, tmp_path: Path) -> None:
    out = tmp_path / "page.html"

    result = CliRunner().invoke(
        report.command, ["--postgres_url", filled_url, "--now", NOW, "--out", str(out)]
    )

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"tradestream: wrote {out}")
    assert "1 of 4 markets holds a proven edge." in out.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_writes_one_market_to_standard_output(filled_url: str) -> None:
    result = CliRunner().invoke(
        report.command,
        [
            "--postgres_url",
            filled_url,
            "--symbol",
            "BTC-USD",
            "--now",
            NOW,
            "--out",
            "-",
        ],
    )

    assert result.stdout.startswith("<!doctype html>")
    assert "market-BTC-USD" in result.stdout
    assert "market-WAVE-USD" not in result.stdout


def test_backtests_a_market_of_the_store(filled_url: str) -> None:
    result = CliRunner().invoke(
        backtest.command,
        ["--candles_url", filled_url, "--symbol", seeded.PROVEN, "--interval", "5m",
         "--strategy", "SMA_EMA_CROSSOVER", "--start=2026-03-12", "--output", "json"],
    )  # fmt: skip

    found = json.loads(result.stdout)
    assert found["bars"] == 48 * 12 + 9 * 12 + 6
    assert found["trades"] > 0


def test_a_market_that_the_store_does_not_have_is_named(filled_url: str) -> None:
    result = CliRunner().invoke(
        backtest.command,
        ["--candles_url", filled_url, "--symbol", "X-USD", "--strategy", "SMA_RSI"],
    )

    assert isinstance(result.exception, InvalidCandleError)
    assert str(result.exception).startswith("no bars of X-USD, the store has BTC-USD")


@pytest.mark.parametrize("make", [lambda p: p / "none" / "x.html", lambda p: p / "d"])
def test_a_page_that_cannot_be_written_is_one_line(
    filled_url: str, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    (tmp_path / "d").mkdir()

    result = CliRunner().invoke(
        report.command, ["--postgres_url", filled_url, "--out", str(make(tmp_path))]
    )

    assert result.exit_code != 0
    assert "\n" not in str(result.exception)


def test_a_database_that_does_not_answer_is_named() -> None:
    result = CliRunner().invoke(
        report.command, ["--postgres_url", "postgresql://u@127.0.0.1:1/x", "--out", "-"]
    )

    assert isinstance(result.exception, UnavailableError)
