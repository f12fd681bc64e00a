"""Flags that are finite numbers: absl's own bounds let nan through."""

import math
from collections.abc import Callable
from typing import cast

from absl import flags

flags.disclaim_key_flags()  # so that a room's --help shows them as its own


class _FiniteParser(flags.FloatParser):
    """Reads a number that is neither nan nor infinite."""

    def convert(self, argument: str | float) -> float:
        """Return the number; ValueError if it is not finite."""
        number = cast("Callable[[str | float], float]", super().convert)(argument)
        if not math.isfinite(number):
            raise ValueError(f"a finite number is required, was {argument}")
        return number


def define_number(
    name: str,
    default: float,
    text: str,
    *,
    lower_bound: float | None = None,
    upper_bound: float | None = None,
) -> "flags.FlagHolder[float]":
    """Define a flag that is a finite number within bounds, checked as it is read."""
    parser = _FiniteParser(lower_bound, upper_bound)
    return flags.DEFINE(parser, name, default, text)
