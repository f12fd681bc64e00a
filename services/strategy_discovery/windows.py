"""The windows of the spans that were asked for last, each loaded once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from services.strategy_discovery.loading import load
from tradestream.backtest.window import Window
from tradestream.candle_store.port import CandleStore
from tradestream.discovery.messages import Judged
from tradestream.discovery.requests import Span
from tradestream.errors import InvalidMessageError

Loaded = tuple[Window, Judged]


@dataclass(slots=True)
class _Kept:
    found: Loaded | InvalidMessageError
    until: float


@dataclass(slots=True)
class Windows:
    """Opens spans; requests that follow each other share the bars.

    Attributes:
        store: Where the bars are.
        max_missing: Largest share of bars that may be missing, e.g. 0.05.
        row_budget_bytes: Memory for rows of indicators, of each window.
        keep: How many windows stay in memory.
        keep_seconds: After how long bars are read again, which may have been
            corrected since.
        clock: Seconds that only grow.
    """

    store: CandleStore
    max_missing: float
    row_budget_bytes: int
    keep: int = 1
    keep_seconds: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    _kept: dict[Span, _Kept] = field(default_factory=dict)

    def open(self, span: Span) -> Loaded:
        """Return the window of a span, and what messages say of it.

        Raises:
            InvalidMessageError: If too many bars are missing, or one is not sound.
            UnavailableError: If the store did not answer.
        """
        kept = self._kept.pop(span, None)
        if kept is None or kept.until <= self.clock():
            kept = None  # before the next one is loaded, so that no two are held
            self.forget(but=self.keep - 1)
            kept = _Kept(self._load(span), self.clock() + self.keep_seconds)
        self._kept[span] = kept
        if isinstance(kept.found, InvalidMessageError):
            raise InvalidMessageError(str(kept.found))
        return kept.found

    def passing(self) -> Callable[[Span], Loaded]:
        """Return what opens spans and keeps none; what was kept is forgotten."""
        self.forget()
        return partial(
            load,
            self.store,
            max_missing=self.max_missing,
            row_budget_bytes=self.row_budget_bytes,
        )

    def forget(self, *, but: int = 0) -> None:
        """Forget all windows but the last few."""
        for span in list(self._kept)[: len(self._kept) - but]:
            del self._kept[span]

    def _load(self, span: Span) -> Loaded | InvalidMessageError:
        try:
            return load(
                self.store,
                span,
                max_missing=self.max_missing,
                row_budget_bytes=self.row_budget_bytes,
            )
        except InvalidMessageError as error:
            return error
