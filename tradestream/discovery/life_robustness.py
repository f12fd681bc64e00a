"""Evidence beside the gate for those results of a life that matter.

Shown, never a threshold: of the validated strategies the first five, and of the
others that still may be proven the best one.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, Floats, to_datetime
from tradestream.discovery.design import design
from tradestream.discovery.exam import excess_returns
from tradestream.discovery.genome import space_of
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.discovery.requests import seed_of
from tradestream.instruments import Instrument
from tradestream.robustness.collect import as_data, robustness
from tradestream.statistics.pbo import overfitting_probability

SPAN = timedelta(days=14)
"""The newest bars of the life that are looked at."""

MOST_VALIDATED = 5
_UNPROVEN = ("probation", "candidate")

Told = Callable[[int, int, str], None]
"""Called with results done, results in all, and which is next."""


def that_matter(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first five validated results, and the best that may yet be.

    Args:
        results: As `life_report.report_life` sorts them, best first.
    """
    validated = [result for result in results if result["validated"]]
    unproven = [result for result in results if result["status"] in _UNPROVEN]
    return [*validated[:MOST_VALIDATED], *unproven[:1]]


def add_robustness(
    found: Mapping[str, Any],
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    told: Told = lambda _done, _total, _what: None,
) -> None:
    """Add `robustness` to the results that matter; some seconds each.

    Args:
        found: What `report_life` returned.
        series: The bars that the life was lived on.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
        told: Told before each result, and at the end.
    """
    chosen = that_matter(found["results"])
    end = to_datetime(series.open_times[-1] + series.interval_seconds)
    newest = series.between(end - SPAN, end)
    if not chosen or len(newest) < LEAST_BARS:
        return
    window = Window(newest, instrument, costs)
    for done, result in enumerate(chosen):
        told(done, len(chosen), f"robustness of {result['strategy']}")
        result["robustness"] = _robustness(window, result, found["trials"])
    told(len(chosen), len(chosen), "done")


def _robustness(
    window: Window, result: Mapping[str, Any], trials: int
) -> dict[str, Any]:
    name, parameters = result["strategy"], result["parameters"]
    series = window.series
    crowd = window.evaluate(name, design().genomes[name])
    excess = excess_returns(crowd, window.market_hourly)
    seed = seed_of(f"robustness|{name}|{sorted(parameters.items())}")
    found = robustness(window, name, parameters, seed=seed, others={})
    return {
        "from": to_datetime(series.open_times[0]).isoformat(),
        "until": to_datetime(
            series.open_times[-1] + series.interval_seconds
        ).isoformat(),
        "trials": trials,
        "deflated_sharpe": result["deflated_sharpe"],
        "overfitting_probability": overfitting_probability(excess),
        "plateau": _plateau(window, name, window.genome(name, parameters)[0]),
        **as_data(found),
    }


def _plateau(window: Window, name: str, genome: Floats) -> float | None:
    """Return the share of one-step neighbours with at least half of the score."""
    around = space_of(window.programs.catalogue[name]).neighbours(genome)
    trades, sharpes = window.outcomes(name, np.vstack([genome, around]))
    scores = excess_sharpe_score(sharpes, trades)
    if not scores[0] > 0 or len(scores) == 1:
        return None
    return float(np.mean(scores[1:] >= scores[0] / 2))
