"""The request limit."""

import pytest

from services.exchange_simulator.limiter import Limiter


def test_a_burst_is_let_through_and_then_one_request_a_free_moment() -> None:
    limiter = Limiter(10.0, burst=3)

    assert [limiter.wait_seconds("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.wait_seconds("a", 0.0) == pytest.approx(0.1)
    assert limiter.wait_seconds("a", 0.1) == 0.0
    assert limiter.wait_seconds("a", 0.1) > 0.0


def test_a_pause_saves_up_no_more_than_the_burst() -> None:
    limiter = Limiter(10.0, burst=2)
    limiter.wait_seconds("a", 0.0)

    waits = [limiter.wait_seconds("a", 100.0) for _ in range(3)]

    assert waits[:2] == [0.0, 0.0]
    assert waits[2] > 0.0


def test_one_client_does_not_use_up_what_another_may_ask() -> None:
    limiter = Limiter(1.0, burst=1)
    limiter.wait_seconds("a", 0.0)

    assert limiter.wait_seconds("b", 0.0) == 0.0


def test_a_rate_of_0_is_no_limit() -> None:
    limiter = Limiter(0.0, burst=1)

    assert not any(limiter.wait_seconds("a", 0.0) for _ in range(1000))
