"""Averages of averages."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.averages import smooth
from tradestream.indicators.compiled import kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, keep, row, set_int
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import TILE


@indicator("dema", rows=1, unit="input")
def dema(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Double exponential average, 2·E − EE: E = ema(row, n), EE = ema(E, n).

    Warm when EE is, which starts from the mean of the first n values of E.
    """
    width = (bars + TILE - 1) & ~(TILE - 1)
    first, second = np.empty((LANES, width)), np.empty((LANES, width))
    _average(bars, inputs, first, second, parameters)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        one, two = first[k], second[k]
        for t in range(bars):
            out[t] = 2.0 * one[t] - two[t]


@indicator("tema", rows=1, unit="input")
def tema(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Triple exponential average, 3·E − 3·EE + EEE, all of n.

    E = ema(row, n), EE = ema(E, n), EEE = ema(EE, n); warm when EEE is, and each
    starts from the mean of the first n values of the one inside it.
    """
    width = (bars + TILE - 1) & ~(TILE - 1)
    first, second = np.empty((LANES, width)), np.empty((LANES, width))
    third = np.empty((LANES, width))
    _average(bars, inputs, first, second, parameters)
    _once_more(bars, second, third, parameters)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        one, two, three = first[k], second[k], third[k]
        for t in range(bars):
            out[t] = 3.0 * (one[t] - two[t]) + three[t]


@indicator("trix", rows=1, unit="ratio")
def trix(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Change of a triple smoothed row from bar to bar in percent.

    100 · (T − T[1]) / T[1], with T = ema(ema(ema(row, n), n), n); each average
    starts from the mean of the first n values of the one inside it.
    """
    width = (bars + TILE - 1) & ~(TILE - 1)
    first, second = np.empty((LANES, width)), np.empty((LANES, width))
    _average(bars, inputs, first, second, parameters)
    _once_more(bars, second, first, parameters)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        smoothed = first[k]
        out[: min(1, bars)] = np.nan
        for t in range(1, bars):
            before = smoothed[t - 1]
            out[t] = (smoothed[t] - before) * 100.0 / before


@kernel
def _average(
    bars: int, inputs: int, first: Floats, second: Floats, parameters: int
) -> None:
    """Write the average of the inputs into `first`, and its own into `second`."""
    target = np.empty(LANES)
    _address(first, target)
    smooth(bars, inputs, parameters, target.ctypes.data, False)
    keep(target)
    _once_more(bars, first, second, parameters)


@kernel
def _once_more(bars: int, source: Floats, target: Floats, parameters: int) -> None:
    """Write the average of eight rows into eight others."""
    reads, writes = np.empty(LANES), np.empty(LANES)
    _address(source, reads)
    _address(target, writes)
    smooth(bars, reads.ctypes.data, parameters, writes.ctypes.data, False)
    keep(reads)
    keep(writes)


@kernel
def _address(rows: Floats, addresses: Floats) -> None:
    """Write where each of eight rows is, shape (8, width), into `addresses`."""
    for k in range(LANES):
        set_int(addresses.ctypes.data, k, rows.ctypes.data + 8 * k * rows.shape[1])
