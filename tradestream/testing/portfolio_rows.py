"""Rows of strategies, evidence, and sets, for tests of the portfolio's rooms."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Value
from tradestream.strategies.identity import canonical_parameters, strategy_id

HOURS = 48
METRICS = {"exposure": 0.5, "adverse_excursion_p95": 0.02, "break_even_fee_bps": 31.5}


def small_wave(frequency: float) -> list[float]:
    """Return 48 hourly returns that differ from those of another frequency."""
    return [((frequency * (hour + 1)) ** 2 % 1 - 0.5) / 100 for hour in range(HOURS)]


@dataclass(slots=True)
class PortfolioRows:
    """Inserts rows that belong together; every call commits.

    Attributes:
        connection: Where to.
        now: When everything happened.
        anchor: First bar of every evaluation.
        exams: How many exams were made.
    """

    connection: Connection
    now: datetime
    anchor: datetime = field(init=False)
    exams: int = 0

    def __post_init__(self) -> None:
        self.anchor = self.now - timedelta(days=2)

    def strategy(
        self,
        symbol: str = "BTC-USD",
        name: str = "SMA_EMA_CROSSOVER",
        *,
        parameters: Mapping[str, Value] | None = None,
        status: str = "validated",
        score: float | None = 0.8,
        hourly: Sequence[float] | None = None,
        metrics: Mapping[str, float | None] = METRICS,
        stale: bool = False,
    ) -> str:
        """Insert a strategy with one evaluation and a score; return its id."""
        typed = CATALOGUE[name].check(
            {**CATALOGUE[name].defaults(), **(parameters or {})}
        )
        identity = strategy_id(name, typed, symbol, "1m")
        self.insert(
            "strategies",
            strategy_id=identity, strategy_name=name, symbol=symbol, interval="1m",
            parameters=canonical_parameters(typed), status=status,
            status_reason=f"made {status} by a test", status_changed_at=self.now,
            best_evaluation_id=evaluation_id(identity),
            latest_evaluation_id=evaluation_id(identity), created_at=self.anchor,
        )  # fmt: skip
        self.evaluation(identity, symbol, hourly=hourly, metrics=metrics, stale=stale)
        if score is not None:
            self.insert(
                "strategy_scores",
                strategy_id=identity, symbol=symbol, score=score, performance=score,
                frequency=score, recency=1.0, explanation="{}", scored_at=self.now,
            )  # fmt: skip
        return identity

    def evaluation(
        self,
        identity: str,
        symbol: str,
        *,
        number: int = 0,
        hourly: Sequence[float] | None = None,
        metrics: Mapping[str, float | None] = METRICS,
        stale: bool = False,
        anchor: datetime | None = None,
    ) -> str:
        """Insert another evaluation of a strategy; return its id."""
        evaluation = evaluation_id(identity, number)
        values = small_wave(0.37) if hourly is None else hourly
        self.insert(
            "evaluations",
            evaluation_id=evaluation, strategy_id=identity, request_id="test",
            symbol=symbol, window_start_at=self.anchor, window_end_at=self.now,
            anchor_at=anchor or self.anchor, price_tick=0.01, volume_lot=0.001,
            bars=2880, missing_bars=0, score=0.1, plateau=0.5,
            metrics=json.dumps(dict(metrics)),
            first_hour_at=self.anchor.replace(minute=0, second=0),
            hourly_strategy=list(values), hourly_market=[0.0] * len(values),
            fee_bps=10.0, slippage_bps=2.0, seed=1, code_version="test",
            data_fingerprint="test", stale=stale, created_at=self.now,
        )  # fmt: skip
        return evaluation

    def exam_pass(self, identity: str, symbol: str, evaluation: str) -> None:
        """Insert an exam that a strategy passed with an evaluation."""
        self.exams += 1
        request = f"exam {self.exams}"
        self.insert(
            "exams",
            request_id=request, symbol=symbol, interval="1m", exam_number=self.exams,
            window_start_at=self.anchor, window_end_at=self.now, design_hash="test",
            alpha=0.01, seed=1, requested_at=self.now,
        )  # fmt: skip
        self.insert(
            "exam_passes",
            request_id=request, strategy_id=identity, evaluation_id=evaluation, t=5.0,
        )  # fmt: skip

    def approve(self, identity: str) -> None:
        """Put a strategy into its symbol's approved set."""
        self._copy("approved_strategies", identity, score=0.8, rank=1, reason="test")

    def size(
        self, identity: str, *, size: str = "1000.00", distance: str = "0.02"
    ) -> None:
        """Give a strategy a sized position."""
        self._copy(
            "sized_positions", identity, size=Decimal(size),
            risk_distance=Decimal(distance), break_even_fee_bps=31.5,
            binding_limit="risk",
        )  # fmt: skip

    def execute(self, statement: str, *values: object) -> None:
        """Run a statement and commit."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def insert(self, table: str, **columns: Any) -> None:
        """Insert one row and commit."""
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        )
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(statement, list(columns.values()))

    def _copy(self, table: str, identity: str, **more: Any) -> None:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT symbol, interval, strategy_name, parameters FROM strategies"
                " WHERE strategy_id = %s",
                (identity,),
            )
            row = cursor.fetchone()
        if row is None:
            raise ValueError(f"a stored strategy is required, was {identity}")
        symbol, interval, name, parameters = row
        if table == "approved_strategies":
            more["evaluation_id"] = evaluation_id(identity)
        self.insert(
            table,
            strategy_id=identity, symbol=symbol, interval=interval, strategy_name=name,
            parameters=canonical_parameters(parameters), anchor_at=self.anchor,
            price_tick=0.01, volume_lot=0.001, as_of=self.now, **more,
        )  # fmt: skip


def evaluation_id(identity: str, number: int = 0) -> str:
    """Return the id of a test's evaluation of a strategy."""
    return hashlib.sha256(f"evaluation {number} of {identity}".encode()).hexdigest()


def rows(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    """Return all rows of a table as text, sorted; outbox rows without running ids."""
    omitted = " - 'outbox_id'" if table == "outbox" else ""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                f"SELECT (to_jsonb(t){omitted})::text FROM {{}} t ORDER BY 1"
            ).format(sql.Identifier(table))
        )
        return list(cursor.fetchall())
