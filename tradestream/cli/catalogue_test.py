"""All types of the catalogue through the research commands."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tradestream.candles import CandleSeries
from tradestream.cli import backtest, search, signals
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, recorded
from tradestream.testing.plain.rows import Bars
from tradestream.testing.plain.types import plain_signals

BARS = 900

each_type = pytest.mark.parametrize("name", list(CATALOGUE))


@pytest.fixture(scope="module")
def series() -> CandleSeries:
    return recorded("BTC-USD_1m", 12_000, 12_000 + BARS)


@pytest.fixture(scope="module")
def candles(series: CandleSeries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("candles") / "BTC-USD_1m.csv"
    times = np.datetime_as_string(series.open_times.astype("datetime64[s]"))
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    lines = ["open_time,open,high,low,close,volume"]
    for i, at in enumerate(times):
        lines.append(f"{at}Z," + ",".join(f"{column[i]:.8f}" for column in columns))
    path.write_text("\n".join(lines))
    return path


def printed(command: Any, *arguments: object) -> str:
    """Run a command in this process and return what it printed."""
    result = CliRunner().invoke(command, [str(a) for a in arguments])
    assert result.exception is None, result.output
    return result.stdout


@each_type
def test_signals_of_every_type_are_those_of_plain_loops(
    name: str, series: CandleSeries, candles: Path
) -> None:
    text = printed(signals.command, "--candles", candles, "--strategy", name)

    rows = list(csv.DictReader(io.StringIO(text)))
    bars = Bars(series, instrument_of(series))
    enter, leave = plain_signals(bars, name, CATALOGUE[name].defaults())
    assert [row["enter"] == "1" for row in rows] == enter
    assert [row["exit"] == "1" for row in rows] == leave


@each_type
def test_every_type_can_be_backtested(name: str, candles: Path) -> None:
    command = ("--candles", candles, "--strategy", name, "--output", "json")

    found = json.loads(printed(backtest.command, *command))

    assert (found["strategy"], found["bars"]) == (name, BARS)
    assert found["parameters"] == CATALOGUE[name].defaults()
    assert found["trades"] == len(found["trade_list"])
    growth = np.prod([1 + trade["return"] for trade in found["trade_list"]])
    assert found["final_equity"] == pytest.approx(10_000 * growth)


def test_a_search_shows_a_find_of_every_type(candles: Path) -> None:
    effort = ("--population", 20, "--generations", 2, "--top", 1, "--output", "json")

    found = json.loads(printed(search.command, "--candles", candles, *effort))

    assert {result["strategy"] for result in found["results"]} == set(CATALOGUE)
    assert found["trials"] > 20 * len(CATALOGUE)
