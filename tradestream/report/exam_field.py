"""What everybody in a stored exam reached: computed again, for its picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradestream.backtest.costs import Costs
from tradestream.candle_store.port import CandleStore
from tradestream.candles import LEAST_BARS, parse_interval
from tradestream.instruments import Instrument

_ROW_BYTES = 32 << 20
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class ExamField:
    """The t of everybody in the running, or why they are not known.

    Attributes:
        ts: Studentized mean excess of each genome.
        note: Why there are none, empty otherwise.
    """

    ts: Sequence[float] = ()
    note: str = ""


def recomputed(candles: CandleStore, exam: Mapping[str, Any]) -> ExamField:
    """Return the field of an exam; one to three seconds for 60 types on 14 days.

    Args:
        candles: Where the bars are.
        exam: A row of `exams`, with the steps and costs of its evaluations.
    """
    from tradestream.backtest.window import Window
    from tradestream.discovery.design import design
    from tradestream.discovery.exam import examine

    if exam.get("members"):
        return ExamField(note="It examined a group of markets together.")
    if exam["design_hash"] != design().hash:
        return ExamField(
            note="It examined the designs of another catalogue, which cannot be drawn "
            "again."
        )
    series = candles.read(
        exam["symbol"],
        parse_interval(exam["interval"]),
        exam["window_start_at"],
        exam["window_end_at"],
    )
    if len(series) < LEAST_BARS:
        return ExamField(note="Its bars are not held any more.")
    instrument = Instrument(exam["symbol"], exam["price_tick"], exam["volume_lot"])
    costs = Costs(exam["fee_bps"], exam["slippage_bps"])
    window = Window(series, instrument, costs, row_budget_bytes=_ROW_BYTES)
    return ExamField([float(t) for one in examine(window, design()) for t in one.t])


_known: dict[tuple[Any, ...], ExamField] = {}


def remembered(candles: CandleStore, exam: Mapping[str, Any]) -> ExamField:
    """Return the same, computed once for each of the newest 32 exams asked for.

    An exam's answer names the bars it was given on, so it is remembered with them.
    """
    key = (exam["request_id"], exam["data_fingerprint"], exam["answered_at"])
    if key not in _known:
        while len(_known) >= _REMEMBERED:
            _known.pop(next(iter(_known)))
        _known[key] = recomputed(candles, exam)
    return _known[key]
