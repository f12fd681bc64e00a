"""Rooms' flags refuse values that cannot be, in one line, before anything is opened."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
STORES = (
    "--candles_url=postgresql://user@host/name",
    "--bus_url=redis://host/0",
    "--redis_url=redis://host/0",
)
FINITE = "a finite number is required, was "
SYMBOLS = "symbols such as BTC-USD are required"
URL = "a URL with http:// or https:// and a host is required"
START = "at least 1 day back"
TIME = "an ISO time with a timezone is required, from 2009 to 2100"


def check(room: str, *flags: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", f"services.{room}.main", *STORES, *flags,
         "--only_check_args"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("room", "flag", "wanted"),
    [
        ("strategy_discovery_request_factory", "--fee_bps=nan", FINITE + "nan"),
        ("strategy_discovery_request_factory", "--min_advance=-inf", FINITE + "-inf"),
        ("strategy_discovery_request_factory", "--fee_bps=1000.1", "[0.0, 1000.0]"),
        ("strategy_discovery_request_factory", "--symbols=../../x", SYMBOLS),
        ("candle_ingestor", "--otlp_url=collector:4318", URL),
        ("candle_ingestor", "--otlp_share=1.1", "[0.0, 1.0]"),
        ("candle_ingestor", "--run_budget=inf", FINITE + "inf"),
        ("candle_ingestor", "--run_budget=0.9", "number >= 1.0"),
        ("candle_ingestor", "--run_budget=soon", "soon"),
        ("candle_ingestor", "--symbols=BTC-USD,a b;drop table", SYMBOLS),
        ("candle_ingestor", "--coinbase_rest_url=notaurl", URL),
        ("candle_ingestor", "--pushgateway_url=host:9091", URL),
        ("candle_ingestor", "--backfill_start=0d", START),
        ("candle_ingestor", "--backfill_start=2099-01-01T00:00:00Z", START),
        ("candle_ingestor", "--now=0001-01-01T00:00:00Z", TIME),
        ("candle_ingestor", "--now=0001-01-01T00:00:00+10:00", TIME),
        ("candle_ingestor", "--now=9999-12-31T23:59:59-10:00", TIME),
    ],
)
def test_an_impossible_value_is_refused_in_one_line(
    room: str, flag: str, wanted: str
) -> None:
    finished = check(room, flag)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.count("\n") == 1
    assert wanted in finished.stderr


def test_a_history_must_begin_before_the_time_that_is_held() -> None:
    held = ("--now=2020-01-02T00:00:00Z", "--backfill_start=2020-01-01T00:00:01Z")

    refused = check("candle_ingestor", *held)
    taken = check("candle_ingestor", held[0], "--backfill_start=2020-01-01T00:00:00Z")

    assert (refused.returncode, taken.returncode, taken.stderr) == (1, 0, "")
    assert START in refused.stderr


def test_bounds_themselves_are_taken() -> None:
    finished = check(
        "strategy_discovery_request_factory",
        "--fee_bps=0", "--slippage_bps=1000", "--symbols=BTC-USD,1INCH-USD",
    )  # fmt: skip

    assert (finished.returncode, finished.stderr) == (0, "")


def test_every_room_refuses_numbers_that_are_not_finite() -> None:
    mains = [*REPOSITORY.glob("services/*/main.py")]

    assert len(mains) > 10
    assert [main for main in mains if "DEFINE_float" in main.read_text()] == []
