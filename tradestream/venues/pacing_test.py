import threading

import pytest

from tradestream.errors import UnavailableError
from tradestream.testing.hand_clock import HandClock
from tradestream.venues.pacing import MAX_BACKOFF_SECONDS, Backoff, Pacer
from tradestream.venues.port import OutOfTimeError


def pacer(clock: HandClock, rate: float, *, give_up_at: float = float("inf")) -> Pacer:
    return Pacer(
        rate, give_up_at=give_up_at, monotonic=clock.monotonic, sleep=clock.sleep
    )


def test_spaces_requests_evenly() -> None:
    clock = HandClock()
    paced = pacer(clock, 4.0)

    for _ in range(9):
        paced.wait_for_turn()

    assert clock.seconds == pytest.approx(2.0)


def test_a_pause_is_not_made_up_for_by_a_burst() -> None:
    clock = HandClock()
    paced = pacer(clock, 10.0)
    paced.wait_for_turn()
    clock.sleep(60.0)

    for _ in range(11):
        paced.wait_for_turn()

    assert clock.seconds == pytest.approx(61.0)


def test_threads_keep_to_one_rate_together() -> None:
    clock = HandClock(advances=False)
    paced = pacer(clock, 10.0)

    def work() -> None:
        for _ in range(25):
            paced.wait_for_turn()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    waits = sorted(clock.slept)
    assert waits == pytest.approx([turn / 10 for turn in range(1, 100)])


def test_does_not_wait_without_a_limit() -> None:
    clock = HandClock()
    paced = pacer(clock, 0.0)

    for _ in range(100):
        paced.wait_for_turn()

    assert clock.slept == []


def test_a_hold_is_for_everybody() -> None:
    clock = HandClock()
    paced = pacer(clock, 10.0)
    paced.wait_for_turn()

    paced.hold(7.0)
    paced.wait_for_turn()

    assert clock.seconds == pytest.approx(7.0)


def test_a_hold_also_meets_a_thread_that_already_waits_for_its_turn() -> None:
    clock = HandClock()
    paced = pacer(clock, 1.0)
    paced.wait_for_turn()
    clock.before_sleep = lambda: paced.hold(5.0)

    paced.wait_for_turn()

    assert clock.seconds == pytest.approx(5.0)


def test_no_wait_ends_after_the_time_is_used_up() -> None:
    clock = HandClock()
    paced = pacer(clock, 1.0, give_up_at=1.5)
    paced.wait_for_turn()
    paced.wait_for_turn()

    with pytest.raises(OutOfTimeError, match="used up"):
        paced.wait_for_turn()
    with pytest.raises(UnavailableError):
        paced.pause(1.0)

    assert clock.seconds == 1.0


def test_waits_double_with_jitter_up_to_a_limit() -> None:
    backoff = Backoff(0.5, seed=7)

    waits = [[backoff.seconds(attempt) for _ in range(50)] for attempt in range(12)]

    for attempt, drawn in enumerate(waits):
        longest = min(0.5 * 2**attempt, MAX_BACKOFF_SECONDS)
        assert longest / 2 <= min(drawn) < max(drawn) <= longest


def test_two_processes_do_not_wait_alike() -> None:
    assert Backoff(1.0).seconds(0) != Backoff(1.0).seconds(0)
