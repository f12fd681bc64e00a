"""A replayed life as plain data: what `tradestream search` prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.metrics import METRICS, reported
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries, to_datetime
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.claims import LIFETIME, Claim, ClaimEnd, ClaimState
from tradestream.discovery.exam_schedule import FIRST_AT_LEAST, SETTLED, length_after
from tradestream.discovery.life import Life, LivedExam
from tradestream.discovery.life_claims import LivedClaim
from tradestream.discovery.outlook import days_until_provable
from tradestream.instruments import Instrument
from tradestream.portfolio.confidence import shrunk_sharpe
from tradestream.statistics.deflated_sharpe import deflated_sharpe

PROMISE = (
    "of symbols without an edge, at most 5 % ever get a validated strategy; "
    "this holds for one run: running again with other settings looks again"
)
LONGEST = timedelta(days=365)
HOLDOUT_METRICS = ("total_return", "max_drawdown", "excess_sharpe", "trades")

_ORDER = ("validated", "retired", "probation", "candidate", "refused")


@dataclass(slots=True)
class _Row:
    """What is known of one genome.

    `proven_at` is from when on it is validated by an exam without a break.
    """

    find: Find
    status: str = "candidate"
    door: str | None = None
    evidence: dict[str, Any] | None = None
    reasons: list[str] = field(default_factory=list)
    claim: LivedClaim | None = None
    proven_at: datetime | None = None


def report_life(
    life: Life,
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    *,
    strategies: Sequence[str] = (),
    held_out: CandleSeries | None = None,
) -> dict[str, Any]:
    """Return a life as JSON-able data.

    Args:
        life: What became of the symbol.
        series: The bars it was lived on.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        strategies: Types whose rows are shown; all when empty.
        held_out: Newer bars that were kept out of everything, if any: each
            result is measured on them alone.

    Returns:
        `trials`, `exams`, `claims`, `results` (best first; metrics on all bars,
        at most the newest 365 days), `holdout` (its span, and None without one),
        and `promise`.
    """
    rows = [
        row
        for row in _rows(life).values()
        if not strategies or row.find.strategy_name in strategies
    ]
    results = _results(rows, life, series, instrument, costs)
    if held_out is not None:
        _measure_held_out(results, Window(held_out, instrument, costs))
    return {
        "trials": life.trials,
        "exams": [_exam(exam) for exam in life.exams],
        "claims": [_claim(claim) for claim in life.claims],
        "results": results,
        "holdout": None if held_out is None else _span(held_out),
        "promise": PROMISE,
    }


def _measure_held_out(results: Sequence[dict[str, Any]], window: Window) -> None:
    """Add to each result what it makes on bars that nothing has seen.

    It starts there without a position, and its rows without a past.
    """
    by_type: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        by_type.setdefault(result["strategy"], []).append(result)
    for name, of_type in by_type.items():
        genomes = np.concatenate(
            [window.genome(name, result["parameters"]) for result in of_type]
        )
        found = window.evaluate(name, genomes, hourly=False)
        for line, result in enumerate(of_type):
            result["holdout"] = {
                metric: reported(metric, found.metrics[metric][line])
                for metric in HOLDOUT_METRICS
            }


def _span(series: CandleSeries) -> dict[str, Any]:
    last = int(series.open_times[-1]) + series.interval_seconds
    return {
        "start": _iso(to_datetime(series.open_times[0])),
        "end": _iso(to_datetime(last)),
        "bars": len(series),
    }


def _rows(life: Life) -> dict[tuple[str, str], _Row]:
    rows: dict[tuple[str, str], _Row] = {}
    for find in life.finds:
        rows[find.key] = _Row(find, reasons=["found by the search on the newest bars"])
    for claim in life.claims:
        row = rows.setdefault(claim.find.key, _Row(claim.find))
        _tell_claim(row, claim)
    for exam in life.exams:
        for passed in exam.outcome.passing:
            find = Find(passed.strategy_name, passed.parameters)
            _tell_exam(rows.setdefault(find.key, _Row(find)), exam, passed.t)
    return rows


def _tell_claim(row: _Row, lived: LivedClaim) -> None:
    claim = lived.claim
    row.claim = lived
    row.door = "B"
    row.evidence = {
        "door": "B",
        "k": claim.number,
        "e": claim.evidence,
        "threshold": claim.threshold,
    }
    needed = f"e {_amount(claim.threshold)} is needed"
    if claim.proven_at is not None:
        row.evidence["e"] = claim.proven_evidence
        row.reasons.append(
            f"claim {claim.number}, born {_iso(claim.born_at)}, was proven at "
            f"{_iso(claim.proven_at)}: e {_amount(claim.proven_evidence)}, {needed}"
        )
        row.status = "retired" if claim.end is ClaimEnd.FELL_AWAY else "validated"
        if row.status == "retired":
            row.reasons.append(str(claim.end))
    elif claim.state is ClaimState.CLOSED:
        row.status = "refused"
        row.reasons.append(
            f"claim {claim.number} closed at e {_amount(claim.evidence)}: {claim.end}"
        )
    else:
        row.status = "probation"
        row.reasons.append(
            f"claim {claim.number}, born {_iso(claim.born_at)}, is at "
            f"e {_amount(claim.evidence)}; {needed}"
        )


def _tell_exam(row: _Row, exam: LivedExam, t: float) -> None:
    """Say that an exam was passed; exams are told after claims, oldest first."""
    number, critical = exam.record.number, exam.outcome.critical_value
    claim = None if row.claim is None else row.claim.claim
    at = exam.record.end + SETTLED
    if row.proven_at is None or _retired_before(claim, row.proven_at, at):
        row.proven_at = at
    if claim is not None and _retires(claim, row.proven_at):
        row.status, row.door = "retired", "B"
    else:
        row.status, row.door = "validated", "A"
        row.evidence = {"door": "A", "k": number, "t": t, "critical": critical}
    row.reasons.insert(
        0, f"passed exam {number}: t {t:.2f} where {critical:.2f} was needed"
    )


def _retires(claim: Claim, proven_at: datetime) -> bool:
    """Return whether a claim retires what an exam validated, as the scorer does.

    One that was born after the proof has bet on nothing but what came later.
    """
    if claim.end is ClaimEnd.HOPELESS:
        return claim.born_at >= proven_at
    if claim.end is not ClaimEnd.FELL_AWAY or claim.closed_at is None:
        return False
    return claim.closed_at >= proven_at


def _retired_before(claim: Claim | None, proven_at: datetime, at: datetime) -> bool:
    if claim is None or claim.closed_at is None or not _retires(claim, proven_at):
        return False
    return claim.closed_at <= at


def _results(
    rows: Sequence[_Row],
    life: Life,
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
) -> list[dict[str, Any]]:
    if not rows:
        return []
    end = to_datetime(series.open_times[-1]) + timedelta(
        seconds=series.interval_seconds
    )
    window = Window(series.between(end - LONGEST, end), instrument, costs)
    measured = _measure(window, rows, life.trials)
    for row, found in zip(rows, measured, strict=True):
        if row.status in ("candidate", "probation"):
            row.reasons.append(_outlook(row, found["excess_sharpe"], life, series, end))
    results = [
        {
            "strategy": row.find.strategy_name,
            "parameters": dict(row.find.parameters),
            "status": row.status,
            "validated": row.status == "validated",
            "door": row.door if row.status in ("validated", "retired") else None,
            "reasons": row.reasons,
            **found,
            "evidence": row.evidence,
        }
        for row, found in zip(rows, measured, strict=True)
    ]
    return sorted(results, key=_rank)


def _rank(result: Mapping[str, Any]) -> tuple[int, float, str, str]:
    sharpe = result["excess_sharpe"]
    return (
        _ORDER.index(result["status"]),
        float("inf") if sharpe is None else -sharpe,
        result["strategy"],
        str(result["parameters"]),
    )


def _measure(window: Window, rows: Sequence[_Row], trials: int) -> list[dict[str, Any]]:
    """Return metrics, excess Sharpe ratio, and Deflated Sharpe Ratio of each row."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.find.strategy_name, []).append(place)
    measured: list[dict[str, Any]] = [{} for _ in rows]
    for name, of_type in places.items():
        genomes = np.concatenate(
            [window.genome(name, rows[place].find.parameters) for place in of_type]
        )
        found = window.evaluate(name, genomes)
        excess = found.hourly - found.exposure[:, None] * window.market_hourly
        for line, place in enumerate(of_type):
            metrics = {m: reported(m, found.metrics[m][line]) for m in METRICS}
            measured[place] = {
                "metrics": metrics,
                "excess_sharpe": metrics["excess_sharpe"],
                "deflated_sharpe": deflated_sharpe(excess[line], trials=trials),
            }
    return measured


def _outlook(
    row: _Row, sharpe: float | None, life: Life, series: CandleSeries, end: datetime
) -> str:
    observed = min(end - to_datetime(series.open_times[0]), LONGEST)
    shrunk = shrunk_sharpe(sharpe, observed)
    first = to_datetime(series.open_times[0]) + FIRST_AT_LEAST
    following, critical, number = (max(first, end), FIRST_AT_LEAST), None, 1
    if life.exams:
        last = life.exams[-1].record
        length = length_after(last.end - last.start)
        following = (last.end + length, length)
        critical = life.exams[-1].outcome.critical_value
        number = last.number + 1
    claim = None if row.claim is None else row.claim.claim
    days = days_until_provable(
        shrunk,
        now=end,
        critical_t=critical,
        next_exam=following,
        claim=None if claim is None else (claim.evidence, claim.threshold),
        next_claim=len(life.claims) + 1,
        next_number=number,
        claim_left=LIFETIME if claim is None else claim.born_at + LIFETIME - end,
    )
    if days is None:
        return "not yet provable: no edge is seen that ten years could prove"
    unit = "day" if days == 1 else "days"
    return f"not yet provable: needs about {days} more {unit} if its edge is real"


def _exam(exam: LivedExam) -> dict[str, Any]:
    record, outcome = exam.record, exam.outcome
    return {
        "k": record.number,
        "window_start": _iso(record.start),
        "window_end": _iso(record.end),
        "alpha": exam.alpha,
        "genomes": outcome.genomes,
        "eligible": outcome.eligible,
        "resamples": outcome.resamples,
        "critical": outcome.critical_value,
        "best_t": outcome.best_t,
        "passing": [
            {"strategy": p.strategy_name, "parameters": p.parameters, "t": p.t}
            for p in outcome.passing
        ],
    }


def _claim(lived: LivedClaim) -> dict[str, Any]:
    claim = lived.claim
    return {
        "k": claim.number,
        "strategy": lived.find.strategy_name,
        "parameters": dict(lived.find.parameters),
        "born_at": _iso(claim.born_at),
        "training_t": lived.training_t,
        "state": claim.state.value,
        "e": claim.evidence,
        "threshold": claim.threshold,
        "trips": claim.trips,
        "raw_return": claim.raw_return,
        "folded_until": _iso(claim.folded_until),
        "proven_at": None if claim.proven_at is None else _iso(claim.proven_at),
        "closed_at": None if claim.closed_at is None else _iso(claim.closed_at),
        "closed_reason": None if claim.end is None else claim.end.value,
    }


def _amount(evidence: float | None) -> str:
    """Return evidence as a person reads it: 0.0087, 65.8, 34,812, 2.659e+17."""
    if evidence is None:
        return "unknown"
    return f"{evidence:,.0f}" if 1_000 <= evidence < 1e9 else f"{evidence:.4g}"


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
