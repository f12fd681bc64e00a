"""How much a worker takes on, and what it says it did.

Apart from the loop itself, so that a parent process need not import the engine.
"""

from dataclasses import dataclass

from tradestream.runtime.traffic import Counted


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a worker takes on.

    Attributes:
        max_batch: Requests taken at once, at most.
        batch_seconds: How long a batch may take, roughly.
        max_missing: Largest share of bars that may be missing.
        row_budget_bytes: Memory for rows of indicators, of each window.
        max_deliveries: Tries of a request that ends its worker.
        drain: Stop when no request is left.
    """

    max_batch: int
    batch_seconds: float
    max_missing: float
    row_budget_bytes: int
    max_deliveries: int
    drain: bool


@dataclass(slots=True)
class Done:
    """What became of one batch.

    Attributes:
        searches: Searches answered.
        exams: Exams answered.
        results: Finds published.
        trials: Distinct genomes evaluated.
        dead: Requests put aside.
        seconds: Time from the poll to the commit.
        traffic: What the adapters of the worker's process did.
    """

    searches: int = 0
    exams: int = 0
    results: int = 0
    trials: int = 0
    dead: int = 0
    seconds: float = 0.0
    traffic: Counted = ()
