from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.trade_signal_generator.arrivals import Patience, arrivals

NOW = datetime(2026, 3, 14, 9, 30, 2, tzinfo=UTC)
WANTED = datetime(2026, 3, 14, 9, 29, tzinfo=UTC)


class SlowFeed:
    """Bars that come some seconds after the run began; time passes by sleeping."""

    def __init__(self, after: dict[str, float], before: datetime) -> None:
        self.seconds = 0.0
        self.after = after
        self.before = before

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def last(self, symbol: str) -> datetime | None:
        return WANTED if self.seconds >= self.after[symbol] else self.before


def arrive(feed: SlowFeed, seconds: float = 20) -> Iterator[str]:
    return arrivals(
        feed.after,
        feed.last,
        now=NOW,
        max_age=timedelta(minutes=10),
        patience=Patience(seconds, feed.monotonic, feed.sleep),
    )


def test_yields_each_symbol_as_soon_as_its_bar_is_there() -> None:
    feed = SlowFeed({"A": 3.0, "B": 0.0, "C": 1.0}, WANTED - timedelta(minutes=1))

    seen = [(symbol, feed.seconds) for symbol in arrive(feed)]

    assert seen == [("B", 0.0), ("C", 1.0), ("A", 3.0)]


def test_yields_the_others_when_time_is_up() -> None:
    feed = SlowFeed({"A": 99.0, "B": 0.0}, WANTED - timedelta(minutes=1))

    assert list(arrive(feed)) == ["B", "A"]
    assert feed.seconds == 20


def test_does_not_wait_for_a_feed_that_stands_still() -> None:
    feed = SlowFeed({"A": 99.0}, WANTED - timedelta(hours=1))

    assert list(arrive(feed)) == ["A"]
    assert feed.seconds == 0


def test_without_patience_asks_once() -> None:
    feed = SlowFeed({"A": 1.0}, WANTED - timedelta(minutes=1))

    assert list(arrive(feed, seconds=0)) == ["A"]
    assert feed.seconds == 0
