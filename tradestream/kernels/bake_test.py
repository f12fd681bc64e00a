from types import SimpleNamespace
from typing import Any

import pytest
from numba import types
from numba.core.registry import cpu_target

from tradestream.kernels import bake, kernels_fake
from tradestream.kernels.errors import MachineCodeError

PLAIN = SimpleNamespace(consts=[])
CONSTANT = SimpleNamespace(consts=[print])
HERE = cpu_target.target_context.codegen().magic_tuple()
NUMBER = types.int64


class CacheFake:
    """Holds code for some signatures, as Numba keeps it."""

    signatures: tuple[Any, ...] = ((NUMBER,),)
    environment: Any = PLAIN
    prepared: tuple[Any, ...] = ()
    further: tuple[Any, ...] = (PLAIN,)

    def __init__(self, function: object) -> None:
        del function
        self._cache_file = self

    def _load_index(self) -> dict[Any, str]:
        return {(one, HERE, i): "file" for i, one in enumerate(self.signatures)}

    def _load_data(self, file: str) -> tuple[Any, ...]:
        assert file == "file"
        code = ("name", "object", (b"no code", b""))
        description = SimpleNamespace(llvm_cpython_wrapper_name="start")
        known = (None, False, (), "", self.prepared, self.further)
        return (code, description, self.environment, *known)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> type[CacheFake]:
    class Held(CacheFake):
        """One for each test."""

    monkeypatch.setattr(bake, "FunctionCache", Held)
    monkeypatch.setattr(bake, "_functions", lambda: [kernels_fake.fill])
    monkeypatch.setattr(bake, "INDICATORS", {})
    return Held


def test_what_is_no_object_code_is_found_out(cache: type[CacheFake]) -> None:
    cache.signatures = ((),)

    with pytest.raises(MachineCodeError, match="object file of 64 bits is required"):
        bake.collect()


def test_a_function_that_two_signatures_would_answer_to_is_refused(
    cache: type[CacheFake],
) -> None:
    cache.signatures = ((NUMBER,), (NUMBER,))

    with pytest.raises(MachineCodeError, match=r"one function for each kind .* fill"):
        bake.collect()


@pytest.mark.parametrize(
    "signature",
    [(types.Omitted(1),), (types.literal(1),), (types.boolean,), (types.float32,)],
)
def test_what_python_never_calls_is_left_out(
    cache: type[CacheFake], signature: Any
) -> None:
    cache.signatures = (signature,)

    assert set(map(len, bake.collect().values())) == {0}


@pytest.mark.parametrize(
    ("name", "value"),
    [("environment", CONSTANT), ("further", (PLAIN, CONSTANT)), ("prepared", (print,))],
)
def test_code_with_objects_of_python_is_refused(
    cache: type[CacheFake], name: str, value: Any
) -> None:
    setattr(cache, name, value)

    with pytest.raises(MachineCodeError, match=r"without objects .* fill has .*print"):
        bake.collect()
