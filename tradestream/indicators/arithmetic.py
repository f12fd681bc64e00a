"""Rows made of other rows, bar by bar."""

import numpy as np

from tradestream.indicators.memory import argument, row
from tradestream.indicators.registry import indicator


@indicator("minus", rows=2, parameters=0, unit="input")
def minus(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Difference of two rows."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = a[t] - b[t]


@indicator("percent_apart", rows=2, parameters=0, unit="ratio")
def percent_apart(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Distance of a first row from a second one, 100 · (first − second) / second."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = (a[t] - b[t]) * 100.0 / b[t]


@indicator("mean_of_three", rows=3, parameters=0, unit="input")
def mean_of_three(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Mean of three rows, (first + second + third) / 3."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        c = row(argument(inputs, 2, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = (a[t] + b[t] + c[t]) / 3.0


@indicator("kst", rows=4, parameters=0, unit="input")
def kst(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Pring's "know sure thing": first + 2 · second + 3 · third + 4 · fourth row."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        c = row(argument(inputs, 2, k), bars)
        d = row(argument(inputs, 3, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = a[t] + 2.0 * b[t] + 3.0 * c[t] + 4.0 * d[t]


@indicator("weighted_four", rows=1, parameters=0, unit="input")
def weighted_four(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Symmetric average of the last four values, (x + 2·x[1] + 2·x[2] + x[3]) / 6."""
    for k in range(lanes):
        x = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[: min(3, bars)] = np.nan
        for t in range(3, bars):
            out[t] = (x[t] + 2.0 * (x[t - 1] + x[t - 2]) + x[t - 3]) / 6.0
