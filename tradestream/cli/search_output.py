"""What `tradestream search` makes of a life besides tables: its page, robustness."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from tradestream.backtest.costs import Costs
from tradestream.candles import LEAST_BARS, CandleSeries, to_datetime
from tradestream.instruments import Instrument

if TYPE_CHECKING:
    from tradestream.discovery.life import Life, Progress


def cut(
    series: CandleSeries, holdout: float | None
) -> tuple[CandleSeries, CandleSeries | None]:
    """Return the bars to live on, and the newest `holdout` days, if any.

    Raises:
        click.UsageError: If either has hardly any bars.
    """
    if holdout is None:
        return series, None
    first = to_datetime(series.open_times[0])
    end = to_datetime(series.open_times[-1] + series.interval_seconds)
    days = (end - first) / timedelta(days=1)
    if holdout < days:
        border = end - timedelta(days=holdout)
        lived, held_out = series.between(first, border), series.between(border, end)
        if min(len(lived), len(held_out)) >= LEAST_BARS:
            return lived, held_out
    raise click.UsageError(
        f"--holdout must leave {LEAST_BARS} bars or more on either side of {days:.2f} "
        f"days, was {holdout:g}"
    )


def with_robustness(
    found: Mapping[str, Any],
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    progress: "Progress",
) -> None:
    """Add robustness to the results that matter, and show how far it is."""
    from tradestream.discovery.life_robustness import add_robustness

    add_robustness(
        found, series, instrument, costs,
        lambda done, total, what: progress(done, total, what, found["trials"]),
    )  # fmt: skip


def as_html(
    found: Mapping[str, Any],
    life: "Life",
    whole: CandleSeries,
    lived: CandleSeries,
    instrument: Instrument,
    costs: Costs,
) -> str:
    """Return the page of a life.

    Args:
        found: What `report_life` returned, with robustness.
        life: The life.
        whole: All bars, those held out too.
        lived: The bars it was lived on.
        instrument: Steps of prices and volumes.
        costs: Fee and slippage a side.
    """
    from tradestream.report.life_page import life_page
    from tradestream.report.life_stories import Lived

    return life_page(found, Lived(life, whole, lived, instrument, costs))
