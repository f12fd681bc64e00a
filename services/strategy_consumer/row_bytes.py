"""Checked rows as PostgreSQL's binary COPY takes them."""

import struct
from math import nan

from protos.discovery.v1.result_pb2 import DiscoveredStrategy, SearchSummary
from services.strategy_consumer import binary_copy as copy
from services.strategy_consumer import columns
from services.strategy_consumer.metrics import metrics_json
from services.strategy_consumer.rows import Evaluation, StrategyRow
from services.strategy_consumer.windows import CheckedWindow

_STRATEGY_FIELDS = copy.fields(len(columns.STRATEGIES))
_EVALUATION_FIELDS = copy.fields(len(columns.EVALUATIONS))
_TRIALS_FIELDS = copy.fields(len(columns.TRIALS))
# Each number has before it the length that binary COPY wants.
_EVALUATION_NUMBERS = struct.Struct(">" + "iq" * 6 + "id" * 6)
_STRATEGY_NUMBERS = struct.Struct(">idiq")
_TRIALS_NUMBERS = struct.Struct(">" + "iq" * 4 + "id" * 2 + "ii")


def strategy_row(row: StrategyRow) -> bytes:
    """Return a row in the order of `columns.STRATEGIES`."""
    strategy = row.strategy
    return b"".join(
        (
            _STRATEGY_FIELDS,
            copy.hexadecimal(strategy.strategy_id),
            copy.text(strategy.strategy_name),
            copy.text(strategy.symbol),
            copy.text(strategy.interval),
            copy.json(strategy.parameters),
            copy.hexadecimal(row.best.evaluation_id),
            copy.hexadecimal(row.latest.evaluation_id),
            _STRATEGY_NUMBERS.pack(
                8,
                row.best.message.score,
                8,
                copy.microseconds(row.latest.window.end),
            ),
        )
    )


def evaluation_row(evaluation: Evaluation) -> bytes:
    """Return a row in the order of `columns.EVALUATIONS`."""
    message, window = evaluation.message, evaluation.window
    own, market = evaluation.hourly
    return b"".join(
        (
            _EVALUATION_FIELDS,
            copy.hexadecimal(evaluation.evaluation_id),
            copy.hexadecimal(evaluation.strategy_id),
            copy.text(message.request_id),
            copy.text(message.symbol),
            copy.json(metrics_json(message.metrics)),
            copy.real_array(own),
            copy.real_array(market),
            copy.text(str(message.seed)),
            copy.text(message.code_version),
            copy.text(message.data_fingerprint),
            _EVALUATION_NUMBERS.pack(
                8, copy.microseconds(window.start),
                8, copy.microseconds(window.end),
                8, copy.microseconds(window.anchor),
                8, copy.microseconds(window.first_hour),
                8, window.bars,
                8, window.missing,
                8, window.price_tick,
                8, window.volume_lot,
                8, message.score,
                8, message.fee_bps,
                8, message.slippage_bps,
                8, _plateau(message),
            ),
        )
    )  # fmt: skip


def trials_row(message: SearchSummary, window: CheckedWindow) -> bytes:
    """Return a row in the order of `columns.TRIALS`."""
    return b"".join(
        (
            _TRIALS_FIELDS,
            copy.named("request_id", message.request_id),
            copy.named("symbol", message.symbol),
            copy.text(message.interval),
            copy.text(message.strategy_name),
            copy.text(message.certificate),
            copy.named("code_version", message.code_version),
            copy.named("data_fingerprint", message.data_fingerprint),
            _TRIALS_NUMBERS.pack(
                8, copy.microseconds(window.start),
                8, copy.microseconds(window.end),
                8, message.trials,
                8, message.trials_with_trades,
                8, message.sharpe_sum,
                8, message.sharpe_square_sum,
                4, message.results,
            ),
        )
    )  # fmt: skip


def _plateau(message: DiscoveredStrategy) -> float:
    """Return the plateau, NaN when it is undefined; stored as NULL then."""
    return message.plateau if message.HasField("plateau") else nan
