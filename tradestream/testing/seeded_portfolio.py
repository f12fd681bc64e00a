"""A small made-up portfolio in real tables, for tests of the page.

Four markets: one with a proven edge, one on probation, one where nothing could be
proven, one of which only bars are known. Everything is drawn from a fixed seed.
"""

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg2.extensions import connection as Connection

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import canonical_parameters, strategy_id
from tradestream.testing.seeded_candles import (
    LOT,
    NOW,
    PROBATION,
    PROVEN,
    TICK,
    UNPROVEN,
)


def seed_records(
    connection: Connection, *, days: int = 3, now: datetime = NOW
) -> dict[str, str]:
    """Write strategies, proof, positions, and signals; return their ids by name."""
    with connection, connection.cursor() as cursor:
        seeder = _Seeder(cursor, days=days, now=now)
        first = seeder.strategy(PROVEN, "SMA_EMA_CROSSOVER", "validated", 0.82)
        second = seeder.strategy(PROVEN, "DONCHIAN_BREAKOUT", "validated", 0.64)
        seeder.strategy(PROVEN, "SMA_RSI", "candidate", 0.21)
        claimed = seeder.strategy(PROBATION, "EMA_MACD", "probation", 0.44)
        refused = seeder.strategy(PROBATION, "SMA_RSI", "refused", None)
        seeder.strategy(UNPROVEN, "BBAND_W_R", "candidate", 0.18)
        for symbol, best, line, passed in (
            (PROVEN, 6.31, 4.58, (first, second)),
            (PROBATION, 3.12, 4.41, ()),
            (UNPROVEN, 2.05, None, ()),
        ):
            seeder.exam(symbol, best, line, passed)
        seeder.claim(PROBATION, 2, claimed, 14.2, "open", None)
        seeder.claim(PROBATION, 1, refused, 0.008, "closed", "evidence fell below 0.01")
        seeder.position(
            first, PROVEN, "SMA_EMA_CROSSOVER", Decimal("10000.00"), "symbol"
        )
        for minutes, action in ((15, "EXIT"), (95, "ENTER"), (300, "EXIT")):
            seeder.signal(first, PROVEN, minutes, action)
    return {"first": first, "second": second, "claimed": claimed, "refused": refused}


class _Seeder:
    """Inserts rows that belong together."""

    def __init__(self, cursor: Any, *, days: int, now: datetime) -> None:
        self._cursor = cursor
        self._now = now
        self._start = now - timedelta(days=days)
        self._days = days

    def strategy(self, symbol: str, name: str, status: str, score: float | None) -> str:
        parameters = CATALOGUE[name].defaults()
        identity = strategy_id(name, parameters, symbol, "1m")
        evaluation = self.evaluation_id(identity)
        self._insert(
            "strategies",
            strategy_id=identity,
            strategy_name=name,
            symbol=symbol,
            interval="1m",
            parameters=canonical_parameters(parameters),
            status=status,
            status_reason=_REASONS[status],
            status_changed_at=self._now - timedelta(hours=1),
            best_evaluation_id=evaluation,
            latest_evaluation_id=evaluation,
            created_at=self._start,
        )
        self._evaluation(identity, evaluation, symbol)
        self._insert(
            "status_changes",
            strategy_id=identity,
            changed_at=self._now - timedelta(hours=1),
            from_status="candidate",
            to_status=status,
            door="A" if status == "validated" else None,
            evidence=json.dumps(
                {"door": "A", "k": 1, "t": 6.31, "critical": 4.58}
                if status == "validated"
                else {}
            ),
            reason=_REASONS[status],
        )
        if score is not None:
            self._insert(
                "strategy_scores",
                strategy_id=identity,
                symbol=symbol,
                score=score,
                performance=min(score * 1.1, 1.0),
                frequency=score * 0.8,
                recency=0.9,
                explanation=json.dumps({}),
                scored_at=self._now,
            )
        return identity

    @staticmethod
    def evaluation_id(identity: str) -> str:
        return hashlib.sha256(f"evaluation {identity}".encode()).hexdigest()

    def _evaluation(self, identity: str, evaluation: str, symbol: str) -> None:
        hours = self._days * 24
        self._insert(
            "evaluations",
            evaluation_id=evaluation,
            strategy_id=identity,
            request_id="seeded",
            symbol=symbol,
            window_start_at=self._start,
            window_end_at=self._now,
            anchor_at=self._start,
            price_tick=TICK,
            volume_lot=LOT,
            bars=self._days * 1440,
            missing_bars=0,
            score=0.05,
            plateau=0.7,
            metrics=json.dumps(
                {
                    "trades": 42,
                    "total_return": 0.0731,
                    "max_drawdown": 0.0214,
                    "sharpe": 8.1,
                    "excess_sharpe": 9.4,
                    "profit_factor": None,
                }
            ),
            first_hour_at=self._start.replace(minute=0),
            hourly_strategy=[0.0] * hours,
            hourly_market=[0.0] * hours,
            fee_bps=10.0,
            slippage_bps=2.0,
            seed=1,
            code_version="seeded",
            data_fingerprint="seeded",
            created_at=self._now,
        )

    def exam(
        self, symbol: str, best: float, line: float | None, passed: tuple[str, ...]
    ) -> None:
        request = hashlib.sha256(f"exam {symbol}".encode()).hexdigest()
        self._insert(
            "exams",
            request_id=request,
            symbol=symbol,
            interval="1m",
            exam_number=1,
            window_start_at=self._start,
            window_end_at=self._now - timedelta(hours=1),
            design_hash="seeded",
            alpha=0.0076,
            seed=1,
            requested_at=self._now - timedelta(minutes=50),
            answered_at=self._now - timedelta(minutes=45),
            genomes=2000,
            eligible=1480,
            resamples=2632 if line else 210,
            critical_value=line,
            best_t=best,
            settled_at=self._now - timedelta(minutes=40),
        )
        self._insert(
            "trials",
            request_id=f"search {symbol}",
            symbol=symbol,
            interval="1m",
            strategy_name="SMA_RSI",
            window_start_at=self._start,
            window_end_at=self._now,
            trials=51_200,
            trials_with_trades=48_000,
            sharpe_sum=1.0,
            sharpe_square_sum=1.0,
            certificate="genetic",
            results=5,
            code_version="seeded",
            data_fingerprint="seeded",
            created_at=self._now,
        )
        for identity in passed:
            self._insert(
                "exam_passes",
                request_id=request,
                strategy_id=identity,
                evaluation_id=self.evaluation_id(identity),
                t=best,
            )

    def claim(
        self,
        symbol: str,
        number: int,
        identity: str,
        evidence: float,
        state: str,
        closed_reason: str | None,
    ) -> None:
        whole_hour = self._now.replace(minute=0)
        self._insert(
            "claims",
            symbol=symbol,
            claim_number=number,
            strategy_id=identity,
            anchor_at=self._start,
            price_tick=TICK,
            volume_lot=LOT,
            born_at=whole_hour - timedelta(days=1),
            exposure=0.4,
            deviation=0.001,
            training_t=2.8,
            training_fingerprint="seeded",
            trained_until=whole_hour - timedelta(days=1),
            fee_bps=10.0,
            slippage_bps=2.0,
            code_version="seeded",
            folded_until=whole_hour,
            capitals=[evidence / 4] * 4,
            evidence=evidence,
            trips=9,
            raw_return=0.013,
            state=state,
            closed_at=self._now if state == "closed" else None,
            closed_reason=closed_reason,
        )

    def position(
        self, identity: str, symbol: str, name: str, size: Decimal, limit: str
    ) -> None:
        shared = {
            "strategy_id": identity,
            "symbol": symbol,
            "interval": "1m",
            "strategy_name": name,
            "parameters": canonical_parameters(CATALOGUE[name].defaults()),
            "anchor_at": self._start,
            "price_tick": TICK,
            "volume_lot": LOT,
            "as_of": self._now,
        }
        self._insert(
            "approved_strategies",
            **shared,
            evaluation_id=self.evaluation_id(identity),
            score=0.82,
            rank=1,
            reason="best score of the symbol",
        )
        self._insert(
            "sized_positions",
            **shared,
            size=size,
            risk_distance=Decimal("0.02140000"),
            break_even_fee_bps=31.5,
            binding_limit=limit,
        )

    def signal(self, identity: str, symbol: str, minutes: int, action: str) -> None:
        at = self._now - timedelta(minutes=minutes)
        self._insert(
            "trade_signals",
            signal_id=hashlib.sha256(f"{identity}{at}{action}".encode()).hexdigest(),
            strategy_id=identity,
            symbol=symbol,
            interval="1m",
            bar_open_at=at,
            action=action,
            reference_price=Decimal("101.25"),
            size=Decimal("10000.00"),
            risk_distance=Decimal("0.02140000"),
            break_even_fee_bps=31.5,
            emitted_at=at + timedelta(seconds=61),
            expires_at=at + timedelta(minutes=3),
            replayed=minutes > 60,
        )

    def _insert(self, table: str, **values: Any) -> None:
        columns = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        self._cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({places})",
            list(values.values()),
        )


_REASONS = {
    "validated": "passed exam 1 with t 6.31, needed 4.58",
    "probation": "not yet provable: needs about 41 more days, "
    "if its excess Sharpe ratio of 9.4 is real; claim 2 is at e 14.2 of 263",
    "candidate": "not yet provable: needs about 96 more days, "
    "if its excess Sharpe ratio of 6.2 is real",
    "refused": "claim 1 closed: evidence fell below 0.01",
}
