"""What a room speaks with is read from its flags."""

from tests.chaos.main_line import STAGES
from tests.chaos.needs import (
    BUS,
    CANDLES,
    FULL,
    RECORDS,
    SMALL,
    STATE,
    VENUE,
    kinds_of,
    needs_of,
)


def test_rooms_need_what_their_flags_name() -> None:
    assert needs_of("candle_ingestor") == {BUS, CANDLES, STATE, VENUE}
    assert needs_of("strategy_rotation") == {BUS, RECORDS}


def test_what_a_room_speaks_with_hangs_on_the_size() -> None:
    assert kinds_of("strategy_discovery", SMALL) == ["postgres", "valkey"]
    assert kinds_of("strategy_discovery", FULL) == ["influxdb", "kafka"]


def test_every_stage_speaks_with_something_that_can_be_killed() -> None:
    assert all(needs_of(stage.room) for stage in STAGES)
