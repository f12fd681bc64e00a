"""Faults: what is understood, what is refused, and what they do to rows."""

import json
import math
from typing import Any

import pytest

from services.exchange_simulator.candles import candle_rows
from services.exchange_simulator.faults import (
    NO_FAULTS,
    Faults,
    parse_faults,
    spoil,
)
from services.exchange_simulator.small_venue_fake import MINUTE, SECONDS, market

ROWS = candle_rows(market("GBM1-USD"), {}, SECONDS)
MOMENT = "2026-02-01T12:00:00Z"


def spoiled(faults: Faults, *, minutes: bool = True) -> list[Any]:
    rows = spoil(faults, "GBM1-USD", ROWS, SECONDS, minutes=minutes)
    return [json.loads(row) for row in rows]


CLEAN = [json.loads(row) for row in ROWS]
NOON = MINUTE - 34 * 60


def test_nothing_is_wrong_by_default() -> None:
    assert parse_faults("{}") == parse_faults("") == NO_FAULTS
    assert not NO_FAULTS.spoils_rows()
    assert spoiled(NO_FAULTS) == CLEAN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "a JSON object of faults is required, was not JSON"),
        ("[" * 100_000, "a JSON object of faults is required, was not JSON"),
        (b"\xff\xfe\xfd", "a JSON object of faults is required, was not JSON"),
        ("[1]", "a JSON object of faults is required, was list"),
        ('{"speed": 1}', "a fault such as too_many_requests is required, was 'speed'"),
        ('{"server_errors": 2}', "a share from 0 to 1 is required for server_errors"),
        ('{"server_errors": true}', "a share from 0 to 1"),
        ('{"latency_seconds": -1}', "a number from 0 to 1000000 is required"),
        ('{"latency_seconds": NaN}', "a number from 0 to 1000000 is required"),
        ('{"latency_seconds": Infinity}', "a number from 0 to 1000000 is required"),
        ('{"retry_after_seconds": 1.5}', "a whole number from 0 to 1000000"),
        ('{"symbols": "BTC-USD"}', "a list of strings is required for symbols"),
        ('{"corrected_bars": ["noon"]}', "minutes such as 2026-01-31T12:00Z"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(text: str | bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        parse_faults(text)
    assert "\n" not in str(refused.value)


def test_draws_hit_their_share_and_can_be_repeated() -> None:
    faults = Faults(seed=3)
    hits = [faults.draw(0.25, "429", number) for number in range(4000)]

    assert hits == [faults.draw(0.25, "429", number) for number in range(4000)]
    assert hits != [Faults(seed=4).draw(0.25, "429", n) for n in range(4000)]
    assert sum(hits) / 4000 == pytest.approx(0.25, abs=0.03)
    assert not any(faults.draw(0.0, "429", number) for number in range(100))
    assert all(faults.draw(1.0, "429", number) for number in range(100))


def test_faults_can_be_for_some_products_alone() -> None:
    assert parse_faults('{"symbols": ["BTC-USD"]}').concerns("BTC-USD")
    assert not Faults(symbols=("BTC-USD",)).concerns("GBM1-USD")
    assert Faults().concerns("GBM1-USD")


def test_named_minutes_are_missing_and_longer_bars_are_not() -> None:
    faults = Faults(missing_minutes=(MOMENT,))

    assert spoiled(faults) == [row for row in CLEAN if row[0] != NOON]
    assert spoiled(faults, minutes=False) == CLEAN


def test_a_share_of_minutes_is_missing_the_same_ones_each_time() -> None:
    faults = Faults(missing_minutes_share=0.2)

    assert 30 < len(CLEAN) - len(spoiled(faults)) < 90
    assert spoiled(faults) == spoiled(faults)


@pytest.mark.parametrize(
    "faults", [Faults(corrected_bars=(MOMENT,)), Faults(corrected_bars_share=1.0)]
)
def test_corrected_bars_are_other_good_bars(faults: Faults) -> None:
    after = spoiled(faults)
    changed = [(old, new) for old, new in zip(CLEAN, after, strict=True) if old != new]

    assert len(changed) == (1 if faults.corrected_bars else len(CLEAN))
    for old, new in changed:
        time, low, high, opened, closed, volume = new
        assert (time, low, high, opened) == tuple(old[:4])
        assert low <= closed <= high
        assert round(closed, 4) == closed
        assert round(volume, 4) == volume
        assert volume != old[5]


def test_every_kind_of_wrong_number_occurs() -> None:
    rows = spoiled(Faults(wrong_types=1.0))
    whole = [row for row in rows if len(row) == 6]
    kinds = {
        "short": any(len(row) == 3 for row in rows),
        "text": any(isinstance(row[1], str) for row in whole),
        "null": any(row[3] is None for row in whole),
        "nan": any(isinstance(r[4], float) and math.isnan(r[4]) for r in whole),
        "negative": any(isinstance(r[1], float) and r[1] < 0 for r in whole),
        "high below low": any(isinstance(r[1], float) and r[1] > r[2] for r in whole),
        "unaligned": any(row[0] % 60 for row in whole),
        "future": any(row[0] > SECONDS for row in whole),
    }

    assert kinds == dict.fromkeys(kinds, True)
