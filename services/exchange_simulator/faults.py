"""Faults on request: what a venue does on a bad day.

A fault is a share of answers, rows, or minutes; which ones is drawn by a hash
of the seed and a running number or minute, so that a run can be repeated.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

_SHARES = (
    "too_many_requests",
    "server_errors",
    "half_bodies",
    "truncated_json",
    "wrong_bodies",
    "wrong_types",
    "missing_minutes_share",
    "corrected_bars_share",
)
_WRONG_KINDS = (
    "text", "null", "nan", "negative", "high_below_low", "unaligned", "future", "short"
)  # fmt: skip
_FUTURE_SECONDS = 366 * 86_400
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong; nothing by default.

    Attributes:
        seed: Seed of every draw.
        symbols: Products concerned; empty: all, and the listings.
        latency_seconds: Wait before each answer.
        too_many_requests: Share of answers that are 429.
        retry_after_seconds: What those say in Retry-After.
        server_errors: Share of answers that are 500, 502, or 503.
        half_bodies: Share of answers cut off in the middle of the connection.
        truncated_json: Share of answers that end early, as if complete.
        wrong_bodies: Share of answers that are an object where a list belongs.
        wrong_types: Share of candle rows with numbers that cannot be.
        missing_minutes_share: Share of minutes that the venue has no bar of.
        missing_minutes: Such minutes by name, ISO.
        corrected_bars_share: Share of minutes whose bar now has other numbers.
        corrected_bars: Such minutes by name, ISO.
    """

    seed: int = 1
    symbols: tuple[str, ...] = ()
    latency_seconds: float = 0.0
    too_many_requests: float = 0.0
    retry_after_seconds: int = 1
    server_errors: float = 0.0
    half_bodies: float = 0.0
    truncated_json: float = 0.0
    wrong_bodies: float = 0.0
    wrong_types: float = 0.0
    missing_minutes_share: float = 0.0
    missing_minutes: tuple[str, ...] = ()
    corrected_bars_share: float = 0.0
    corrected_bars: tuple[str, ...] = ()

    def draw(self, share: float, what: str, number: int) -> bool:
        """Return whether a draw of `share` hits, the same for the same number."""
        if not share:
            return False
        text = f"{self.seed}|{what}|{number}".encode()
        return zlib.crc32(text) / 2**32 < share

    def concerns(self, symbol: str) -> bool:
        """Return whether a product (or "" for the listings) is meant."""
        return not self.symbols or symbol in self.symbols

    def spoils_rows(self) -> bool:
        """Return whether any fault changes single bars."""
        return bool(
            self.wrong_types
            or self.missing_minutes_share
            or self.missing_minutes
            or self.corrected_bars_share
            or self.corrected_bars
        )


NO_FAULTS = Faults()


def parse_faults(text: str | bytes) -> Faults:
    """Return the faults that a JSON object describes.

    Raises:
        ValueError: Names the key that is unknown or the value that cannot be.
    """
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"a JSON object of faults is required, was not JSON: {error}"
        ) from error
    if not isinstance(given, dict):
        raise ValueError(
            f"a JSON object of faults is required, was {type(given).__name__}"
        )
    known = {f.name: f.default for f in fields(Faults)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"a fault such as {_SHARES[0]} is required, was {name!r}")
        _check(name, value, known[name])
    lists = {k: tuple(v) for k, v in given.items() if isinstance(v, list)}
    return Faults(**{**given, **lists})


def spoil(
    faults: Faults, symbol: str, rows: list[bytes], now: float, *, minutes: bool = True
) -> list[bytes]:
    """Return candle rows as a venue with these faults would give them.

    Args:
        faults: What goes wrong.
        symbol: Product of the rows; draws are mixed with it.
        rows: Rendered rows.
        now: Seconds since 1970.
        minutes: Whether the rows are minutes; longer ones are not left out.
    """
    if not minutes:
        faults = replace(faults, missing_minutes_share=0.0, missing_minutes=())
    missing = {_minute(m) for m in faults.missing_minutes}
    corrected = {_minute(m) for m in faults.corrected_bars}
    spoiled = []
    for rendered in rows:
        row = json.loads(rendered)
        time = int(row[0])
        draw = zlib.crc32(f"{symbol}|{time}".encode())
        if time in missing or faults.draw(
            faults.missing_minutes_share, "missing", draw
        ):
            continue
        if time in corrected or faults.draw(
            faults.corrected_bars_share, "correct", draw
        ):
            _correct(row)
        if faults.draw(faults.wrong_types, "wrong", draw):
            row = _wrong(row, _WRONG_KINDS[draw % len(_WRONG_KINDS)], now)
        spoiled.append(json.dumps(row, separators=(",", ":")).encode())
    return spoiled


def _check(name: str, value: object, default: object) -> None:
    if name in _SHARES:
        fits = isinstance(value, int | float) and 0 <= value <= 1
        wanted = "a share from 0 to 1"
    elif isinstance(default, tuple):
        fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
        wanted = "a list of strings"
    elif isinstance(default, int):
        fits = isinstance(value, int) and 0 <= value <= _MOST
        wanted = f"a whole number from 0 to {_MOST}"
    else:
        fits = isinstance(value, int | float) and 0 <= value <= _MOST
        wanted = f"a number from 0 to {_MOST}"
    if not fits or isinstance(value, bool):
        raise ValueError(f"{wanted} is required for {name}, was {value!r}")
    if name in ("missing_minutes", "corrected_bars") and isinstance(value, list):
        for minute in value:
            _check_minute(name, minute)


def _check_minute(name: str, text: str) -> None:
    try:
        _minute(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"minutes such as 2026-01-31T12:00Z are required for {name}, was {text!r}"
        ) from error


def _minute(text: str) -> int:
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()) // 60 * 60


def _correct(row: list[float]) -> None:
    time, low, high, opened, closed, volume = row
    # Still in whole ticks and lots.
    other = high if closed == low else low
    row[:] = [time, low, high, opened, other, round(2 * volume + 1, 8)]


def _wrong(row: list[float], kind: str, now: float) -> list[object]:
    time, low, high, opened, closed, volume = row
    wrong: Mapping[str, list[object]] = {
        "text": [time, "cheap", high, opened, closed, volume],
        "null": [time, low, high, None, closed, volume],
        "nan": [time, low, high, opened, float("nan"), volume],
        "negative": [time, -low, high, opened, closed, volume],
        "high_below_low": [time, high * 1.01, low, opened, closed, volume],
        "unaligned": [time + 7, low, high, opened, closed, volume],
        "future": [
            int(now) // 60 * 60 + _FUTURE_SECONDS,
            low,
            high,
            opened,
            closed,
            volume,
        ],
        "short": [time, low, high],
    }
    return wrong[kind]
