"""What strategies did on paper after the gate had spoken: its own score.

Every claim, refusal, and validation is followed for 90 days, traded or not.
Once a day all of a symbol's records are computed anew from its candles, so a
run that is killed, or runs twice, leaves the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.left_out import LeftOut
from services.strategy_confidence_scorer.probation import SETTLING
from services.strategy_confidence_scorer.progress import (
    note_paper_day,
    paper_day,
)
from services.strategy_confidence_scorer.settings import ROW_BUDGET_BYTES, Settings
from tradestream.candle_store.port import CandleStore
from tradestream.candles import HOUR_SECONDS, MINUTE_SECONDS, to_seconds
from tradestream.discovery.exam_schedule import whole_hour_before
from tradestream.instruments import Instrument, infer_increment
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

if TYPE_CHECKING:
    from tradestream.backtest.window import Window

FOLLOWED = timedelta(days=90)
WARM_UP = timedelta(days=14)

# A record begins with the first whole hour after the verdict. The exposure is
# the claim's, else that of the evaluation that the verdict was about.
_OPEN = """
INSERT INTO paper_records (strategy_id, verdict, symbol, since_at, until_at, exposure)
SELECT c.strategy_id,
    CASE c.to_status WHEN 'probation' THEN 'unproven' ELSE c.to_status END,
    s.symbol, t.since_at, t.since_at, coalesce(
        (SELECT exposure FROM claims WHERE claims.strategy_id = c.strategy_id
            AND claims.symbol = s.symbol ORDER BY claim_number DESC LIMIT 1),
        (SELECT (metrics ->> 'exposure')::double precision FROM evaluations
            WHERE evaluation_id = s.latest_evaluation_id),
        0)
FROM status_changes c
JOIN strategies s USING (strategy_id)
CROSS JOIN LATERAL (
    SELECT date_trunc('hour', c.changed_at + interval '1 hour') AS since_at
) t
WHERE s.symbol = %(symbol)s AND c.to_status IN ('probation', 'refused', 'validated')
AND c.changed_at > %(after)s
ON CONFLICT DO NOTHING
"""
_END = """
UPDATE paper_records p SET ended_at = e.at FROM (
    SELECT r.strategy_id, r.verdict, r.since_at, min(c.changed_at) AS at
    FROM paper_records r JOIN status_changes c USING (strategy_id)
    WHERE r.symbol = %(symbol)s AND r.ended_at IS NULL AND c.changed_at >= r.since_at
    AND c.to_status IN ('probation', 'refused', 'validated')
    GROUP BY r.strategy_id, r.verdict, r.since_at
) e
WHERE (p.strategy_id, p.verdict, p.since_at) = (e.strategy_id, e.verdict, e.since_at)
"""
_READ = """
SELECT p.strategy_id, p.verdict, p.since_at, p.exposure, p.ended_at,
    s.strategy_name, s.parameters
FROM paper_records p JOIN strategies s USING (strategy_id)
WHERE p.symbol = %s
AND (p.ended_at IS NULL OR p.until_at < date_trunc('hour', p.ended_at))
ORDER BY s.strategy_name, p.strategy_id, p.verdict, p.since_at
"""
_WRITE = """
UPDATE paper_records SET until_at = %s, hours = %s, excess_sum = %s,
    excess_square_sum = %s, raw_return = %s, ended_at = %s
WHERE strategy_id = %s AND verdict = %s AND since_at = %s
"""


@dataclass(frozen=True, slots=True)
class _Record:
    """A verdict that is followed."""

    strategy_id: str
    verdict: str
    since: datetime
    exposure: float
    ended_at: datetime | None
    strategy_name: str
    parameters: dict[str, int | float]

    def until(self, newest: datetime) -> datetime:
        """Return the end of the last hour that counts."""
        end = min(newest, self.since + FOLLOWED)
        if self.ended_at is not None:
            end = min(end, whole_hour_before(self.ended_at))
        return max(end, self.since)


def keep_paper(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    settings: Settings,
    now: datetime,
    left_out: LeftOut,
) -> int:
    """Follow the verdicts of `symbol`, once a day.

    Returns:
        How many records were written.
    """
    day = now.date()
    with transaction(connection) as cursor:
        if (paper_day(cursor, symbol) or day - timedelta(days=1)) >= day:
            return 0
        terms = {"symbol": symbol, "after": now - FOLLOWED}
        cursor.execute(_OPEN, terms)
        cursor.execute(_END, terms)
        records = left_out.declared(_records(cursor, symbol))
    if not records:
        return 0
    rows = _followed(store, symbol, records, settings, now)
    with transaction(connection) as cursor:
        cursor.executemany(_WRITE, rows)
        note_paper_day(cursor, symbol, day)
    failpoint("strategy_confidence_scorer.paper_written")
    return len(rows)


def _records(cursor: Cursor, symbol: str) -> list[_Record]:
    cursor.execute(_READ, (symbol,))
    return [_Record(*row) for row in cursor.fetchall()]


def _followed(
    store: CandleStore,
    symbol: str,
    records: Sequence[_Record],
    settings: Settings,
    now: datetime,
) -> list[tuple[object, ...]]:
    """Return what to write of each record that has an hour to show."""
    begin = min(record.since for record in records) - WARM_UP
    newest = whole_hour_before(now - SETTLING)
    series = store.read(symbol, MINUTE_SECONDS, begin, newest)
    ready = [record for record in records if record.until(newest) > record.since]
    if not ready or len(series) < HOUR_SECONDS // MINUTE_SECONDS:
        return []
    instrument = store.instrument(symbol) or Instrument(
        symbol, infer_increment(series.closes), infer_increment(series.volumes)
    )
    from tradestream.kernels.use import use_baked_kernels

    use_baked_kernels()
    from tradestream.backtest.costs import Costs
    from tradestream.backtest.window import Window

    window = Window(
        series,
        instrument,
        Costs(settings.fee_bps, settings.slippage_bps),
        row_budget_bytes=ROW_BUDGET_BYTES,
    )
    found: list[tuple[object, ...]] = []
    for name in sorted({record.strategy_name for record in ready}):
        own = [record for record in ready if record.strategy_name == name]
        found += _of_type(window, name, own, newest)
    return found


def _of_type(
    window: "Window", name: str, records: Sequence[_Record], newest: datetime
) -> list[tuple[object, ...]]:
    import numpy as np

    genomes = np.concatenate([window.genome(name, r.parameters) for r in records])
    hourly = window.evaluate(name, genomes).hourly
    rows: list[tuple[object, ...]] = []
    for record, own in zip(records, hourly, strict=True):
        until = record.until(newest)
        first, last = (
            max((to_seconds(at) - window.first_hour) // HOUR_SECONDS, 0)
            for at in (record.since, until)
        )
        raw = own[first:last]
        excess = raw - record.exposure * window.market_hourly[first:last]
        over = record.ended_at
        if over is None and until - record.since >= FOLLOWED:
            over = until
        rows.append(
            (
                until, len(raw), float(excess.sum()), float((excess**2).sum()),
                float(raw.sum()), over, record.strategy_id, record.verdict,
                record.since,
            )
        )  # fmt: skip
    return rows
