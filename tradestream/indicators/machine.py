"""Types and operators that Numba lacks: eight float64 in one register.

A recurrence such as an average cannot be vectorized over time, but it runs for
eight parameter sets in lockstep. LLVM lowers the vectors to whatever registers
the processor has (AVX-512, AVX2, NEON).
"""

import inspect
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import float64, types
from numba.core import cgutils
from numba.core.typing import signature
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model

from tradestream.indicators import compiled as _compiled  # noqa: F401 - cache folder

LANES = 8
DOUBLE, INT64, INT32, BIT = (
    ir.DoubleType(),
    ir.IntType(64),
    ir.IntType(32),
    ir.IntType(1),
)
DOUBLES, INT64S, BITS = (ir.VectorType(t, LANES) for t in (DOUBLE, INT64, BIT))


def _vector_type(name: str, llvm: Any) -> Any:
    """Return a Numba type that is held as the LLVM type `llvm`."""

    class VectorType(types.Type):  # type: ignore[misc]
        """A value that lives in one vector register."""

    class VectorModel(models.PrimitiveModel):  # type: ignore[misc]
        """Says how the value is stored."""

        def __init__(self, manager: Any, kind: Any) -> None:
            super().__init__(manager, kind, llvm)

    VectorType.__name__ = VectorType.__qualname__ = name
    register_model(VectorType)(VectorModel)
    return VectorType(name=name)


doubles8 = _vector_type("Doubles8", DOUBLES)
bits8 = _vector_type("Bits8", BITS)
addresses8 = _vector_type("Addresses8", INT64S)


def machine_function(
    name: str, arguments: tuple[Any, ...], result: Any, emit: Callable[..., Any]
) -> Any:
    """Return a function for kernels whose body is LLVM code.

    Args:
        name: Its name, for error messages.
        arguments: Numba types of the arguments; others are converted.
        result: Numba type of the result, `types.void` for none.
        emit: Writes the code: `emit(context, builder, *values) -> value`.
    """

    def typer(_context: Any, *_arguments: Any) -> Any:
        def lower(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            return emit(context, builder, *values)

        return signature(result, *arguments), lower

    typer.__name__ = typer.__qualname__ = name
    names = ("context", *(f"x{i}" for i in range(len(arguments))))
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD  # Numba knows no *arguments here
    places = [inspect.Parameter(n, kind) for n in names]
    typer.__signature__ = inspect.Signature(places)  # type: ignore[attr-defined]
    return intrinsic(typer)


def spread(builder: Any, value: Any, vector: Any) -> Any:
    """Return a vector that holds `value` in each place."""
    one = builder.insert_element(
        ir.Constant(vector, ir.Undefined), value, ir.Constant(INT32, 0)
    )
    zeros = ir.Constant(ir.VectorType(INT32, vector.count), [0] * vector.count)
    return builder.shuffle_vector(one, one, zeros)


def pointer(builder: Any, address: Any, kind: Any) -> Any:
    """Return an address as a pointer to `kind`."""
    return builder.inttoptr(address, kind.as_pointer())


def offset(builder: Any, address: Any, index: Any) -> Any:
    """Return the address of the 8-byte value number `index` from `address`."""
    return builder.add(address, builder.shl(index, ir.Constant(INT64, 3)))


def fused(kind: Any) -> Callable[..., Any]:
    """Return code for a·b + c, rounded once."""
    suffix = "v8f64" if kind is DOUBLES else "f64"

    def emit(_context: Any, builder: Any, a: Any, b: Any, c: Any) -> Any:
        declared = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fma.{suffix}"
        )
        return builder.call(declared, [a, b, c])

    return emit


def _operator(function: Any, emit: Callable[..., Any], result: Any) -> None:
    """Teach Numba an operator between vectors, and between vectors and numbers."""

    @infer_global(function)
    class _Cases(ConcreteTemplate):  # type: ignore[misc]
        """Signatures of the operator."""

        cases = (
            signature(result, doubles8, doubles8),
            signature(result, doubles8, float64),
            signature(result, float64, doubles8),
        )

    def lower(_context: Any, builder: Any, typed: Any, values: Any) -> Any:
        lifted = [
            value if kind is doubles8 else spread(builder, value, DOUBLES)
            for kind, value in zip(typed.args, values, strict=True)
        ]
        return emit(builder, *lifted)

    vector = type(doubles8)
    for kinds in ((vector, vector), (vector, types.Float), (types.Float, vector)):
        lower_builtin(function, *kinds)(lower)


_operator(operator.add, lambda b, x, y: b.fadd(x, y), doubles8)
_operator(operator.sub, lambda b, x, y: b.fsub(x, y), doubles8)
_operator(operator.mul, lambda b, x, y: b.fmul(x, y), doubles8)
_operator(operator.truediv, lambda b, x, y: b.fdiv(x, y), doubles8)
_operator(operator.gt, lambda b, x, y: b.fcmp_ordered(">", x, y), bits8)
_operator(operator.le, lambda b, x, y: b.fcmp_ordered("<=", x, y), bits8)
