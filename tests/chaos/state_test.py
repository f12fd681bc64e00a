"""The comparison of end states sees what is lost, doubled, and stuck."""

from collections import Counter
from dataclasses import replace

from tests.chaos.state import EndState, compare

CALM = EndState(
    rows={"claims": Counter({"k=1": 1, "k=2": 1})},
    messages={"trade-signals": {"a", "b"}},
    redelivered=0,
    state={"processing_state:x": "7"},
    stuck={"requests by workers": 0},
)


def test_equal_states_do_not_differ() -> None:
    redelivered = replace(CALM, redelivered=3)

    assert not compare(redelivered, CALM)


def test_a_missing_row_is_lost_and_another_in_its_place_doubled() -> None:
    found = replace(CALM, rows={"claims": Counter({"k=1": 1, "k=3": 1})})

    difference = compare(found, CALM)

    assert difference.lost == ("claims: k=2",)
    assert difference.doubled == ("claims: k=3",)


def test_a_row_that_stands_twice_is_doubled() -> None:
    found = replace(CALM, rows={"claims": Counter({"k=1": 2, "k=2": 1})})

    assert compare(found, CALM).doubled == ("claims: k=1",)


def test_a_table_that_is_not_there_loses_its_rows() -> None:
    found = replace(CALM, rows={})

    assert len(compare(found, CALM).lost) == 2


def test_messages_are_lost_or_too_many() -> None:
    found = replace(CALM, messages={"trade-signals": {"b", "c"}})

    difference = compare(found, CALM)

    assert difference.lost == ("trade-signals: a",)
    assert difference.doubled == ("trade-signals: c",)


def test_another_watermark_is_a_loss() -> None:
    found = replace(CALM, state={"processing_state:x": "6"})

    assert compare(found, CALM).lost == ("processing_state:x: 7, was 6",)


def test_what_nobody_took_is_stuck() -> None:
    found = replace(CALM, stuck={"requests by workers": 2})

    assert compare(found, CALM).stuck == ("requests by workers: 2",)
