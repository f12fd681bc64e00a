"""What adapters count gets to the metrics of their room, once."""

import pickle

import pytest

from tradestream.runtime import metrics as metrics_module
from tradestream.runtime.meters import RoomMeters
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.traffic import (
    BUS,
    BUS_TROUBLES,
    CANDLES,
    FAILED,
    REPEATED,
    SENT_TO_BUS,
    STORE_TROUBLES,
    Traffic,
)

METERS = RoomMeters.of("room", BUS)


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Return the counts of a process that did nothing yet."""
    own = Traffic()
    monkeypatch.setattr(metrics_module, "TRAFFIC", own)
    return own


def shown(metrics: RoomMetrics) -> dict[tuple[str, str], float]:
    samples = [sample for family in metrics.collect() for sample in family.samples]
    return {
        (one.name.removeprefix("tradestream_room_"), one.labels.get("outcome", "")): (
            one.value
        )
        for one in samples
    }


def test_a_room_shows_what_its_adapters_counted_once(traffic: Traffic) -> None:
    metrics = RoomMetrics(METERS)
    traffic.count(SENT_TO_BUS, 300)
    traffic.count(BUS_TROUBLES, outcome=REPEATED)
    traffic.count(SENT_TO_BUS, 30)

    assert shown(metrics) == shown(metrics)
    assert shown(metrics) == {
        ("bus_sent_bytes_total", ""): 330,
        ("bus_troubles_total", REPEATED): 1,
        ("bus_troubles_total", FAILED): 0,
    }


def test_what_a_room_does_not_declare_is_not_shown(traffic: Traffic) -> None:
    traffic.count(STORE_TROUBLES, outcome=FAILED)

    assert not any(what.startswith("candles") for what, _ in shown(RoomMetrics(METERS)))


def test_counts_of_another_process_are_added(traffic: Traffic) -> None:
    theirs = Traffic()
    theirs.count(BUS_TROUBLES, 2, outcome=FAILED)
    theirs.count(SENT_TO_BUS, 10)

    traffic.give(pickle.loads(pickle.dumps(theirs.take())))

    assert shown(RoomMetrics(METERS))["bus_troubles_total", FAILED] == 2
    assert theirs.take() == []


def test_it_is_known_what_was_counted(traffic: Traffic) -> None:
    traffic.count(SENT_TO_BUS, 10)

    assert traffic.meters() == [SENT_TO_BUS]
    assert SENT_TO_BUS not in CANDLES
