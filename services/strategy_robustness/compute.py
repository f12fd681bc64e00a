"""The evidence of one strategy on the newest bars of its market."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from services.strategy_robustness.rows import Due, Evidence
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candle_store.port import CandleStore
from tradestream.candles import LEAST_BARS, MINUTE_SECONDS, CandleSeries, to_datetime
from tradestream.discovery.design import design
from tradestream.discovery.exam import excess_returns
from tradestream.discovery.exam_schedule import whole_hour_before
from tradestream.discovery.requests import seed_of
from tradestream.discovery.version import code_version
from tradestream.instruments import Instrument, infer_increment
from tradestream.robustness.collect import Others, as_data, robustness
from tradestream.robustness.perturbed import measure
from tradestream.statistics.deflated_sharpe import deflated_sharpe
from tradestream.statistics.pbo import overfitting_probability

_ROW_BUDGET_BYTES = 6 << 20
"""Memory for indicator rows of the market; less of it only costs time."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was told.

    Attributes:
        span: Newest bars that are looked at.
        refresh_after: Age at which evidence is computed anew.
        other_symbols: Other symbols that a genome is tried on.
        fee_bps: Fee a side.
        slippage_bps: Slippage a side.
    """

    span: timedelta
    refresh_after: timedelta
    other_symbols: int
    fee_bps: float
    slippage_bps: float

    @property
    def costs(self) -> Costs:
        """Fee and slippage a side."""
        return Costs(self.fee_bps, self.slippage_bps)


class Market:
    """The newest bars of one symbol, and of some others over the same time.

    Args:
        store: The candles.
        symbol: Whose market.
        settings: What the run was told.
        now: The time of the run.
    """

    def __init__(
        self, store: CandleStore, symbol: str, settings: Settings, now: datetime
    ) -> None:
        self.costs = settings.costs
        self.end = whole_hour_before(now)
        self.start = self.end - settings.span
        self.series, self.instrument = self._read(store, symbol)
        self.others: Others = {
            other: self._read(store, other)
            for other in [s for s in store.symbols() if s != symbol][
                : settings.other_symbols
            ]
        }
        self.window: Window | None = None
        if len(self.series) >= LEAST_BARS:
            self.window = Window(
                self.series,
                self.instrument,
                settings.costs,
                row_budget_bytes=_ROW_BUDGET_BYTES,
            )

    def _read(self, store: CandleStore, symbol: str) -> tuple[CandleSeries, Instrument]:
        series = store.read(symbol, MINUTE_SECONDS, self.start, self.end)
        known = store.instrument(symbol)
        if known is None and len(series):
            known = Instrument(
                symbol, infer_increment(series.closes), infer_increment(series.volumes)
            )
        return series, known or Instrument(symbol, 0.01, 1e-8)


def compute(market: Market, strategy: Due, trials: int) -> Evidence | None:
    """Return the evidence of a strategy; None if its market has hardly any bars.

    Args:
        market: The newest bars.
        strategy: Whose evidence.
        trials: Distinct genomes that were tried on overlapping windows.
    """
    window = market.window
    if window is None:
        return None
    name = strategy.strategy_name
    seed = seed_of(f"robustness|{strategy.strategy_id}")
    found = robustness(
        window, name, strategy.parameters, seed=seed, others=market.others
    )
    own = window.evaluate(name, window.genome(name, strategy.parameters))
    crowd = window.evaluate(name, design().genomes[name])
    return Evidence(
        to_datetime(window.series.open_times[0]),
        market.end,
        window.series.fingerprint(),
        code_version(),
        trials,
        deflated_sharpe(excess_returns(own, window.market_hourly)[0], trials=trials),
        overfitting_probability(excess_returns(crowd, window.market_hourly)),
        {**as_data(found), "since_found": _since_found(market, strategy)},
    )


def _since_found(market: Market, strategy: Due) -> dict[str, Any] | None:
    """Return what it made on bars that no search that found it had seen."""
    kept_out = market.series.between(strategy.found_at, market.end)
    if len(kept_out) < LEAST_BARS:
        return None
    window = Window(kept_out, market.instrument, market.costs, row_budget_bytes=0)
    genome = window.genome(strategy.strategy_name, strategy.parameters)[0]
    return {
        "from": to_datetime(kept_out.open_times[0]).isoformat(),
        "until": market.end.isoformat(),
        "measure": asdict(measure(window, strategy.strategy_name, genome)),
    }
