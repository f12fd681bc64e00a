"""Who a strategy is: a hash of what it does and where.

Pure. The same type, parameters, symbol, and interval give the same id in every
room, language, and year.
"""

import hashlib
import json
from collections.abc import Mapping

from tradestream.strategies.declaration import Value


def canonical_parameters(parameters: Mapping[str, Value]) -> str:
    """Return `parameters` as JSON with sorted names and no spaces.

    Floats are written as their shortest decimal, so 2.50 is `2.5`; a whole
    float keeps its point (`2.0`) and so its type.

    Raises:
        ValueError: If a value is not finite.
    """
    return json.dumps(
        dict(parameters), sort_keys=True, separators=(",", ":"), allow_nan=False
    )


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
    canonical = (
        f'{{"interval":{json.dumps(interval)},'
        f'"parameters":{canonical_parameters(parameters)},'
        f'"strategy_name":{json.dumps(strategy_name)},'
        f'"symbol":{json.dumps(symbol)}}}'
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
