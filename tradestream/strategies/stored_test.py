"""Tests of what a catalogue still has."""

import pytest

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Value
from tradestream.strategies.stored import is_declared


def test_every_type_has_its_own_defaults() -> None:
    assert all(is_declared(kind.name, kind.defaults()) for kind in CATALOGUE.values())


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("GONE_TYPE", {"donchianPeriod": 20}),
        ("DONCHIAN_BREAKOUT", {"donchianPeriod": 1_000_000}),
        ("DONCHIAN_BREAKOUT", {"donchianPeriod": 20.5}),
        ("DONCHIAN_BREAKOUT", {}),
        ("DONCHIAN_BREAKOUT", {"donchianPeriod": 20, "renamed": 3}),
        ("AWESOME_OSCILLATOR", {"shortPeriod": 12, "longPeriod": 11}),
    ],
)
def test_what_an_upgrade_took_away_is_not_declared(
    name: str, parameters: dict[str, Value]
) -> None:
    assert not is_declared(name, parameters)
