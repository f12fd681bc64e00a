"""The course of a bar: the four trades that it is made of, and when they happen.

Trades and the bar that is still open are both told from it, so they agree at
every moment. Together the four open, reach high and low, close, and add up to
the volume.
"""

OFFSETS = (0.0, 0.3, 0.6, 0.95)
"""When the trades of a bar happen, as shares of its time."""

Prices = tuple[float, float, float, float]


def prices_of(opened: float, high: float, low: float, closed: float) -> Prices:
    """Return the prices of a bar's four trades: a rising bar dips first."""
    if closed >= opened:
        return opened, low, high, closed
    return opened, high, low, closed


def sizes_of(volume: float, decimals: int) -> Prices:
    """Return the sizes of a bar's four trades, in lots of so many decimals."""
    part = round(volume / len(OFFSETS), decimals)
    return part, part, part, round(volume - 3 * part, decimals)


def happened(passed: float) -> int:
    """Return how many trades happened when this share of a bar's time has passed."""
    return sum(offset <= passed for offset in OFFSETS)
