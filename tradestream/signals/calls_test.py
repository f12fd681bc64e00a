from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.signals.calls import Call, signal_id, walk

AT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
bars = st.lists(st.tuples(st.booleans(), st.booleans()))


def test_flat_only_enter_counts_and_in_a_position_only_exit() -> None:
    enter = [False, True, True, False, True]
    leave = [True, True, False, True, True]

    calls, in_position = walk(enter, leave, in_position=False)

    assert calls == [Call(1, "ENTER"), Call(3, "EXIT"), Call(4, "ENTER")]
    assert in_position


def test_goes_on_from_a_position() -> None:
    calls, in_position = walk([True, True], [False, True], in_position=True)

    assert calls == [Call(1, "EXIT")]
    assert not in_position


def test_an_id_is_the_same_in_every_timezone() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))

    assert signal_id("a", AT, "ENTER") == signal_id("a", elsewhere, "ENTER")
    assert len(signal_id("a", AT, "ENTER")) == 64


def test_ids_differ_by_strategy_bar_and_action() -> None:
    ids = {
        signal_id("a", AT, "ENTER"),
        signal_id("a", AT, "EXIT"),
        signal_id("b", AT, "ENTER"),
        signal_id("a", AT + timedelta(minutes=1), "ENTER"),
    }

    assert len(ids) == 4


def test_an_id_needs_a_timezone() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        signal_id("a", datetime(2026, 3, 14, 9, 30), "ENTER")


@given(bars, st.booleans())
def test_calls_alternate_and_begin_with_what_the_position_allows(
    both: list[tuple[bool, bool]], in_position: bool
) -> None:
    calls, after = walk(
        [e for e, _ in both], [x for _, x in both], in_position=in_position
    )

    actions = [c.action for c in calls]
    first = "EXIT" if in_position else "ENTER"
    assert all(a != b for a, b in pairwise(actions))
    assert actions[:1] in ([], [first])
    assert after == (in_position ^ (len(calls) % 2 == 1))


@given(bars, st.integers(0, 50))
def test_walking_in_two_parts_is_walking_once(
    both: list[tuple[bool, bool]], cut: int
) -> None:
    enter, leave = [e for e, _ in both], [x for _, x in both]
    cut = min(cut, len(both))

    whole, after = walk(enter, leave, in_position=False)
    early, between = walk(enter[:cut], leave[:cut], in_position=False)
    late, end = walk(enter[cut:], leave[cut:], in_position=between)

    assert whole == early + [Call(c.index + cut, c.action) for c in late]
    assert after == end
