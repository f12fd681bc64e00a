"""Ids of traces follow from correlation ids, and headers are those of W3C."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.runtime.tracing.context import (
    SpanContext,
    chosen,
    parse,
    span_id,
    trace_id,
)

ids = st.text(min_size=1, max_size=80)


@given(ids)
def test_a_matter_has_one_trace_and_its_header_says_where(correlation_id: str) -> None:
    place = SpanContext(trace_id(correlation_id), span_id(correlation_id, "room"))

    assert parse(place.header()) == place
    assert trace_id(correlation_id) == place.trace_id


def test_parts_of_a_span_id_do_not_run_together() -> None:
    assert span_id("ab", "c") != span_id("a", "bc")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-" + "0" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "1" * 32 + "-" + "0" * 16 + "-01",
        "01-" + "1" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "G" * 32 + "-" + "1" * 16 + "-01",
        "00-" + "1" * 32 + "-" + "1" * 16 + "-01-more",
    ],
)
def test_a_header_that_w3c_would_have_ignored_says_nothing(header: str | None) -> None:
    assert parse(header) is None


def test_a_share_of_matters_is_chosen_evenly_and_by_the_matter_alone() -> None:
    traces = [trace_id(f"request {number}") for number in range(4_000)]

    tenth = [trace for trace in traces if chosen(trace, 0.1)]

    assert 320 < len(tenth) < 480
    assert {trace for trace in traces if chosen(trace, 0.5)} >= set(tenth)
    assert all(chosen(trace, 1.0) for trace in traces)
    assert not any(chosen(trace, 0.0) for trace in traces)
