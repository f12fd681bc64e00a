"""Charts, parts, and landscapes of one strategy on one series of bars."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tradestream.backtest.costs import Costs
from tradestream.candles import HOUR_SECONDS, LEAST_BARS, CandleSeries, to_datetime
from tradestream.instruments import Instrument
from tradestream.report.charts import Budget, chart_data
from tradestream.report.evidence import (
    Path,
    evidence_columns,
    hourly_excess,
    parts_of,
)
from tradestream.report.landscape import Landscape, landscapes
from tradestream.report.series import price_digits
from tradestream.report.story import Part
from tradestream.statistics.betting import threshold
from tradestream.strategies.declaration import Value

LANDSCAPE_SPAN = timedelta(days=14)
"""At most so many of the newest bars are looked at for a landscape."""

_ROW_BYTES = 32 << 20
_BUDGET = Budget(900)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the engine says of a strategy."""

    charts: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    landscapes: tuple[Landscape, ...] = ()
    landscape_span: tuple[datetime, datetime] | None = None


def draw_strategy(
    bars: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    strategy_name: str,
    parameters: Mapping[str, Value],
    *,
    born_at: datetime | None,
    exposure: float | None,
    path: Path | None,
) -> Drawn:
    """Return charts and parts of a strategy.

    Args:
        bars: From the anchor on.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        strategy_name: Its type.
        parameters: All of its parameters.
        born_at: Bars from here on were not seen by what found it.
        exposure: Mean exposure that its claim takes; None takes that on `bars`.
        path: The evidence since birth, if there is a claim.

    Raises:
        ValueError: As `StrategyType.check` does.
        KeyError: If there is no such type.
    """
    # Imported late: the engine takes longer to load than all the rest of a page.
    from tradestream.backtest.report import backtest

    result = backtest(bars, instrument, costs, strategy_name, parameters)
    own = result.metrics["exposure"] or 0.0
    excess = hourly_excess(result, own if exposure is None else exposure)
    digits = price_digits(instrument.price_tick, float(bars.closes[-1]))
    charts = chart_data(bars, digits, _BUDGET, result)
    del charts["spark"]
    charts["evidence"] = evidence_columns(result.first_hour, excess, path)
    if born_at is not None:
        charts["born"] = int(born_at.timestamp())
    return Drawn(charts, parts_of(bars, result, excess, born_at))


def draw_landscape(
    drawn: Drawn,
    seen: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    strategy_name: str,
    parameters: Mapping[str, Value],
) -> Drawn:
    """Return `drawn` with what the search maximizes on the bars that it saw."""
    from tradestream.backtest.window import Window

    if len(seen) < LEAST_BARS:
        return drawn
    end = to_datetime(seen.open_times[-1] + seen.interval_seconds)
    newest = seen.between(end - LANDSCAPE_SPAN, end)
    window = Window(newest, instrument, costs, row_budget_bytes=_ROW_BYTES)
    found = landscapes(window, strategy_name, parameters)
    span = (to_datetime(newest.open_times[0]), end)
    return replace(drawn, landscapes=found, landscape_span=span)


def replayed(
    bars: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    strategy_name: str,
    parameters: Mapping[str, Value],
    claim: Mapping[str, Any],
) -> Path | None:
    """Return the evidence of a stored claim after each hour, computed again.

    Args:
        bars: From the claim's anchor on.
        instrument: Steps of prices and volumes, as at its birth.
        costs: Fee and slippage, as at its birth.
        strategy_name: Its type.
        parameters: All of its parameters.
        claim: A row of `claims`.

    Returns:
        None before its first hour, or when the bars do not reach over it.
    """
    from tradestream.discovery.claim_hours import claim_hours
    from tradestream.discovery.claim_proposals import Find
    from tradestream.discovery.claims import open_claim
    from tradestream.discovery.exam_schedule import whole_hour_before
    from tradestream.discovery.life_claims import evidence_path

    born_at = claim["born_at"]
    newest = whole_hour_before(to_datetime(bars.open_times[-1]))
    until = min(claim["folded_until"], newest)
    if until - born_at < timedelta(seconds=HOUR_SECONDS) or born_at < to_datetime(
        bars.open_times[0]
    ):
        return None
    hours = claim_hours(
        bars, instrument, costs, Find(strategy_name, dict(parameters)),
        born_at=born_at, until=until,
    )  # fmt: skip
    opened = open_claim(
        claim["claim_number"],
        born_at,
        exposure=claim["exposure"],
        deviation=claim["deviation"],
    )
    values = evidence_path(replace(opened, folded_until=until), hours)
    line = threshold(claim["claim_number"], budget=claim["budget"])
    return Path(born_at, values, line)
