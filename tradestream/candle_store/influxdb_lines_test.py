"""Line protocol, as a server would read it."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.candle_store.influxdb_lines import (
    bar_lines,
    check_symbol,
    from_micros,
    history,
    hole_key,
    hole_lines,
    instrument_lines,
    micros,
    rounded,
)
from tradestream.candles import CandleSeries, Floats
from tradestream.errors import InvalidCandleError
from tradestream.instruments import Instrument

AT = datetime(2026, 1, 5, 12, 0, 0, 250_001, tzinfo=UTC)
NEW = history("coinbase", AT, corrected=False)
CORRECTED = history("coinbase", AT, corrected=True)


def series(values: Floats, symbol: str = "BTC-USD") -> CandleSeries:
    """Return bars whose five numbers are the same."""
    times = 1_700_000_040 + 60 * np.arange(len(values))
    return CandleSeries(symbol, 60, times, *[values] * 5)


def floats(lines: bytes, name: str) -> list[float]:
    """Return the values of a field, as a server reads them."""
    fields = [line.split(b" ")[1].split(b",") for line in lines.splitlines()]
    return [
        float(value)
        for line in fields
        for key, value in (field.split(b"=") for field in line)
        if key == name.encode()
    ]


def test_a_line_has_the_tags_the_fields_and_the_open_time() -> None:
    lines = bar_lines(series(np.array([1.5]), "A B,C=D"), [NEW])

    assert lines.decode().rstrip("\n") == (
        r"candles,interval=1m,symbol=A\ B\,C\=D open=1.5,high=1.5,low=1.5,close=1.5,"
        'volume=1.5,source="coinbase",written_at=1767614400250001i 1700000040'
    )


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=9), st.booleans())
def test_any_number_is_read_back_as_the_very_same_float(
    values: list[float], mixed: bool
) -> None:
    histories = [CORRECTED if mixed and n else NEW for n in range(len(values))]

    lines = bar_lines(series(np.array(values)), histories)

    assert floats(lines, "close") == values
    assert len(lines.splitlines()) == len(values)


def test_each_bar_keeps_its_own_history() -> None:
    lines = bar_lines(series(np.array([1.0, 2.0])), [NEW, CORRECTED]).splitlines()

    assert b"corrected_at" not in lines[0]
    assert b",corrected_at=1767614400250001i " in lines[1]


def test_a_source_is_a_text_whatever_it_holds() -> None:
    text = history('a "b" \\', AT, corrected=False)

    assert text.startswith('source="a \\"b\\" \\\\",')


def test_times_keep_their_microseconds() -> None:
    assert from_micros(micros(AT)) == AT


def test_holes_and_increments_have_a_key_that_no_retention_reaches() -> None:
    hole = hole_lines("X", [(60, 180)], AT).decode()
    known = instrument_lines([Instrument("X", 0.1, 1e-8)]).decode()

    assert hole == (
        "venue_holes,symbol=X start=60i,end=180i,checked_at=1767614400250001i"
        " 7258118400000000060"
    )
    assert known == (
        "instruments,symbol=X price_tick=0.1,volume_lot=1e-08 7258118400000000000"
    )
    assert hole_key(60) < 2**63


@given(st.floats(0, 1e15))
def test_ten_decimals_are_kept_as_python_rounds_them(value: float) -> None:
    kept = rounded(series(np.array([value]))).closes.tolist()

    assert kept[0] == pytest.approx(round(value, 10), rel=0, abs=1.01e-10)
    assert rounded(series(np.array(kept))).closes.tolist() == kept


@given(st.integers(1, 10**15), st.integers(0, 10))
def test_a_number_of_ten_decimals_is_not_touched(number: int, decimals: int) -> None:
    value = number / 10**decimals

    assert rounded(series(np.array([value]))).closes.tolist() == [value]


@pytest.mark.parametrize("name", ["", "A\\B", "A\n", "\x00"])
def test_a_symbol_that_cannot_be_a_tag_is_refused(name: str) -> None:
    with pytest.raises(InvalidCandleError, match="without backslash is required"):
        check_symbol(name)
