"""The results of a life that matter, each as a story for its part of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, to_datetime
from tradestream.discovery.claim_proposals import TRAINING, Find
from tradestream.discovery.life import Life, LivedExam
from tradestream.discovery.life_claims import LivedClaim
from tradestream.discovery.life_report import LONGEST
from tradestream.discovery.life_robustness import that_matter
from tradestream.instruments import Instrument
from tradestream.report.evidence import Path
from tradestream.report.pictures import draw_landscape, draw_strategy
from tradestream.report.story import ClaimStory, ExamStory, Robustness, Story


@dataclass(frozen=True, slots=True)
class Lived:
    """A life and the bars that it was lived on.

    Attributes:
        life: What became of the symbol.
        whole: All bars, those held out too.
        lived: The bars of the life.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
    """

    life: Life
    whole: CandleSeries
    lived: CandleSeries
    instrument: Instrument
    costs: Costs

    @property
    def end(self) -> datetime:
        """First instant after the life."""
        return to_datetime(self.lived.open_times[-1] + self.lived.interval_seconds)

    def claim_of(self, find: Find) -> LivedClaim | None:
        """Return the claim of a genome, the one that the results tell of."""
        own = [claim for claim in self.life.claims if claim.find.key == find.key]
        return own[-1] if own else None

    def exam_of(self, find: Find) -> tuple[LivedExam | None, float | None]:
        """Return the last exam that a genome passed and its t, else the last exam."""
        for exam in reversed(self.life.exams):
            for passed in exam.outcome.passing:
                if Find(passed.strategy_name, passed.parameters).key == find.key:
                    return exam, passed.t
        return (self.life.exams[-1] if self.life.exams else None), None


def stories_of(found: Mapping[str, Any], lived: Lived) -> list[Story]:
    """Return the stories of the results that matter, in their order.

    Args:
        found: What `report_life` returned, with robustness where it was computed.
        lived: The life.
    """
    return [
        _story(f"{place}-{result['strategy']}", result, found, lived)
        for place, result in enumerate(that_matter(found["results"]), start=1)
    ]


def exam_story(exam: LivedExam, own_t: float | None) -> ExamStory:
    """Return an exam with the t of everybody in the running."""
    outcome = exam.outcome
    return ExamStory(
        exam.record.number,
        exam.record.start,
        exam.record.end,
        outcome.genomes,
        outcome.eligible,
        outcome.critical_value,
        outcome.best_t,
        own_t,
        np.concatenate([np.empty(0), *(one.t for one in outcome.examined)]).tolist(),
        "Nobody was in the running.",
    )


def _story(
    key: str, result: Mapping[str, Any], found: Mapping[str, Any], lived: Lived
) -> Story:
    find = Find(result["strategy"], result["parameters"])
    claim = lived.claim_of(find)
    exam, own_t = lived.exam_of(find)
    born_at, born = lived.end, "the bars of the search ended"
    if claim is not None:
        born_at, born = claim.claim.born_at, f"claim {claim.claim.number} was made"
    elif exam is not None and own_t is not None:
        number = exam.record.number
        born_at, born = exam.record.end, f"the window of exam {number} ended"
    anchor, seen = _bars(lived, born_at, exam if own_t is not None else None)
    name, parameters = find.strategy_name, find.parameters
    drawn = draw_strategy(
        anchor, lived.instrument, lived.costs, name, parameters,
        born_at=born_at,
        exposure=None if claim is None else claim.claim.exposure,
        path=_path(claim),
    )  # fmt: skip
    drawn = draw_landscape(drawn, seen, lived.instrument, lived.costs, name, parameters)
    held = result.get("robustness")
    return Story(
        key=key,
        identity=None,
        symbol=lived.whole.symbol,
        strategy_name=name,
        parameters=parameters,
        status=result["status"],
        reasons=result["reasons"],
        born_at=born_at,
        born=born,
        claims=[] if claim is None else [_claim(claim)],
        exam=None if exam is None else exam_story(exam, own_t),
        parts=drawn.parts,
        plateau=None if held is None else held["plateau"],
        landscapes=drawn.landscapes,
        landscape_span=drawn.landscape_span,
        robustness=None if held is None else _robustness(held, result, found),
        charts=drawn.charts,
        on_file=True,
    )


def _bars(
    lived: Lived, born_at: datetime, exam: LivedExam | None
) -> tuple[CandleSeries, CandleSeries]:
    """Return the bars from the anchor on, and those that it was found on."""
    whole = lived.whole
    end = to_datetime(whole.open_times[-1] + whole.interval_seconds)
    start = born_at - TRAINING
    if exam is not None:
        start = min(start, exam.record.start)
    start = max(start, to_datetime(whole.open_times[0]), end - LONGEST)
    return whole.between(start, end), whole.between(start, born_at)


def _path(claim: LivedClaim | None) -> Path | None:
    if claim is None or not claim.evidence:
        return None
    return Path(claim.claim.born_at, claim.evidence, claim.claim.threshold)


def _claim(lived: LivedClaim) -> ClaimStory:
    claim = lived.claim
    return ClaimStory(
        claim.number,
        claim.born_at,
        claim.folded_until,
        claim.evidence,
        claim.threshold,
        claim.trips,
        claim.raw_return,
        claim.state.value,
        lived.training_t,
        claim.proven_at,
        None if claim.end is None else claim.end.value,
    )


def _robustness(
    held: Mapping[str, Any], result: Mapping[str, Any], found: Mapping[str, Any]
) -> Robustness:
    since = None
    if found["holdout"] is not None:
        since = {
            "from": found["holdout"]["start"],
            "until": found["holdout"]["end"],
            "measure": result["holdout"],
        }
    return Robustness(
        datetime.fromisoformat(held["from"]),
        datetime.fromisoformat(held["until"]),
        held["trials"],
        held["deflated_sharpe"],
        held["overfitting_probability"],
        {**held, "since_found": since},
    )
