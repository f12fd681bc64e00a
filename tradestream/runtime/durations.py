"""Lengths of time as flags have them: `20s`, `5m`, `24h`, `13d`."""

from datetime import UTC, datetime, timedelta

from absl import flags

from tradestream.runtime.clock import FIRST_YEAR, parse_time

flags.disclaim_key_flags()  # so that a room's --help shows them as its own

_DAY = timedelta(days=1)
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
        ValueError: If it is neither, is less than a day back, or lies before
            any coin was traded.
    """
    days = text.removesuffix("d")
    try:
        if text.endswith("d") and days.isascii() and days.isdecimal():
            start = parse_time((now - timedelta(days=int(days))).isoformat())
        else:
            start = parse_time(text)
    except OverflowError as error:
        raise ValueError(f"a time from {FIRST_YEAR} on is required") from error
    if now - start < _DAY:
        raise ValueError(f"a start at least 1 day back is required, was {text}")
    return start


def define_history_start(name: str, default: str, text: str) -> "flags.FlagHolder[str]":
    """Define a flag whose value `history_start` understands, after --now."""
    holder = flags.DEFINE_string(name, default, text)
    flags.register_multi_flags_validator(
        [name, "now"], lambda given: _check_start(name, given[name], given["now"])
    )
    return holder


def _check_start(name: str, text: str, held: str | None) -> bool:
    try:
        now = datetime.now(UTC) if held is None else parse_time(held)
    except ValueError:
        return True  # --now has a validator of its own
    if not is_history_start(text, now):
        raise flags.ValidationError(
            f"--{name} must be days such as 365d or an ISO time with a timezone, "
            f"at least 1 day back and from {FIRST_YEAR} on, was {text}"
        )
    return True


def is_history_start(text: str, now: datetime) -> bool:
    """Return whether `history_start` understands a text at a time."""
    try:
        history_start(text, now)
    except ValueError:
        return False
    return True
