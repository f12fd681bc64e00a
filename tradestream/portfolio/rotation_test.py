import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.portfolio.rotation import (
    Candidate,
    HourlyExcess,
    correlation,
    hourly_excess,
    select,
)

DAY = 24


def wave(frequency: float, *, hours: int = 48, first_hour: int = 0) -> HourlyExcess:
    values = tuple(math.sin(frequency * h) for h in range(hours))
    return HourlyExcess(first_hour, values)


def candidate(
    name: str,
    score: float,
    excess: HourlyExcess | None,
    *,
    kind: str | None = None,
) -> Candidate:
    return Candidate(name, kind or name.upper(), "validated", score, excess)


series = st.lists(st.floats(-1, 1, allow_nan=False), min_size=DAY, max_size=60).map(
    lambda values: HourlyExcess(0, tuple(values))
)
candidates = st.lists(
    st.tuples(
        st.uuids().map(str),
        st.sampled_from(["A", "B", "C"]),
        st.floats(allow_nan=True),
        st.none() | series,
    ).map(lambda row: Candidate(row[0], row[1], "validated", row[2], row[3])),
    max_size=12,
    unique_by=lambda c: c.strategy_id,
)


def test_chooses_the_best_first_and_no_more_than_five() -> None:
    many = [candidate(f"s{i}", i / 10, wave(0.3 + i)) for i in range(8)]

    selection = select(many)

    assert [m.strategy_id for m in selection.members] == ["s7", "s6", "s5", "s4", "s3"]
    assert [m.rank for m in selection.members] == [1, 2, 3, 4, 5]
    assert "5 strategies of the symbol score higher" in selection.left_out["s0"]


def test_leaves_out_what_correlates_with_a_better_one() -> None:
    same = HourlyExcess(0, tuple(2 * v for v in wave(1.0).values))

    selection = select(
        [candidate("best", 0.9, wave(1.0)), candidate("copy", 0.8, same)]
    )

    assert [m.strategy_id for m in selection.members] == ["best"]
    assert selection.left_out["copy"].startswith("correlates 1.00 with best")


def test_a_correlation_of_exactly_the_limit_is_allowed() -> None:
    a, b = wave(1.0), wave(1.1)
    rho = correlation(a, b)
    assert rho is not None

    allowed = select(
        [candidate("a", 0.9, a), candidate("b", 0.8, b)], most_correlation=rho
    )

    assert len(allowed.members) == 2


def test_without_common_hours_one_type_counts_as_alike_and_two_do_not() -> None:
    early, late = wave(1.0), wave(1.0, first_hour=48 * 3600)

    alike = select(
        [candidate("a", 0.9, early, kind="X"), candidate("b", 0.8, late, kind="X")]
    )
    different = select([candidate("a", 0.9, early), candidate("b", 0.8, late)])

    assert "is not known" in alike.left_out["b"]
    assert len(different.members) == 2


def test_a_series_that_does_not_move_has_no_correlation() -> None:
    flat = HourlyExcess(0, (0.1,) * 48)

    assert correlation(flat, wave(1.0)) is None


def test_leaves_out_what_has_no_evaluation_or_no_score() -> None:
    selection = select([candidate("a", 0.9, None), candidate("b", math.nan, wave(1.0))])

    assert selection.members == ()
    assert set(selection.left_out) == {"a", "b"}


def test_excess_takes_the_market_off_by_exposure() -> None:
    excess = hourly_excess(7200, [0.03, 0.01], [0.02, -0.02], 0.5)

    assert excess == HourlyExcess(7200, (0.03 - 0.01, 0.01 + 0.01))
    assert hourly_excess(0, [0.1], [0.1], None) is None
    assert hourly_excess(0, [math.nan], [0.1], 0.5) is None
    assert hourly_excess(0, [0.1, 0.2], [0.1], 0.5) is None


def test_refuses_an_empty_set_by_flag() -> None:
    with pytest.raises(ValueError, match="at least 1 member"):
        select([], most=0)


@given(candidates, st.randoms())
def test_order_of_candidates_does_not_matter(
    found: list[Candidate], random: Random
) -> None:
    shuffled = random.sample(found, len(found))

    assert select(shuffled) == select(found)


@given(candidates)
def test_everyone_is_chosen_or_left_out_with_a_reason(found: list[Candidate]) -> None:
    selection = select(found)

    chosen = {m.strategy_id for m in selection.members}
    assert chosen | set(selection.left_out) == {c.strategy_id for c in found}
    assert not chosen & set(selection.left_out)
    assert all(selection.left_out.values())
    assert all(m.reason for m in selection.members)


@given(candidates)
def test_no_two_members_correlate_above_the_limit(found: list[Candidate]) -> None:
    selection = select(found)

    by_id = {c.strategy_id: c.excess for c in found}
    chosen = [by_id[m.strategy_id] for m in selection.members]
    for i, a in enumerate(chosen):
        for b in chosen[:i]:
            assert a is not None
            assert b is not None
            rho = correlation(a, b)
            assert rho is None or rho <= 0.9
