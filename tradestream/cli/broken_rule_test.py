"""A type whose rule makes no sense: one line, status 1, wherever it is used."""

import sys
from pathlib import Path

import pytest

from tradestream.backtest import window
from tradestream.backtest.program import Programs
from tradestream.cli import parameters, strategies
from tradestream.cli.main import main
from tradestream.discovery import life
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType, integer

MINE = StrategyType(
    "MINE", "An idea.", (integer("n", 2, 30),), "close > emma(close, n)", "close < 1"
)
BROKEN = {"SMA_RSI": CATALOGUE["SMA_RSI"], "MINE": MINE}


@pytest.fixture
def candles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the broken type into the catalogue and return a file of sound bars."""
    for module in (parameters, strategies, life):
        monkeypatch.setattr(module, "CATALOGUE", BROKEN)
    monkeypatch.setattr(strategies, "FAMILIES", {"own": tuple(BROKEN.values())})
    monkeypatch.setattr(window, "catalogue_programs", lambda: Programs(BROKEN))
    path = tmp_path / "BTC-USD_1m.csv"
    rows = ["open_time,open,high,low,close,volume"]
    for minute in range(600):
        at = f"2023-03-01T{minute // 60:02d}:{minute % 60:02d}:00Z"
        price = 100 + minute * 7 % 13
        rows.append(f"{at},{price},{price + 1},{price - 1},{price},5")
    path.write_text("\n".join(rows))
    return path


@pytest.mark.parametrize(
    "line",
    [
        "strategies MINE",
        "strategies mine --output json",
        "strategies --output markdown",
        "backtest --candles FILE --strategy MINE",
        "signals --candles FILE --strategy MINE",
        "search --candles FILE --strategy MINE --workers 1",
    ],
)
def test_a_broken_rule_is_said_in_one_line(
    line: str,
    candles: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    words = line.replace("FILE", str(candles)).split()
    monkeypatch.setattr(sys, "argv", ["tradestream", *words])

    with pytest.raises(SystemExit) as stopped:
        main()

    written = capfd.readouterr()
    assert (stopped.value.code, written.out) == (1, "")
    assert written.err == (
        "tradestream: MINE: enter, line 1, column 9: no indicator is named emma\n"
    )


@pytest.mark.parametrize("line", ["strategies", "strategies SMA_RSI"])
def test_a_broken_rule_does_not_hide_the_other_types(
    line: str,
    candles: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    del candles
    monkeypatch.setattr(sys, "argv", ["tradestream", *line.split()])

    with pytest.raises(SystemExit) as stopped:
        main()

    written = capfd.readouterr()
    assert (stopped.value.code, written.err) == (0, "")
    assert "SMA_RSI" in written.out
