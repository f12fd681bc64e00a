"""Drawings hold what they were given."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.report import drawings

SOME = st.lists(st.floats(-50, 50), min_size=1, max_size=200)


def test_every_value_is_in_a_histogram_and_its_title_counts_them() -> None:
    svg = drawings.histogram([0.0, 1.0, 5.0, 6.0], 4.5, [(6.0, "this strategy")])

    assert "4 values, 2 of them at or above the line 4.50" in svg
    assert "this strategy at 6.00" in svg


@given(SOME, st.none() | st.floats(-60, 60))
def test_a_histogram_stays_on_its_canvas(values: list[float], line: float) -> None:
    svg = drawings.histogram(values, line, [(values[0], "one")])

    bars = re.search(r'class="crowd" d="([^"]+)"', svg)
    assert bars is not None
    xs = [float(x) for x in re.findall(r"[MH](-?[\d.]+)", bars[1])]
    assert 46 <= min(xs) <= max(xs) <= 1120


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (-3, 3, [-3, -2, -1, 0, 1, 2, 3]), (5, 5, [5])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert drawings.ticks(low, high) == expected


def test_a_map_has_a_cell_for_every_score_in_the_shade_of_its_sign() -> None:
    svg = drawings.heat_map(
        (1, 2, 3), (10, 20), ((4.0, -4.0, None), (4.0, 4.0, 0.0)), (1, 0), "Map"
    )

    cells = dict(re.findall(r'class="(\w+)" d="([^"]+)"', svg))
    assert {name: path.count("M") for name, path in cells.items()} == {
        "plus5": 2,  # neighbours in a row are one path
        "minus5": 1,
        "none": 1,
        "nil": 1,
    }
    assert "<title>Map</title>" in svg


def test_a_map_of_nothing_but_nil_is_grey() -> None:
    svg = drawings.heat_map((1, 2), (1, 2), ((0.0, None), (None, 0.0)), (0, 0), "Map")

    assert "plus" not in svg
    assert "minus" not in svg


def test_a_curve_breaks_where_nothing_is_known() -> None:
    svg = drawings.curve((1, 2, 3, 4), (1.0, None, 2.0, 3.0), 2, "period")

    path = re.search(r'class="curve" d="([^"]+)"', svg)
    assert path is not None
    assert (path[1].count("M"), path[1].count("L")) == (2, 1)


def test_a_strip_of_an_exam_marks_who_passed() -> None:
    svg = drawings.exam_strip(6.3, 4.5, (6.3, 5.0))

    assert svg is not None
    assert svg.count("V17") == 2
    assert drawings.exam_strip(None, None, ()) is None


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=5), st.floats(-2, 2))
def test_a_strip_stays_on_its_canvas(values: list[float], own: float) -> None:
    svg = drawings.strip(sorted(values), own)

    xs = [float(x) for x in re.findall(r'[MHx]="?(-?[\d.]+)', svg)]
    assert all(0 <= x <= 160 for x in xs)
