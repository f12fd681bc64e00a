"""Markets that engine and plain loops are compared on.

Random walks, walks of few ticks with flat minutes, empty volume, and holes, where
ties live, and windows of recorded bars all over the recordings.
"""

from collections.abc import Callable
from random import Random

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.testing.markets import quiet_market, random_walk, recorded

Market = tuple[CandleSeries, Costs]

_MINUTES, _FIVE_MINUTES = 20_160, 5_700
_WINDOW = (350, 600)


def _walk(source: Random) -> Market:
    interval = source.choice([60, 60, 300, 900])
    price = source.choice([1.0, 20.0, 50_000.0, 50_000.0])
    walk = random_walk(
        _bars(source),
        seed=source.getrandbits(32),
        interval_seconds=interval,
        price=price,
    )
    return walk, _costs(source)


def _quiet(source: Random) -> Market:
    return quiet_market(_bars(source), seed=source.getrandbits(32)), _costs(source)


def _bitcoin(source: Random) -> Market:
    return _recorded("BTC-USD_1m", _MINUTES, source)


def _ada(source: Random) -> Market:
    return _recorded("ADA-BTC_5m", _FIVE_MINUTES, source)


def _recorded(name: str, count: int, source: Random) -> Market:
    bars = _bars(source)
    first = source.randrange(count - bars)
    return recorded(name, first, first + bars), _costs(source)


def _bars(source: Random) -> int:
    return source.randint(*_WINDOW)


def _costs(source: Random) -> Costs:
    return source.choice([Costs(), Costs(), Costs(0, 0), Costs(5, 20)])


MARKETS: dict[str, Callable[[Random], Market]] = {
    "random walk": _walk,
    "flat minutes, no volume, holes": _quiet,
    "BTC-USD 1m": _bitcoin,
    "ADA-BTC 5m, holes": _ada,
}
"""Each makes a market from a source of random numbers."""
