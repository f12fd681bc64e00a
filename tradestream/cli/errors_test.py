"""Errors of the research commands: one line each, status 1, no traceback."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from tradestream.cli.main import main
from tradestream.cli.search import command as search_command
from tradestream.discovery.search import SearchConfig


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
        (
            "backtest --strategy X",
            "'X' is not a strategy, only SMA_EMA_CROSSOVER",
        ),
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
        (f"{RSI} --fee_bps nan", "a finite number is required, was nan"),
        (f"{RSI} --slippage_bps inf", "a finite number is required, was inf"),
        (f"{RSI} --max_missing nan", "a finite number is required, was nan"),
        (f"{RSI} --fee_bps 1001", "1001.0 is not in the range"),
        ("search --candles no.csv --generations 0", "0 is not in the range"),
        (f"{RSI} --start 0001-01-01T00:00:00Z", "a time from 2009 to 2100 is"),
        ("report --out x.html --now 9999-12-31", "a time from 2009 to 2100 is"),
        (f"{RSI} --interval 5x", "an interval such as 1m, 5m, or 1h is required"),
        (f"{RSI} --start noon", "a time such as 2023-03-01T12:00:00Z is required"),
        (f"{RSI} --out x.html", "--out needs --output html"),
        ("search --candles no.csv --seed one", "--seed"),
        ("search --candles no.csv --population 1", "1 is not in the range"),
        ("search --candles no.csv --population 1000000000", "is not in the range"),
        (
            "search --candles no.csv --population 10000 --generations 100",
            "must be at most 1,000,000, was 1,010,000",
        ),
        ("search --candles no.csv --workers 0", "0 is not in the range"),
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


def bars(folder: Path, count: int = 400) -> Path:
    """Write a file of sound one-minute bars that go up and down."""
    rows = ["open_time,open,high,low,close,volume"]
    for minute in range(count):
        price = 100 + minute * 7 % 13
        at = f"2023-03-01T{minute // 60:02d}:{minute % 60:02d}:00Z"
        rows.append(f"{at},{price},{price + 1},{price - 1},{price},5")
    path = folder / "BTC-USD.csv"
    path.write_text("\n".join(rows))
    return path


def test_a_search_refuses_bars_on_which_nothing_can_be_found(tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    rows = [f"2023-03-01T{m // 60:02d}:{m % 60:02d}:00Z,9,9,9,9,0" for m in range(400)]
    path.write_text("\n".join(["open_time,open,high,low,close,volume", *rows]))

    flat = tradestream("search", "--candles", path)
    few = tradestream("search", "--candles", bars(tmp_path, 100))

    assert (flat.status, flat.error) == (
        1, "tradestream: flat: prices that move are required, was 9 on every bar\n",
    )  # fmt: skip
    assert few.status == 1
    assert few.error.count("\n") == 1
    assert "at least 300 bars, more than the longest warm-up, was 100" in few.error


@pytest.mark.parametrize("line", ["signals", "backtest", "strategies", "--help"])
def test_a_full_disk_is_one_line(line: str, tmp_path: Path) -> None:
    source = ["--candles", str(bars(tmp_path)), "--strategy", "SMA_RSI"]
    options = source if line in ("signals", "backtest") else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tradestream.cli.main", line, *options],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=240, check=False,
        )  # fmt: skip

    assert done.stderr == "tradestream: cannot write: No space left on device\n"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        ("/dev/full", "No space left on device"),
        ("/proc/x.html", "No such file or directory"),
    ],
)
def test_a_page_that_cannot_be_written_is_one_line(
    out: str, reason: str, tmp_path: Path
) -> None:
    done = tradestream(
        "backtest", "--candles", bars(tmp_path), "--strategy", "SMA_RSI",
        "--output", "html", "--out", out,
    )  # fmt: skip

    assert done.error == f"tradestream: cannot write: {reason}: {out}\n"
    assert done.status == 1
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    "line",
    [
        "--population 4 --generations 1 --top 1 --seed 0 --fee_bps 0 --slippage_bps 0",
        "--population 4 --generations 1 --top 100 --fee_bps 1000 --slippage_bps 1000",
        f"--population 4 --generations 1 --seed {2**64 - 1} --max_missing 1",
        "--population 4 --generations 1 --max_missing 0",
    ],
)
def test_a_search_takes_the_bounds_of_its_options(line: str, tmp_path: Path) -> None:
    done = tradestream(
        "search", "--candles", bars(tmp_path), "--strategy", "SMA_RSI", *line.split()
    )

    assert (done.status, done.error) == (0, "")


@pytest.mark.parametrize(
    ("population", "generations", "top"),
    [(10_000, 99, 100), (99, 10_000, 100), (4, 1, 1)],
)
def test_a_search_of_any_size_is_a_sound_configuration(
    population: int, generations: int, top: int
) -> None:
    bounds = {
        option.name: option.type
        for option in search_command.params
        if isinstance(option.type, click.IntRange)
    }

    for name, value in (
        ("population", population), ("generations", generations), ("top", top),
    ):  # fmt: skip
        assert bounds[name].convert(value, None, None) == value
    SearchConfig(population, generations, top, 2**64 - 1)
