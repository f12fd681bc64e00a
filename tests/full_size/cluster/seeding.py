"""Strategies with a proved edge, as weeks of the gate would leave them.

On two days of a simulated market nothing can be proved, and nothing should be; so
that there is something to trade, the proof is written by hand.
"""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from tradestream.strategies.identity import canonical_parameters, strategy_id

_NAME = "SMA_EMA_CROSSOVER"
# Averages this short cross every few minutes.
_PARAMETERS = ({"smaPeriod": 5, "emaPeriod": 7}, {"smaPeriod": 6, "emaPeriod": 9})
_HOURS = 24


def seed_validated(
    connection: Connection, symbols: Sequence[str], now: datetime
) -> list[str]:
    """Write validated strategies of each symbol; return their ids."""
    start = (now - timedelta(hours=_HOURS)).replace(minute=0, second=0, microsecond=0)
    draw = random.Random(1)
    identities = []
    with connection, connection.cursor() as cursor:
        for symbol in symbols:
            for parameters in _PARAMETERS:
                identity = strategy_id(_NAME, parameters, symbol, "1m")
                identities.append(identity)
                for table, row in _rows(identity, symbol, parameters, start, draw):
                    columns = ", ".join(row)
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(
                        f"INSERT INTO {table} ({columns}) VALUES ({places})",
                        list(row.values()),
                    )
    return identities


def _rows(
    identity: str,
    symbol: str,
    parameters: Mapping[str, int],
    start: datetime,
    draw: random.Random,
) -> list[tuple[str, dict[str, Any]]]:
    evaluation = hashlib.sha256(f"evaluation {identity}".encode()).hexdigest()
    end = start + timedelta(hours=_HOURS)
    strategy = {
        "strategy_id": identity,
        "strategy_name": _NAME,
        "symbol": symbol,
        "interval": "1m",
        "parameters": canonical_parameters(parameters),
        "status": "validated",
        "status_reason": "passed exam 1 with t 6.31, needed 4.58",
        "status_changed_at": end,
        "best_evaluation_id": evaluation,
        "latest_evaluation_id": evaluation,
        "created_at": start,
    }
    evaluated = {
        "evaluation_id": evaluation,
        "strategy_id": identity,
        "request_id": "seeded",
        "symbol": symbol,
        "window_start_at": start,
        "window_end_at": end,
        "anchor_at": start,
        "price_tick": 0.01,
        "volume_lot": 1e-8,
        "bars": _HOURS * 60,
        "missing_bars": 0,
        "score": 0.05,
        "plateau": 0.7,
        "metrics": json.dumps(
            {
                "trades": 42,
                "exposure": 0.5,
                "adverse_excursion_p95": 0.01,
                "break_even_fee_bps": 31.5,
            }
        ),
        "first_hour_at": start,
        "hourly_strategy": [draw.gauss(0, 0.001) for _ in range(_HOURS)],
        "hourly_market": [0.0] * _HOURS,
        "fee_bps": 10.0,
        "slippage_bps": 2.0,
        "seed": 1,
        "code_version": "seeded",
        "data_fingerprint": "seeded",
        "created_at": end,
    }
    score = {
        "strategy_id": identity,
        "symbol": symbol,
        "score": 0.8,
        "performance": 0.8,
        "frequency": 0.8,
        "recency": 0.9,
        "explanation": json.dumps({}),
        "scored_at": end,
    }
    return [
        ("strategies", strategy),
        ("evaluations", evaluated),
        ("strategy_scores", score),
    ]
