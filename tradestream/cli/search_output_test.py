"""`tradestream search` as a page, and with bars held out."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tradestream.cli import search
from tradestream.testing.seeded_candles import made_up_candles

SMALL = ("--strategy", "SMA_RSI", "--population", "8", "--generations", "1")


@pytest.fixture(scope="module")
def candles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of four days of made-up minutes."""
    series = made_up_candles("WAVE-USD", days=4)
    path = tmp_path_factory.mktemp("candles") / "WAVE-USD.csv"
    times = np.datetime_as_string(series.open_times.astype("datetime64[s]"))
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    rows = zip(times, *columns, strict=True)
    lines = (f"{at}Z," + ",".join(f"{v:.6f}" for v in row) for at, *row in rows)
    path.write_text("\n".join(["open_time,open,high,low,close,volume", *lines]))
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(search.command, list(arguments))


def test_writes_a_page_that_stands_alone(candles: Path, tmp_path: Path) -> None:
    out = tmp_path / "life.html"

    result = run(
        "--candles", str(candles), *SMALL, "--holdout", "0.5", "--output", "html",
        "--output_file", str(out),
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert f"wrote {out}" in result.stderr
    page = out.read_text(encoding="utf-8")
    assert "Search of WAVE-USD" in page
    assert "the newest 720 bars were kept out of everything" in page
    assert 'class="view strategy"' in page


def test_json_has_what_was_held_out_and_robustness(candles: Path) -> None:
    result = run(
        "--candles", str(candles), *SMALL, "--holdout", "0.5", "--output", "json"
    )

    found = json.loads(result.stdout)
    assert found["holdout"]["bars"] == 720
    assert all("holdout" in row for row in found["results"])
    assert sum("robustness" in row for row in found["results"]) == 1


def test_the_table_shows_what_was_made_on_bars_held_out(candles: Path) -> None:
    result = run("--candles", str(candles), *SMALL, "--holdout", "0.5")

    assert "held out of everything: 720 bars from 2026-03-13T21:30:00Z" in result.stdout
    assert "trades" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--holdout", "4"), "--holdout must leave 3 bars or more on either side"),
        (("--holdout", "0.0005"), "of 4.00 days, was 0.0005"),
        (("--holdout", "0"), "--holdout"),
        (("--output_file", "x.html"), "--output_file is for --output html, was table"),
    ],
)
def test_what_makes_no_sense_is_refused(
    candles: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("--candles", str(candles), *SMALL, *arguments)

    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
