"""Errors of the research commands: one line each, status 1, no traceback."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradestream.cli.main import main


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    status: int
    out: str
    error: str


def tradestream(*arguments: str | Path) -> Finished:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tradestream.cli.main", *map(str, arguments)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


MACD = "backtest --candles no.csv --strategy EMA_MACD"
RSI = "backtest --candles no.csv --strategy SMA_RSI"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("backtest --strategy X", "'X' is not a strategy, only SMA_RSI, EMA_MACD"),
        ("backtest --strategy SMA_RSI", "--candles FILE or --symbol NAME is required"),
        (RSI, "no.csv: no such file"),
        (f"{RSI} --params a=1", "no parameter a, only movingAveragePeriod, rsiPeriod"),
        (f"{RSI} --params rsiPeriod", "name=value pairs such as a=1,b=2 required"),
        (f"{RSI} --params rsiPeriod=2,rsiPeriod=3", "rsiPeriod is given twice"),
        (
            f"{RSI} --params rsiPeriod=2.5",
            "rsiPeriod must be a whole number, was '2.5'",
        ),
        (f"{RSI} --params rsiPeriod=99", "rsiPeriod must be within 2 to 30, was 99"),
        (f"{MACD} --params longEmaPeriod=12,shortEmaPeriod=15", "must be above short"),
        (f"{RSI} --fee_bps -1", "-1.0 is not in the range"),
        (f"{RSI} --interval 5x", "an interval such as 1m, 5m, or 1h is required"),
        (f"{RSI} --start noon", "a time such as 2023-03-01T12:00:00Z is required"),
        (f"{RSI} --out x.html", "--out needs --output html"),
        ("search --candles no.csv --seed one", "--seed"),
        ("strategies NONE", "'NONE' is not a strategy"),
        ("backtest --nonsense", "no such option"),
        ("nonsense", "no such command"),
        ("report", "missing option '--out'"),
        ("report --out x.html --data_dir /nonexistent/x", "a stack is required"),
    ],
)
def test_every_error_is_one_line(
    line: str,
    wanted: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["tradestream", *line.split()])

    with pytest.raises(SystemExit) as stopped:
        main()

    written = capsys.readouterr()
    assert (stopped.value.code, written.out) == (1, "")
    assert written.err.startswith("tradestream: ")
    assert written.err.count("\n") == 1
    assert wanted in written.err


def test_a_broken_row_is_named_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(
        "open_time,open,high,low,close,volume\n"
        "2023-03-01T00:00:00Z,1,2,1,1,1\n2023-03-01T00:01:00Z,1,2,1,oops,1\n"
    )

    finished = tradestream("backtest", "--candles", path, "--strategy", "SMA_RSI")

    assert finished.error == (
        f"tradestream: {path} line 3, column close: a number is required, was 'oops'\n"
    )


def test_too_many_missing_bars_are_refused_and_few_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "holes.csv"
    minutes = [m for m in range(60) if m not in (30, 31)]
    rows = [f"2023-03-01T00:{m:02d}:00Z,1,2,1,1,1" for m in minutes]
    path.write_text("\n".join(["open_time,open,high,low,close,volume", *rows]))
    name = ("backtest", "--candles", path, "--strategy", "SMA_RSI")

    counted = tradestream(*name)
    refused = tradestream(*name, "--max_missing", "0.01")

    assert "2 of 60 bars are missing; none was invented" in counted.error
    assert counted.status == 0
    assert "at most 1.0% of bars may be missing (--max_missing), was 3.3%" in (
        refused.error
    )
