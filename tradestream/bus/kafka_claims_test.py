"""What was handed out is known to the next owner of a partition."""

from hypothesis import given
from hypothesis import strategies as st

from tradestream.bus.kafka_claims import Claim, Run, parse

spans = st.tuples(st.integers(0, 60), st.integers(1, 20))


def test_counts_each_time() -> None:
    claim = Claim().handed_out(5, 9).handed_out(5, 6)

    assert [claim.times(offset) for offset in (4, 5, 6, 8, 9)] == [0, 2, 1, 1, 0]
    assert claim.end == 9


def test_a_commit_forgets_what_is_before_it() -> None:
    claim = Claim().handed_out(5, 9).handed_out(5, 6).committed(6)

    assert claim.runs == (Run(6, 9, 1),)
    assert claim.committed(9) == Claim()


def test_survives_as_text() -> None:
    claim = Claim().handed_out(5, 9).handed_out(5, 6)

    assert claim.text(5) == "handed1 1:2 4:1"
    assert parse("handed1 1:2 4:1", 5) == claim


def test_a_text_of_somebody_else_claims_nothing() -> None:
    for text in ("", "hello", "handed1 x:1", "handed1 3", "handed2 1:1"):
        assert parse(text, 7) == Claim()


@given(st.lists(spans, max_size=200))
def test_counts_as_a_list_would(handed: list[tuple[int, int]]) -> None:
    claim, counts, end = Claim(), dict[int, int](), 0
    for first, length in handed:
        start = min(first, end)  # a reader leaves nothing out
        until = start + length
        claim = claim.handed_out(start, until)
        for offset in range(start, until):
            counts[offset] = counts.get(offset, 0) + 1
        end = max(end, until)

    found = {offset: claim.times(offset) for offset in range(end)}

    if len(claim.runs) < 64:
        assert found == counts
    assert all(found[offset] >= times for offset, times in counts.items())
    assert parse(claim.text(0), 0) == claim


def test_its_text_stays_short() -> None:
    claim = Claim()
    for offset in range(0, 4000, 2):
        claim = claim.handed_out(offset, offset + 2).handed_out(offset, offset + 1)

    assert len(claim.text(0)) < 1000
    assert claim.times(3998) == 2
