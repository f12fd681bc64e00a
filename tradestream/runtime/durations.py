"""Lengths of time as flags have them: `20s`, `5m`, `24h`, `13d`."""

from datetime import timedelta

from absl import flags

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
