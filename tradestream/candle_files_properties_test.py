"""Candle files that nobody wrote by hand."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tradestream.candle_files import read_candles
from tradestream.errors import InvalidCandleError

HEADER = "open_time,open,high,low,close,volume"
START = datetime(2023, 3, 1, tzinfo=UTC)


def row(minute: int, prices: str = "10,12,9,11,5") -> str:
    at = (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{at},{prices}"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "BTC-USD_1m.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


prices = st.floats(0.01, 1e6).map(lambda value: round(value, 8))


@given(st.lists(st.tuples(prices, prices, prices, prices, prices), min_size=3))
def test_what_is_written_is_read_back(bars: list[tuple[float, ...]]) -> None:
    lines = [HEADER]
    for minute, (a, b, c, d, volume) in enumerate(bars):
        low, opened, closed, high = sorted((a, b, c, d))
        lines.append(row(minute, f"{opened!r},{high!r},{low!r},{closed!r},{volume!r}"))
    with tempfile.TemporaryDirectory() as folder:
        series = read_candles(write(Path(folder), *lines))

    series.validate()
    assert series.volumes.tolist() == [bar[4] for bar in bars]
    assert series.highs.tolist() == [max(bar[:4]) for bar in bars]


def error_of(path: Path) -> str | None:
    """Return what is said of a file, None when it can be read."""
    try:
        read_candles(path)
    except InvalidCandleError as error:
        return str(error)
    return None


good_row = "2023-03-01T00:0{}:00Z,10,12,9,11,5"
broken_field = st.sampled_from(
    ["", "nan", "-1", "1e999", "1,2", '"', "\x00", "2023-03-01T00:01:00Z", "9" * 400]
)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), broken_field)))
def test_a_broken_file_is_an_error_with_a_place_or_a_sound_series(
    damage: list[tuple[int, int, str]],
) -> None:
    rows = [good_row.format(i).split(",") for i in range(10)]
    for line, column, field in damage:
        rows[line][column] = field
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), HEADER, *map(",".join, rows))
        found = error_of(path)
        if found is None:
            read_candles(path).validate()
        else:
            assert found.startswith(str(path))
            assert "\n" not in found


@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_of_ours(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.csv", "a.csv.gz"):
            path = Path(folder) / name
            path.write_bytes(content)

            assert "a.csv" in (error_of(path) or "")


def test_a_field_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, row(0), '"' + "9" * 200_000)

    assert "CSV is required: field larger than" in (error_of(path) or "")
