"""Who a strategy is: a hash of what it does and where.

Pure. The same type, parameters, symbol, and interval give the same id in every
room, language, and year.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from tradestream.strategies.declaration import Value

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


def canonical_parameters(parameters: Mapping[str, Value]) -> str:
    """Return `parameters` as JSON with sorted names and no spaces.

    Floats are written as their shortest decimal, so 2.50 is `2.5`; a whole
    float keeps its point (`2.0`) and so its type.

    Raises:
        ValueError: If a value is not finite.
    """
    return _encode(dict(parameters))


def strategy_id(
    strategy_name: str, parameters: Mapping[str, Value], symbol: str, interval: str
) -> str:
    """Return the id of a strategy on a market, 64 hexadecimal digits.

    Args:
        strategy_name: Type, e.g. `SMA_RSI`.
        parameters: Typed values by name, in any order.
        symbol: Trading pair, e.g. `BTC-USD`.
        interval: Label of the bars, e.g. `1m`.
    """
    canonical = canonical_parameters(parameters)
    return canonical_id(strategy_name, canonical, symbol, interval)


def canonical_id(
    strategy_name: str, parameters: str, symbol: str, interval: str
) -> str:
    """Return `strategy_id` of parameters that are canonical JSON already."""
    before, after = _frame(strategy_name, symbol, interval)
    return hashlib.sha256(f"{before}{parameters}{after}".encode()).hexdigest()


@lru_cache(maxsize=4096)
def _frame(strategy_name: str, symbol: str, interval: str) -> tuple[str, str]:
    """Return the canonical JSON before and after the parameters."""
    return (
        f'{{"interval":{json.dumps(interval)},"parameters":',
        f',"strategy_name":{json.dumps(strategy_name)},"symbol":{json.dumps(symbol)}}}',
    )
