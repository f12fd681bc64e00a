"""How a program is laid out in arrays: what number stands where.

Kernels read these by address, so that no strategy needs code of its own.
"""

from typing import Any, NamedTuple

PADDING = 64
"""Bars of NaN before every row: a lag is a shifted address."""

MAX_INPUTS = 7
MAX_PARAMETERS = 4
MAX_KEYS = 6

# A row as whole numbers.
FUNCTION = 0  # number of its indicator; -1 for a column
PLACE = 1  # column, or first entry in the table of shared rows
PRIVATE = 2  # number among the rows built for each genome; -1 if shared
PARAMETERS = 3  # how many it has
KEYS = 4  # how many numbers pick the shared row
INPUTS = 5  # nodes of its inputs, -1 after the last
PARAMETER_GENES = INPUTS + MAX_INPUTS
KEY_GENES = PARAMETER_GENES + MAX_PARAMETERS
KEY_WEIGHTS = KEY_GENES + MAX_KEYS
NARROW = KEY_WEIGHTS + MAX_KEYS  # whether it is kept as 16-bit numbers too
ROW_INTS = NARROW + 1

# A row as floats.
PARAMETER_SCALARS = 0  # constant and factor of each parameter
KEY_SCALARS = PARAMETER_SCALARS + 2 * MAX_PARAMETERS
KEY_LOWS = KEY_SCALARS + 2 * MAX_KEYS
ROW_FLOATS = KEY_LOWS + MAX_KEYS

# Codes of mask operations; `masks` says what each does.
GT, GT_LEVEL, LT_LEVEL, CROSS, CROSS_LEVEL, SIDES, WARM, WARM_FROM = range(8)
AND, OR, EDGE, WITHIN = range(8, 12)

# An operation: code, up, down, and up to four operands.
OPERATION_INTS = 8


class Program(NamedTuple):
    """One strategy type, ready to run.

    Attributes:
        row_ints: int64 (rows, ROW_INTS).
        row_floats: float64 (rows, ROW_FLOATS).
        private: How many rows are built for each genome.
        shared: How many rows come from the shared table.
        operations: int64 (operations, OPERATION_INTS).
        epsilons: float64 (operations,), the smallest difference that counts.
        scalars: float64 (scalars, 2), constant and factor.
        scalar_genes: int64 (scalars,), -1 for none.
        enter: Mask that says when to enter.
        exit: Mask that says when to exit.
    """

    row_ints: Any
    row_floats: Any
    private: int
    shared: int
    operations: Any
    epsilons: Any
    scalars: Any
    scalar_genes: Any
    enter: int
    exit: int
