"""From stored rows and candles to everything that the page of a strategy says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from tradestream.backtest.costs import Costs
from tradestream.candle_store.port import CandleStore
from tradestream.candles import LEAST_BARS, CandleSeries, parse_interval
from tradestream.discovery.outlook import days_until_provable
from tradestream.errors import InvalidDataError
from tradestream.instruments import Instrument
from tradestream.portfolio.confidence import shrunk_sharpe
from tradestream.postgres import transaction
from tradestream.report import words
from tradestream.report.exam_field import ExamField, recomputed
from tradestream.report.pictures import Drawn, draw_landscape, draw_strategy, replayed
from tradestream.report.story import (
    ClaimStory,
    ExamStory,
    PaperRecord,
    Robustness,
    StatusChange,
    Story,
)
from tradestream.report.strategy_records import Records, find_strategy, read_strategy
from tradestream.statistics.betting import threshold

KEY = "strategy"
NOT_YET = "not yet provable"
_STEPS = ("price_tick", "volume_lot", "fee_bps", "slippage_bps")
_BAR = timedelta(minutes=1)

Fields = Callable[[CandleStore, Any], ExamField]
"""Says what everybody in an exam reached; a server remembers it."""


def build_story(
    connection: Connection,
    candles: CandleStore,
    wanted: str,
    *,
    fields: Fields = recomputed,
) -> Story:
    """Return the story of the strategy whose id begins with `wanted`.

    Args:
        connection: Where strategies, claims, exams, and evidence are.
        candles: Where the bars are.
        wanted: An id, or what only one id begins with.
        fields: What everybody in an exam reached.

    Raises:
        ConfigurationError: If no strategy or several are meant.
        UnavailableError: If Postgres or the candle store did not answer, or has no
            tables yet.
    """
    with transaction(connection) as cursor:
        held = read_strategy(cursor, find_strategy(cursor, wanted))
    return _story(held, candles, fields)


def _story(held: Records, candles: CandleStore, fields: Fields) -> Story:
    row = held.strategy
    born_at, born = _birth(held)
    drawn, problem = Drawn(), None
    try:
        drawn = _drawn(held, candles, born_at)
    except (InvalidDataError, ValueError) as error:
        problem = str(error)
    except KeyError:
        problem = f"the catalogue has no type {row['strategy_name']} any more"
    return Story(
        key=KEY,
        identity=row["strategy_id"],
        symbol=row["symbol"],
        strategy_name=row["strategy_name"],
        parameters=held.parameters,
        status=row["status"],
        reasons=[row["status_reason"], *_outlook(held)],
        born_at=born_at,
        born=born,
        changes=[StatusChange(**change) for change in held.changes],
        claims=[_claim(claim) for claim in held.claims],
        exam=_exam(held, candles, fields),
        parts=drawn.parts,
        plateau=None if held.evaluation is None else held.evaluation["plateau"],
        landscapes=drawn.landscapes,
        landscape_span=drawn.landscape_span,
        robustness=_robustness(held.robustness),
        paper=[PaperRecord(**record) for record in held.paper],
        problem=problem,
        charts=drawn.charts,
    )


def _outlook(held: Records) -> list[str]:
    """Return how long a proof would take, where the reason does not say it."""
    row, window = held.strategy, held.evaluation
    known = row["status_reason"].startswith(NOT_YET)
    if known or window is None or row["status"] not in ("candidate", "probation"):
        return []
    sharpe = window["metrics"].get("excess_sharpe")
    observed = window["window_end_at"] - window["window_start_at"]
    shrunk = shrunk_sharpe(sharpe, observed)
    claim = next((c for c in held.claims if c["state"] == "open"), None)
    number = (row["claims_made"] or 0) + 1
    days = days_until_provable(
        shrunk,
        now=window["window_end_at"],
        critical_t=None,
        next_exam=None,
        claim=None if claim is None else (claim["evidence"], _line(claim)),
        next_claim=number,
    )
    if days is None:
        return [f"{NOT_YET}: no edge is seen that ten years could prove"]
    told = f"needs about {words.plural(days, 'more day')} on probation"
    real = f"ratio of {sharpe:.1f}, shrunk by its error to {shrunk:.1f}, is real"
    return [f"{NOT_YET}: {told}, if its excess Sharpe {real}"]


def _line(claim: dict[str, Any]) -> float:
    return threshold(claim["claim_number"], budget=claim["budget"])


def _birth(held: Records) -> tuple[datetime | None, str]:
    """Return from when on bars were not seen by what found it, and what was then."""
    if held.claims:
        claim = held.claims[0]
        return claim["born_at"], f"claim {claim['claim_number']} was registered"
    if held.exam is not None and held.exam["own_t"] is not None:
        number = held.exam["exam_number"]
        return held.exam["window_end_at"], f"the window of exam {number} ended"
    if held.evaluation is not None:
        end = held.evaluation["first_end_at"]
        return end, "the bars of the search that found it first ended"
    return None, ""


def _drawn(held: Records, candles: CandleStore, born_at: datetime | None) -> Drawn:
    """Return charts, parts, and landscapes; empty without bars.

    Raises:
        InvalidDataError: If the bars cannot be backtested on.
        ValueError: If the parameters are not what the catalogue declares.
        KeyError: If the catalogue has no such type any more.
    """
    row, basis = held.strategy, _basis(held)
    last = candles.last(row["symbol"])
    if basis is None or last is None:
        raise InvalidDataError("no evaluation with an anchor is stored")
    seconds = parse_interval(row["interval"])
    bars = candles.read(row["symbol"], seconds, basis["anchor_at"], last + _BAR)
    if len(bars) < LEAST_BARS:
        raise InvalidDataError("its market holds no bars from its anchor on")
    instrument = Instrument(row["symbol"], basis["price_tick"], basis["volume_lot"])
    costs = Costs(basis["fee_bps"], basis["slippage_bps"])
    name, parameters = row["strategy_name"], held.parameters
    claim = held.claims[0] if held.claims else None
    path = None
    if claim is not None:
        path = replayed(bars, instrument, costs, name, parameters, claim)
    exposure = None if claim is None else claim["exposure"]
    drawn = draw_strategy(
        bars, instrument, costs, name, parameters,
        born_at=born_at, exposure=exposure, path=path,
    )  # fmt: skip
    seen = _seen(held, bars)
    return draw_landscape(drawn, seen, instrument, costs, name, parameters)


def _basis(held: Records) -> dict[str, Any] | None:
    """Return the row whose anchor, steps, and costs the backtest takes."""
    if held.claims:
        return held.claims[0]
    if held.evaluation is None:
        return None
    approved = held.strategy["approved_anchor_at"]
    return {
        **held.evaluation,
        "anchor_at": approved or held.evaluation["anchor_at"],
    }


def _seen(held: Records, bars: CandleSeries) -> CandleSeries:
    """Return the bars that it was found on."""
    if held.claims:
        claim = held.claims[0]
        until = claim["trained_until"] or claim["born_at"]
        return bars.between(claim["anchor_at"], until)
    if held.evaluation is None:
        return bars
    window = held.evaluation
    return bars.between(window["window_start_at"], window["window_end_at"])


def _claim(row: dict[str, Any]) -> ClaimStory:
    return ClaimStory(
        row["claim_number"],
        row["born_at"],
        row["folded_until"],
        row["evidence"],
        _line(row),
        row["trips"],
        row["raw_return"],
        row["state"],
        row["training_t"],
        row["proven_at"],
        row["closed_reason"],
    )


def _exam(held: Records, candles: CandleStore, fields: Fields) -> ExamStory | None:
    row = held.exam
    if row is None:
        return None
    # One that did not pass was judged at the market's steps and costs, as it is.
    steps = row if row["own_t"] is not None else _basis(held)
    field = ExamField(note="No steps of prices are stored to examine it with.")
    if steps is not None:
        field = fields(candles, {**row, **{name: steps[name] for name in _STEPS}})
    return ExamStory(
        row["exam_number"],
        row["window_start_at"],
        row["window_end_at"],
        row["genomes"],
        row["eligible"],
        row["critical_value"],
        row["best_t"],
        row["own_t"],
        field.ts,
        field.note or None,
    )


def _robustness(row: dict[str, Any] | None) -> Robustness | None:
    if row is None:
        return None
    return Robustness(
        row["window_start_at"],
        row["window_end_at"],
        row["trials"],
        row["deflated_sharpe"],
        row["overfitting_probability"],
        row["evidence"],
    )
