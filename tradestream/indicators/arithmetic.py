"""Rows made of other rows, bar by bar."""

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
