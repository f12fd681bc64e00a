"""Batches that are refused, in whole or in part."""

import pytest

from tradestream.candle_store import influxdb_writer
from tradestream.candle_store.influxdb_http import RefusedError
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.candle_store.influxdb_writer import InfluxWriter
from tradestream.errors import UnavailableError
from tradestream.testing.candle_store_contract import bars, seconds

HISTORY = 'source="x",written_at=1i'


class PickyWriter(InfluxWriter):
    """Keeps lines in memory, and refuses batches that hold a time it dislikes."""

    def __init__(self, disliked: set[int], status: int) -> None:
        super().__init__(parse_url("influxdb://127.0.0.1:1/o/b"), "token", 0)
        self.stored: list[int] = []
        self.batches = 0
        self._disliked = disliked
        self._status = status

    def send(self, lines: bytes, precision: str) -> None:
        """Take a batch, whole or not at all."""
        assert precision == "s"
        self.batches += 1
        times = [int(line.rpartition(b" ")[2]) for line in lines.splitlines()]
        if self._disliked.intersection(times):
            raise RefusedError(self._settings, self._status, "not this one")
        self.stored += times


def test_only_the_bars_that_the_server_dislikes_are_left_out() -> None:
    writer = PickyWriter(set(seconds(3, 70)), 400)

    refused = writer.send_bars(bars(range(100)), [HISTORY] * 100)

    assert refused == {3: "not this one", 70: "not this one"}
    assert sorted(writer.stored) == [
        at for n, at in enumerate(seconds(*range(100))) if n not in (3, 70)
    ]
    assert writer.batches < 40


def test_a_batch_kept_in_part_is_not_sent_again() -> None:
    writer = PickyWriter(set(seconds(3)), influxdb_writer.PARTIAL)

    refused = writer.send_bars(bars(range(10)), [HISTORY] * 10)

    assert sorted(refused) == list(range(10))
    assert writer.batches == 1


def test_large_writes_go_in_batches_and_each_is_judged_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(influxdb_writer, "BATCH_BARS", 8)
    writer = PickyWriter(set(seconds(11)), 400)

    refused = writer.send_bars(bars(range(30)), [HISTORY] * 30)

    assert refused == {11: "not this one"}
    assert sorted(writer.stored) == [
        at for n, at in enumerate(seconds(*range(30))) if n != 11
    ]


def test_a_server_that_is_away_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(influxdb_writer, "BATCH_BARS", 8)
    settings = parse_url("influxdb://127.0.0.1:1/o/b")
    writer = InfluxWriter(settings, "token", 0)

    with pytest.raises(UnavailableError, match="did not answer: connection refused"):
        writer.send_bars(bars(range(30)), [HISTORY] * 30)

    writer.close()
