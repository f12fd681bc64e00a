"""What each bar adds to a line that adds up volume."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined
from tradestream.indicators.memory import argument, row
from tradestream.indicators.registry import indicator


@indicator("signed_volume", columns=("close", "volume"), parameters=0, unit="ratio")
def signed_volume(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Flow of the on-balance volume, in lots.

    The volume if the close rose, minus the volume if it fell, 0 if it did neither
    or on the first bar.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        volumes = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[0] = 0.0
        for t in range(1, bars):
            out[t] = volumes[t] * np.sign(closes[t] - closes[t - 1])


@indicator(
    "accumulation_flow",
    columns=("high", "low", "close", "volume"),
    parameters=0,
    unit="ratio",
)
def accumulation_flow(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Flow of the accumulation and distribution line, in lots.

    volume · ((close − low) − (high − close)) / (high − low); 0 if high = low.
    """
    for k in range(lanes):
        write_accumulation(
            row(argument(inputs, 0, k), bars),
            row(argument(inputs, 1, k), bars),
            row(argument(inputs, 2, k), bars),
            row(argument(inputs, 3, k), bars),
            row(argument(outputs, 0, k), bars),
        )


@inlined
def write_accumulation(
    highs: Floats, lows: Floats, closes: Floats, volumes: Floats, out: Floats
) -> None:
    """Write the flow of the accumulation and distribution line."""
    for t in range(out.shape[0]):
        span = highs[t] - lows[t]
        place = (closes[t] - lows[t]) - (highs[t] - closes[t])
        out[t] = volumes[t] * place / (span if span > 0.0 else 1.0)


@indicator("price_volume_flow", columns=("close", "volume"), parameters=0, unit="ratio")
def price_volume_flow(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Flow of the price-volume trend, in lots.

    volume · (close − previous close) / previous close; 0 on the first bar.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        volumes = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[0] = 0.0
        for t in range(1, bars):
            move = volumes[t] * (closes[t] - closes[t - 1])
            out[t] = move / closes[t - 1] if closes[t - 1] > 0.0 else 0.0


@indicator("traded_move", columns=("close", "volume"), parameters=0, unit="ratio")
def traded_move(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """(close − previous close) · volume, in ticks · lots; the first bar has none."""
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        volumes = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[0] = np.nan
        for t in range(1, bars):
            out[t] = (closes[t] - closes[t - 1]) * volumes[t]


@indicator(
    "volume_force",
    columns=("high", "low", "close", "volume"),
    parameters=0,
    unit="ratio",
)
def volume_force(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Klinger's volume force, in lots; the first bar has none.

    trend · volume · |2 · range / leg − 1|, with range = high − low. The trend is
    1 once high + low + close rose from one bar to the next, −1 once it fell, kept
    while it is equal, and 0 before it first moved. The leg is the sum of the ranges
    since the trend last changed, from 0 as well, the bar before that change included;
    before any change since the second bar. 0 if the leg is 0.
    """
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        closes = row(argument(inputs, 2, k), bars)
        volumes = row(argument(inputs, 3, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[0] = np.nan
        trend, leg = 0.0, 0.0
        for t in range(1, bars):
            span = highs[t] - lows[t]
            before = highs[t - 1] + lows[t - 1] + closes[t - 1]
            turned = np.sign(highs[t] + lows[t] + closes[t] - before)
            if turned != 0.0 and turned != trend:
                trend = turned
                leg = highs[t - 1] - lows[t - 1]
            leg += span
            share = abs(2.0 * span / leg - 1.0) if leg > 0.0 else 0.0
            out[t] = trend * volumes[t] * share
