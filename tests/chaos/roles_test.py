from tests.chaos.roles import as_itself

URL = "postgresql://tradestream@127.0.0.1:5/tradestream"
OURS = "postgresql://tradestream_trade_signal_generator@127.0.0.1:5/tradestream"


def test_a_room_is_itself_wherever_it_meets_the_database() -> None:
    settings = {"candles_url": URL, "postgres_url": URL}

    assert as_itself("trade_signal_generator", URL, settings) == {
        "candles_url": OURS,
        "postgres_url": OURS,
    }


def test_bars_elsewhere_are_left_alone() -> None:
    settings = {"candles_url": "influxdb://127.0.0.1:6/a/b", "postgres_url": URL}

    assert as_itself("trade_signal_generator", URL, settings) == {"postgres_url": OURS}


def test_a_room_without_a_database_is_told_nothing() -> None:
    assert as_itself("top_crypto_updater", URL, {}) == {}
