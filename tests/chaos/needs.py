"""What a room speaks with, by the flags that it has."""

import re
from collections.abc import Mapping

from tests.chaos.failpoints import REPOSITORY

BUS, CANDLES, RECORDS, STATE, VENUE = "bus", "candles", "records", "state", "venue"
_WORDS: Mapping[str, str] = {
    BUS: r"\.define_bus\(",
    CANDLES: r"\.define_candles\(",
    RECORDS: r"\.define_postgres\(",
    STATE: r"\.define_redis\(",
    VENUE: r"\"(coinbase_rest|coinmarketcap)_url\"",
}

_EVERYWHERE = {RECORDS: "postgres", STATE: "valkey", VENUE: "exchange_simulator"}
SMALL: Mapping[str, str] = {**_EVERYWHERE, BUS: "valkey", CANDLES: "postgres"}
FULL: Mapping[str, str] = {**_EVERYWHERE, BUS: "kafka", CANDLES: "influxdb"}
"""What plays each role at each size."""


def needs_of(room: str) -> frozenset[str]:
    """Return the roles of the servers that a room speaks with."""
    text = (REPOSITORY / "services" / room / "main.py").read_text(encoding="utf-8")
    return frozenset(role for role, word in _WORDS.items() if re.search(word, text))


def kinds_of(room: str, roles: Mapping[str, str]) -> list[str]:
    """Return the kinds of servers that a room speaks with, sorted."""
    return sorted({roles[need] for need in needs_of(room)})
