"""Flags that are lists of trading pairs."""

import re
from collections.abc import Sequence

from absl import flags

flags.disclaim_key_flags()  # so that a room's --help shows them as its own

_SYMBOL = re.compile(r"[A-Z0-9]+-[A-Z0-9]+")


def define_symbols(text: str) -> "flags.FlagHolder[list[str]]":
    """Define --symbols, pairs such as BTC-USD with commas between; none by default."""
    holder = flags.DEFINE_list("symbols", [], text)
    flags.register_validator(
        "symbols", are_symbols, "symbols such as BTC-USD are required"
    )
    return holder


def are_symbols(texts: Sequence[str]) -> bool:
    """Return whether every text is a base and a quote, e.g. BTC-USD."""
    return all(_SYMBOL.fullmatch(text) for text in texts)
