"""The research commands, typed as a user types them."""

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

from tradestream.cli import backtest, report, search, signals, strategies
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.seeded_candles import made_up_candles

METRICS = [
    "final_equity", "total_return", "sharpe", "sortino", "max_drawdown", "volatility",
    "win_rate", "profit_factor", "exposure", "turnover", "buy_and_hold_return", "alpha",
    "beta", "break_even_fee_bps",
]  # fmt: skip


@pytest.fixture(scope="module")
def candles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of four days of made-up minutes."""
    series = made_up_candles("WAVE-USD", days=4)
    path = tmp_path_factory.mktemp("candles") / "WAVE-USD_1m.csv.gz"
    times = np.datetime_as_string(series.open_times.astype("datetime64[s]"))
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    lines = ["open_time,open,high,low,close,volume"]
    for i, at in enumerate(times):
        lines.append(f"{at}Z," + ",".join(f"{column[i]:.6f}" for column in columns))
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def invoke(command: Any, *arguments: str | Path) -> Any:
    """Run a command in this process and return its JSON."""
    result = CliRunner().invoke(command, [str(a) for a in arguments])
    assert result.exception is None, result.output
    return json.loads(result.stdout)


def test_backtest_has_exactly_the_promised_keys(candles: Path) -> None:
    found = invoke(
        backtest.command, "--candles", candles, "--strategy", "sma_ema_crossover",
        "--params", "smaPeriod=50", "--output", "json", "--with_equity",
    )  # fmt: skip

    assert list(found) == [
        "strategy", "parameters", "bars", "trades", *METRICS, "trade_list", "equity",
    ]  # fmt: skip
    assert found["parameters"] == {"smaPeriod": 50, "emaPeriod": 27}
    assert found["bars"] == len(found["equity"]) == 5_760
    assert found["trades"] == len(found["trade_list"]) > 0
    assert found["equity"][-1] == pytest.approx(found["final_equity"])
    assert list(found["trade_list"][0]) == [
        "entry_time", "entry_price", "exit_time", "exit_price", "return",
    ]  # fmt: skip
    assert found["trade_list"][0]["entry_time"].endswith("Z")
    growth = np.prod([1 + trade["return"] for trade in found["trade_list"]])
    assert growth - 1 == pytest.approx(found["total_return"])


def test_equity_is_left_out_unless_asked_for(candles: Path) -> None:
    found = invoke(
        backtest.command, "--candles", candles, "--strategy", "SMA_RSI",
        "--output", "json",
    )  # fmt: skip

    assert "equity" not in found


def test_what_is_undefined_is_null(tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    rows = [f"2023-03-01T00:{m:02d}:00Z,10,10,10,10,1" for m in range(40)]
    path.write_text("\n".join(["open_time,open,high,low,close,volume", *rows]))

    found = invoke(
        backtest.command,
        "--candles",
        path,
        "--strategy",
        "EMA_MACD",
        "--output",
        "json",
    )

    assert (found["trades"], found["trade_list"]) == (0, [])
    assert found["sharpe"] is found["win_rate"] is found["break_even_fee_bps"] is None
    assert found["final_equity"] == 10_000


def test_costs_make_a_difference(candles: Path) -> None:
    name = ("--candles", candles, "--strategy", "EMA_MACD", "--output", "json")

    free = invoke(backtest.command, *name, "--fee_bps", "0", "--slippage_bps", "0")
    dear = invoke(backtest.command, *name)

    assert free["final_equity"] > dear["final_equity"]
    assert free["trades"] == dear["trades"]


def test_the_table_names_strategy_market_and_numbers(candles: Path) -> None:
    result = CliRunner().invoke(
        backtest.command, ["--candles", str(candles), "--strategy", "SMA_RSI"]
    )

    assert "SMA_RSI  movingAveragePeriod=27, rsiPeriod=16" in result.stdout
    assert "WAVE-USD, 5,760 bars of 1m, fee 10 bps, slippage 2 bps" in result.stdout
    assert "max drawdown" in result.stdout


def test_the_html_page_stands_alone(candles: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    result = CliRunner().invoke(
        backtest.command,
        ["--candles", str(candles), "--strategy", "EMA_MACD", "--output", "html",
         "--out", str(out)],
    )  # fmt: skip

    page = out.read_text(encoding="utf-8")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "EMA_MACD on WAVE-USD" in page
    assert " src=" not in page.replace("img-src", "")
    assert "<link" not in page


def test_signals_are_a_row_a_bar(candles: Path) -> None:
    result = CliRunner().invoke(
        signals.command, ["--candles", str(candles), "--strategy", "DONCHIAN_BREAKOUT"]
    )

    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["open_time", "enter", "exit"]
    assert len(rows) == 5_760
    assert rows[0]["open_time"] == "2026-03-10T09:30:00Z"
    assert {row["enter"] for row in rows} == {row["exit"] for row in rows} == {"0", "1"}


def test_signals_and_backtest_agree(candles: Path) -> None:
    name = ("--candles", candles, "--strategy", "SMA_EMA_CROSSOVER")
    arguments = [str(a) for a in name]
    text = CliRunner().invoke(signals.command, arguments).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    found = invoke(backtest.command, *name, "--output", "json")

    first = next(i for i, row in enumerate(rows) if row["enter"] == "1")

    assert found["trade_list"][0]["entry_time"] == rows[first + 1]["open_time"]


def test_search_replays_a_life(candles: Path) -> None:
    name = (
        "--candles", candles, "--strategy", "DONCHIAN_BREAKOUT", "--population", "8",
        "--generations", "2", "--top", "3", "--output", "json",
    )  # fmt: skip

    found = invoke(search.command, *name)

    assert {"trials", "exams", "claims", "results"} <= set(found)
    assert found["trials"] > 0
    assert {row["strategy"] for row in found["results"]} == {"DONCHIAN_BREAKOUT"}
    for row in found["results"]:
        assert {
            "strategy", "parameters", "status", "validated", "door", "reasons",
            "metrics", "excess_sharpe", "evidence",
        } <= set(row)  # fmt: skip
        assert row["reasons"]
    assert invoke(search.command, *name) == found


def test_search_says_in_words_what_it_found(candles: Path) -> None:
    result = CliRunner().invoke(
        search.command,
        ["--candles", str(candles), "--strategy", "SMA_RSI", "--population", "8",
         "--generations", "1"],
    )  # fmt: skip

    assert "validated" in result.stdout
    assert "at most 5 %" in result.stdout
    assert result.exit_code == 0


def test_strategies_lists_explains_and_writes_json() -> None:
    runner = CliRunner()

    listed = runner.invoke(strategies.command, []).stdout
    explained = runner.invoke(strategies.command, ["ema_macd"]).stdout
    found = invoke(strategies.command, "--output", "json")

    assert all(name in listed for name in CATALOGUE)
    assert "enter when  up(macd, signal) and close > slow" in explained
    assert "10 to 50, above shortEmaPeriod" in explained
    assert [row["name"] for row in found] == list(CATALOGUE)
    assert found[0]["parameters"][0]["default"] == 27


def test_the_strategy_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "strategies.md"

    made = CliRunner().invoke(strategies.command, ["--output", "markdown"]).stdout

    assert made == page.read_text(encoding="utf-8"), (
        "run: tradestream strategies --output markdown > docs/strategies.md"
    )


def test_a_reader_that_stops_early_is_no_error(candles: Path) -> None:
    command = (
        f"{sys.executable} -m tradestream.cli.main signals --candles {candles} "
        "--strategy SMA_RSI | head -n 1"
    )

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "open_time,enter,exit\n"


@pytest.mark.parametrize(
    "command",
    [strategies.command, backtest.command, signals.command, search.command,
     report.command],
)  # fmt: skip
def test_help_has_examples(command: click.Command) -> None:
    result = CliRunner().invoke(command, ["--help"])

    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"tradestream {command.name}" in result.stdout
