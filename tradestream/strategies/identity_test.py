"""Identity is the same however the parameters are ordered."""

import hashlib

import pytest

from tradestream.strategies.identity import canonical_parameters, strategy_id


def test_parameters_are_sorted_and_floats_are_shortest_decimals() -> None:
    assert (
        canonical_parameters({"b": 2.50, "a": 7, "c": 3.0}) == '{"a":7,"b":2.5,"c":3.0}'
    )


def test_an_id_is_the_hash_of_canonical_json() -> None:
    canonical = (
        '{"interval":"1m","parameters":{"emaPeriod":20,"smaPeriod":10},'
        '"strategy_name":"SMA_EMA_CROSSOVER","symbol":"BTC-USD"}'
    )

    found = strategy_id(
        "SMA_EMA_CROSSOVER", {"smaPeriod": 10, "emaPeriod": 20}, "BTC-USD", "1m"
    )

    assert found == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_value_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        canonical_parameters({"a": float("nan")})
