"""A recorded market: its days, and what a bootstrap draws from."""

import csv
import gzip
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from services.exchange_simulator.days import DAY_SECONDS, DayBars
from tradestream.candles import Floats, Seconds

FOLDER = Path(__file__).with_name("recordings")


@dataclass(frozen=True, slots=True)
class Recording:
    """Bars of whole UTC days, hours before the first and after the last left empty.

    A venue has no bar of a minute without a trade, so bars of volume 0, which
    some files fill such minutes with, are left out.

    Attributes:
        days: The recorded days; a slot that was not recorded did not trade.
        returns: Shape (bars,), log return from the bar before to this close.
        above: Shape (bars,), log distance from the body's top up to the high.
        below: Shape (bars,), log distance from the body's bottom down to the low.
        volumes: Shape (bars,), base currency.
        last_close: Close of the last recorded bar.
    """

    days: tuple[DayBars, ...]
    returns: Floats
    above: Floats
    below: Floats
    volumes: Floats
    last_close: float


def read_recording(name: str, interval_seconds: int) -> Recording:
    """Return a recording of the folder beside this module.

    Args:
        name: File name, a gzipped CSV with columns open_time, open, high, low,
            close, volume.
        interval_seconds: Length of its bars.
    """
    with gzip.open(FOLDER / name, "rt", encoding="ascii", newline="") as file:
        rows = list(csv.reader(file))[1:]
    times = np.array([_epoch(row[0]) for row in rows], np.int64)
    numbers = np.array([row[1:] for row in rows], np.float64)
    prices, volumes = numbers[:, :4], numbers[:, 4]
    bodies = np.stack([prices[:-1, 3], prices[1:, 3]])
    return Recording(
        days=_days(times, prices, volumes, interval_seconds),
        returns=np.diff(np.log(prices[:, 3])),
        above=np.log(np.maximum(prices[1:, 1] / bodies.max(axis=0), 1.0)),
        below=np.log(np.maximum(bodies.min(axis=0) / prices[1:, 2], 1.0)),
        volumes=volumes[1:],
        last_close=float(prices[-1, 3]),
    )


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _days(
    times: Seconds, prices: Floats, volumes: Floats, interval_seconds: int
) -> tuple[DayBars, ...]:
    first_day = int(times[0]) // DAY_SECONDS
    count = int(times[-1]) // DAY_SECONDS - first_day + 1
    per_day = DAY_SECONDS // interval_seconds
    slots = (times - first_day * DAY_SECONDS) // interval_seconds
    all_prices = np.ones((count * per_day, 4))
    all_volumes = np.zeros(count * per_day)
    traded = np.zeros(count * per_day, np.bool_)
    all_prices[slots], all_volumes[slots], traded[slots] = prices, volumes, volumes > 0
    return tuple(
        DayBars(all_prices[day], all_volumes[day], traded[day])
        for day in (
            slice(at, at + per_day) for at in range(0, count * per_day, per_day)
        )
    )
