"""The real `print` comes back, whatever was put in its place."""

import builtins
from collections.abc import Iterator

import pytest

from services.strategy_discovery.flink.plain_print import restore_print


class Replacing:
    """As PyFlink does it in a worker."""

    def __init__(self) -> None:
        self._print = builtins.print

    def print(self, *values: object) -> None:
        self._print("worker:", *values)


@pytest.fixture
def plain() -> Iterator[object]:
    real = builtins.print
    yield real
    builtins.print = real


def test_the_real_print_comes_back(plain: object) -> None:
    builtins.print = Replacing().print  # type: ignore[assignment]

    restore_print()

    assert builtins.print is plain


def test_a_print_that_nobody_replaced_stays(plain: object) -> None:
    restore_print()

    assert builtins.print is plain
