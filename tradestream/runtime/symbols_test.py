"""Which texts are trading pairs."""

import pytest

from tradestream.runtime.symbols import are_symbols


def test_a_base_and_a_quote_are_a_symbol() -> None:
    assert are_symbols(["BTC-USD", "1INCH-USD", "ADA-BTC"])
    assert are_symbols([])


@pytest.mark.parametrize(
    "text", ["", "BTC", "btc-usd", "../../x", "a b;drop table", "BTC-USD\n", "A-B-C"]
)
def test_nothing_else_is_a_symbol(text: str) -> None:
    assert not are_symbols(["BTC-USD", text])
