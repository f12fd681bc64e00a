"""Commit windows are found in the sources."""

from tests.chaos.failpoints import commit_windows


def test_every_room_that_writes_has_a_commit_window() -> None:
    rooms = {window.room for window in commit_windows()}

    assert rooms == {
        "candle_ingestor",
        "database_migrator",
        "risk_adjusted_sizing",
        "strategy_confidence_scorer",
        "strategy_consumer",
        "strategy_discovery",
        "strategy_discovery_request_factory",
        "strategy_robustness",
        "strategy_rotation",
        "trade_signal_generator",
    }
