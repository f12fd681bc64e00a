"""Candle files: what is read, and where each error points."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tradestream.candle_files import (
    commonest_spacing,
    infer_instrument,
    read_candles,
    symbol_of,
)
from tradestream.errors import InvalidCandleError

HEADER = "open_time,open,high,low,close,volume"
START = datetime(2023, 3, 1, tzinfo=UTC)


def row(minute: int, prices: str = "10,12,9,11,5") -> str:
    at = (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{at},{prices}"


def write(folder: Path, *lines: str, name: str = "BTC-USD_1m.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_reads_bars_with_symbol_and_interval(tmp_path: Path) -> None:
    series = read_candles(write(tmp_path, HEADER, row(0), row(1), row(2)))

    assert (series.symbol, series.interval_seconds, len(series)) == ("BTC-USD", 60, 3)
    assert series.open_times[1] - series.open_times[0] == 60
    assert (series.opens[0], series.highs[0], series.lows[0]) == (10, 12, 9)
    assert (series.closes[0], series.volumes[0]) == (11, 5)
    series.validate()


def test_finds_columns_by_name_and_ignores_others(tmp_path: Path) -> None:
    header = "Volume,note,close,low,high,open,open_time"
    rows = [f"5,x,11,9,12,10,2023-03-01T00:0{i}:00+00:00" for i in range(3)]

    series = read_candles(write(tmp_path, header, *rows))

    assert (series.opens[0], series.closes[1], series.volumes[0]) == (10, 11, 5)


def test_reads_gzip_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv.gz"
    text = f"\ufeff{HEADER}\r\n{row(0)}\r\n\r\n{row(5)}\r\n{row(10)}\r\n"
    path.write_bytes(gzip.compress(text.encode()))

    series = read_candles(path)

    assert (series.symbol, series.interval_seconds, len(series)) == ("prices", 300, 3)


def test_interval_given_beats_the_commonest_spacing(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, row(0), row(5), row(10))

    assert read_candles(path).interval_seconds == 300
    assert read_candles(path, interval_seconds=60).interval_seconds == 60


def test_an_interval_above_the_spacing_says_what_the_file_has(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, row(0), row(1), row(2))

    with pytest.raises(
        InvalidCandleError, match="bars of 5m are required, the file has bars of 1m"
    ):
        read_candles(path, interval_seconds=300)


def test_holes_stay_holes(tmp_path: Path) -> None:
    series = read_candles(write(tmp_path, HEADER, row(0), row(1), row(4), row(5)))

    assert (len(series), series.missing()) == (4, 2)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (
            [HEADER, row(0), "2023-03-01T00:01:00Z,10,12,x,11,5"],
            "line 3, column low: a number is required, was 'x'",
        ),
        (
            [HEADER, row(0), "yesterday,10,12,9,11,5"],
            "open_time: a UTC time such as 2023-03-01T00:00:00Z is .* 'yesterday'",
        ),
        (
            [HEADER, row(0), "2023-03-01T00:01:00,10,12,9,11,5"],
            "line 3, column open_time: .*no time zone",
        ),
        (
            [HEADER, row(0), "2023-03-01T00:01:00+01:00,10,12,9,11,5"],
            "line 3, column open_time: .*not UTC",
        ),
        (
            [HEADER, row(0), "2023-03-01T00:01:00.5Z,10,12,9,11,5"],
            "line 3, column open_time: .*no whole second",
        ),
        (
            [HEADER, row(0), row(1, "nan,12,9,11,5")],
            "line 3, column open: a finite number above 0 is required, was nan",
        ),
        (
            [HEADER, row(0), row(1, "10,inf,9,11,5")],
            "line 3, column high: a finite number above 0 is required, was inf",
        ),
        (
            [HEADER, row(0), row(1, "10,12,-9,11,5")],
            "line 3, column low: a finite number above 0 is required, was -9",
        ),
        (
            [HEADER, row(0), row(1, "10,12,9,11,-5")],
            "line 3, column volume: a finite number of at least 0 is .* -5",
        ),
        (
            [HEADER, row(0), row(1, "10,8,9,9.5,5")],
            "line 3, column high: at least low is required, was 8 < 9",
        ),
        (
            [HEADER, row(0), row(1, "10,12,9,13,5")],
            "line 3, column high: at least close is required, was 12 < 13",
        ),
        (
            [HEADER, row(0), row(1, "10,12,9,8,5")],
            "line 3, column low: at most close is required, was 9 > 8",
        ),
        (
            [HEADER, row(0), row(1), row(1)],
            r"line 4, .*: a new time is required, was .*:01:00\+00:00 again \(line 3\)",
        ),
        (
            [HEADER, row(0), row(1), row(2), row(0)],
            r"line 5, column open_time: a new time is required, .* again \(line 2\)",
        ),
        (
            [HEADER, row(0), row(1), row(5), row(4)],
            "line 5, column open_time: rows oldest first are required",
        ),
        (
            [HEADER, row(0), row(1), row(2), "2023-03-01T00:03:30Z,10,12,9,11,5"],
            "line 5, .*: a multiple of the interval 1m is required, was .*03:30",
        ),
        (
            [HEADER, row(0), "2023-03-01T00:01:00Z,10,12"],
            "line 3, column low: a value is required, the row ends after 3",
        ),
        (
            [HEADER, row(0)],
            "line 2, column open_time: at least 3 rows are required, was 1",
        ),
        ([HEADER], "line 1, column open_time: at least 3 rows are required, was 0"),
        (
            [HEADER, "", row(0), "", row(1)],
            "line 5, column open_time: at least 3 rows are required, was 2",
        ),
        (
            [HEADER, row(0), row(1, "1,1e300,1e-300,1,1"), row(2)],
            r"line 3, column high: at most 2\*\*53 is required, was 1e\+300",
        ),
        (
            [HEADER, row(0), row(1), row(2, "10,12,9,11,1e300")],
            r"line 4, column volume: at most 2\*\*53 is required, was 1e\+300",
        ),
        (
            [HEADER, row(0), row(1), row(2, "10,12,1e-300,11,1")],
            "line 4, column low: at least 1 is required .*, was 1e-300",
        ),
        (
            [HEADER, row(0, "1e6,1e6,9e-10,1,1"), row(1), row(2)],
            "line 2, column open: at most 900720 is required .*, was 1e",
        ),
        (
            ["open_time,open,high,low,close", "x"],
            "line 1: column volume is missing, the header was 'open_time,open,",
        ),
        (
            ["open_time,open,open,high,low,close,volume", "x"],
            "line 1: column open stands there twice",
        ),
    ],
)
def test_names_file_line_and_column(
    tmp_path: Path, lines: list[str], wanted: str
) -> None:
    path = write(tmp_path, *lines)

    with pytest.raises(InvalidCandleError, match=wanted) as raised:
        read_candles(path)

    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_blank_lines_do_not_shift_the_line_named(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "", row(0), "", row(1, "10,12,9,11,-1"))

    with pytest.raises(InvalidCandleError, match="line 5, column volume"):
        read_candles(path)


def test_a_broken_row_behind_the_first_chunk_is_named(tmp_path: Path) -> None:
    rows = [row(i) for i in range(70_000)]
    rows[69_000] = row(69_000, "10,12,9,?,5")

    with pytest.raises(InvalidCandleError, match="line 69002, column close"):
        read_candles(write(tmp_path, HEADER, *rows))


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv.gz", b"open_time", "a whole gzip file is required"),
        (
            "a.csv.gz",
            gzip.compress(b"open_time" * 99, mtime=0)[:-9],
            "a whole gzip file",
        ),
        ("a.csv", gzip.compress(b"open_time", mtime=0), "its name must end in .gz"),
        ("a.csv", b"open_time\xff", "UTF-8 text is required, was byte 0xff at 9"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    tmp_path: Path, name: str, content: bytes, wanted: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(InvalidCandleError, match=wanted):
        read_candles(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCandleError, match="no such file"):
        read_candles(tmp_path / "none.csv")
    with pytest.raises(InvalidCandleError, match="is a directory"):
        read_candles(tmp_path)


def test_increments_are_inferred_from_the_numbers(tmp_path: Path) -> None:
    rows = [row(i, "10.25,12,9,11,0.001") for i in range(3)]

    instrument = infer_instrument(read_candles(write(tmp_path, HEADER, *rows)))

    assert instrument.price_tick == pytest.approx(0.01)
    assert instrument.volume_lot == pytest.approx(0.001)


def test_small_prices_have_small_steps(tmp_path: Path) -> None:
    rows = [row(i, "4e-7,5e-7,3e-7,4e-7,5") for i in range(3)]

    instrument = infer_instrument(read_candles(write(tmp_path, HEADER, *rows)))

    assert instrument.price_tick == pytest.approx(1e-7)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTC-USD_1m_2023.csv.gz", "BTC-USD"),
        ("BTC-USD.csv", "BTC-USD"),
        ("prices.csv", "prices"),
    ],
)
def test_the_symbol_is_what_the_name_starts_with(name: str, symbol: str) -> None:
    assert symbol_of(Path(name)) == symbol


def test_the_commonest_spacing_of_equals_is_the_shorter() -> None:
    assert commonest_spacing(np.array([0, 60, 120, 420])) == 60
    assert commonest_spacing(np.array([0, 300, 360])) == 60
    assert commonest_spacing(np.array([5])) == 60
