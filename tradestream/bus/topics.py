"""Names of the topics; `platform/kafka/topics.yaml` declares their settings."""

CANDLES = "candles"
DISCOVERY_REQUESTS = "strategy-discovery-requests"
DISCOVERED_STRATEGIES = "discovered-strategies"
RISK_APPROVED_STRATEGIES = "risk-approved-strategies"
SIZED_POSITIONS = "sized-positions"
TRADE_SIGNALS = "trade-signals"

WORK = frozenset({DISCOVERY_REQUESTS, DISCOVERED_STRATEGIES})
"""Topics whose every record somebody must take, however late its group is made."""

PARTITIONS = {DISCOVERY_REQUESTS: 24, DISCOVERED_STRATEGIES: 12}
"""As declared, of the topics that rooms consume; no more members have work at once."""


def dead_letters(topic: str) -> str:
    """Return the topic that keeps what consumers of `topic` cannot process."""
    return f"{topic}.dlq"
