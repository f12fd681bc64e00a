"""Metrics of a find as JSON, fast: every field by name, null where undefined."""

from math import isfinite
from operator import attrgetter

import orjson

from protos.discovery.v1.result_pb2 import Metrics
from tradestream.errors import InvalidMessageError

_FIELDS = Metrics.DESCRIPTOR.fields
_NAMES = tuple(field.name for field in _FIELDS)
_OPTIONAL = frozenset(field.name for field in _FIELDS if field.has_presence)
_NOT_NEGATIVE = ("trades", "final_equity", "max_drawdown", "exposure", "turnover")
_all_values = attrgetter(*_NAMES)
_not_negative = attrgetter(*_NOT_NEGATIVE)


def check_metrics(message: Metrics) -> None:
    """Check all metrics.

    Raises:
        InvalidMessageError: If a number is not finite, or negative where none
            can be.
    """
    values = _all_values(message)
    # One sum tells of all numbers; only a sum that does not is looked into.
    if not isfinite(sum(values)):
        _refuse_infinite(values)
    if min(_not_negative(message)) < 0:
        _refuse_negative(message)


def metrics_json(message: Metrics) -> bytes:
    """Return checked metrics as JSON."""
    values: tuple[float | None, ...] = _all_values(message)
    if 0 in values:  # an optional field that is unset reads as 0
        values = tuple(
            None if name in _OPTIONAL and not message.HasField(name) else value
            for name, value in zip(_NAMES, values, strict=True)
        )
    return orjson.dumps(dict(zip(_NAMES, values, strict=True)))


def _refuse_infinite(values: tuple[float, ...]) -> None:
    for name, value in zip(_NAMES, values, strict=True):
        if not isfinite(value):
            raise InvalidMessageError(
                f"metrics.{name}: a finite number is required, was {value}"
            )


def _refuse_negative(message: Metrics) -> None:
    for name, value in zip(_NOT_NEGATIVE, _not_negative(message), strict=True):
        if value < 0:
            raise InvalidMessageError(
                f"metrics.{name}: at least 0 is required, was {value}"
            )
