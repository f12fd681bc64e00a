"""Lengths of time as flags have them: `20s`, `5m`, `24h`, `13d`."""

from datetime import UTC, datetime, timedelta

from absl import flags

from tradestream.runtime.clock import parse_time

flags.disclaim_key_flags()  # so that a room's --help shows them as its own

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Return a length of time; `0` needs no unit.

    Raises:
        ValueError: If `text` is not a whole number and one of s, m, h, d.
    """
    number, unit = text[:-1], text[-1:]
    if text == "0":
        return timedelta()
    if unit not in _UNITS or not (number.isascii() and number.isdecimal()):
        raise ValueError(
            f"a length of time such as 20s or 24h is required, was {text!r}"
        )
    try:
        return timedelta(**{_UNITS[unit]: int(number)})
    except OverflowError as error:
        raise ValueError(f"at most 999999999d is required, was {text!r}") from error


def define_duration(name: str, default: str, text: str) -> "flags.FlagHolder[str]":
    """Define a flag whose value `parse_duration` understands."""
    holder = flags.DEFINE_string(name, default, text)
    flags.register_validator(
        name, _is_duration, "a length such as 20s, 5m, 24h, or 13d is required"
    )
    return holder


def _is_duration(value: str) -> bool:
    try:
        parse_duration(value)
    except ValueError:
        return False
    return True


def history_start(text: str, now: datetime) -> datetime:
    """Return where a history begins: so many days ago, or at an ISO time.

    Args:
        text: Such as `365d` or `2026-01-31T00:00:00Z`.
        now: The time of the run.

    Raises:
        ValueError: If it is neither.
    """
    days = text.removesuffix("d")
    if text.endswith("d") and days.isdecimal():
        return now - timedelta(days=int(days))
    return parse_time(text)


def define_history_start(name: str, default: str, text: str) -> "flags.FlagHolder[str]":
    """Define a flag whose value `history_start` understands."""
    holder = flags.DEFINE_string(name, default, text)
    flags.register_validator(
        name, is_history_start, "days such as 365d or an ISO time needed"
    )
    return holder


def is_history_start(text: str) -> bool:
    """Return whether `history_start` understands a text."""
    try:
        history_start(text, datetime.now(UTC))
    except (ValueError, OverflowError):
        return False
    return True
