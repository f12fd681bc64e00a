"""Markets that engine and plain loops are compared on.

Random walks; walks of few ticks with flat minutes, empty volume, and holes, where
ties live; bounces between a few prices, where almost everything is a tie; prices of
up to 5e12 ticks, where floats end; and windows all over the recorded bars.
"""

from collections.abc import Callable
from random import Random

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.testing.markets import (
    bouncing_market,
    quiet_market,
    random_walk,
    recorded,
)

Market = tuple[CandleSeries, Costs]

_MINUTES, _FIVE_MINUTES = 20_160, 5_700
_WINDOW = (350, 600)
_LONG_WINDOW = (1500, 5600)


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


def _bounce(source: Random) -> Market:
    bars, seed = _bars(source), source.getrandbits(32)
    prices, lowest = source.choice([2, 3, 6]), source.choice([0.05, 1.0, 700.0])
    market = bouncing_market(bars, seed=seed, prices=prices, lowest=lowest)
    return market, _costs(source)


def _fine(source: Random) -> Market:
    price = source.choice([1e7, 1e9, 5e10, 5e10])
    walk = random_walk(_bars(source), seed=source.getrandbits(32), price=price)
    return walk, _costs(source)


def _long(source: Random) -> Market:
    bars = source.randint(*_LONG_WINDOW)
    first = source.randrange(_MINUTES - bars)
    return recorded("BTC-USD_1m", first, first + bars), _costs(source)


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
    "bounces of few ticks": _bounce,
    "prices of 1e9 to 5e12 ticks": _fine,
    "BTC-USD 1m, long": _long,
}
"""Each makes a market from a source of random numbers."""
