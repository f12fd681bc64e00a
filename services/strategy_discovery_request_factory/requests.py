"""The requests of one span, as bytes, fast.

One message is kept per run and changed for each request; the id is made from a
template with a hole for the strategy. Pure: no I/O, no clock, no flags.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from protos.discovery.v1.request_pb2 import GAConfig, StrategyDiscoveryRequest
from services.strategy_discovery_request_factory.spans import Due
from tradestream.bus.codec import encode
from tradestream.bus.port import Message
from tradestream.candles import MINUTE_SECONDS, interval_label
from tradestream.discovery.requests import request_id, request_ids, timestamp

INTERVAL = interval_label(MINUTE_SECONDS)


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What is asked about every span.

    Attributes:
        strategies: Names of strategy types, one request each.
        top_n: How many distinct results to report.
        population_size: Genomes a generation.
        max_generations: Generations after the first.
        seed: Seed of the search; 0 = derived from the request id.
        fee_bps: Fee a side in basis points.
        slippage_bps: Slippage a side in basis points.
        objective: What is maximized.
    """

    strategies: tuple[str, ...]
    top_n: int
    population_size: int
    max_generations: int
    seed: int
    fee_bps: float
    slippage_bps: float
    objective: str

    def template(self) -> StrategyDiscoveryRequest:
        """Return a request that lacks its span, its strategy, and its id."""
        return StrategyDiscoveryRequest(
            interval=INTERVAL,
            top_n=self.top_n,
            ga_config=GAConfig(
                population_size=self.population_size,
                max_generations=self.max_generations,
                seed=self.seed,
            ),
            fee_bps=self.fee_bps,
            slippage_bps=self.slippage_bps,
            objective=self.objective,
        )

    def fingerprint(self) -> str:
        """Return a short hash of the plan; another plan has watermarks of its own."""
        text = request_id(self.template()) + ",".join(sorted(self.strategies))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def watermark_field(symbol: str, window_minutes: int, fingerprint: str) -> str:
    """Return the name of a watermark, e.g. `BTC-USD/1m/1597/0123456789ab`."""
    return f"{symbol}/{INTERVAL}/{window_minutes}/{fingerprint}"


def messages(
    span: Due, template: StrategyDiscoveryRequest, strategies: Sequence[str]
) -> list[Message]:
    """Return one request for each of `strategies`.

    Args:
        span: What to search on.
        template: A plan's template; its span, strategy, and id are overwritten.
        strategies: Names of strategy types.
    """
    template.symbol = span.symbol
    template.start_time.CopyFrom(timestamp(span.start))
    template.end_time.CopyFrom(timestamp(span.end))
    # Requests of one span share its bars; spans may go to different workers.
    window = str(span.window_minutes)
    found = []
    for name, identity in zip(
        strategies, request_ids(template, strategies), strict=True
    ):
        template.strategy_name = name
        template.request_id = identity
        found.append(
            encode(
                template,
                key=span.symbol,
                subkey=window,
                request_id=identity,
                correlation_id=identity,
            )
        )
    return found
