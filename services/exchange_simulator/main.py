"""Serve a venue on loopback: recorded and seeded markets on the venues' formats.

Speaks Coinbase Exchange REST and the CoinMarketCap listings, with the venue's
limits and with faults on request. The same origin and seed serve the same past.

Exit status: 0 stopped by SIGTERM or SIGINT, 1 bad flags or a bug.
"""

import math
from collections.abc import Sequence
from datetime import date

from absl import flags

from tradestream.errors import ConfigurationError
from tradestream.runtime.app import run
from tradestream.runtime.flags import define_clock
from tradestream.runtime.numbers import define_number

_HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen on.")
_PORT = flags.DEFINE_integer(
    "port", 8600, "Port to listen on; 0 takes a free one.", lower_bound=0
)
_ORIGIN = flags.DEFINE_string(
    "origin",
    None,
    "First day of the markets, e.g. 2026-01-31; --history_days before now if unset. "
    "A restart with the same origin serves the same past.",
)
_HISTORY_DAYS = flags.DEFINE_integer(
    "history_days",
    31,
    "Days from the origin to the day of opening.",
    lower_bound=14,
    upper_bound=3650,
)
_SEED = flags.DEFINE_integer("seed", 1, "Seed of every market.", lower_bound=0)
_REQUESTS_PER_SECOND = define_number(
    "requests_per_second",
    10.0,
    "Requests a second that a client may make, e.g. 500; 0 is no limit.",
    lower_bound=0.0,
)
_BURST = flags.DEFINE_integer(
    "burst", 15, "Requests that a client may make at once.", lower_bound=1
)
_FAULTS = flags.DEFINE_string(
    "faults", "{}", 'Faults as JSON, e.g. {"server_errors": 0.1}; see the README.'
)
_ALTCOIN = flags.DEFINE_bool(
    "altcoin", False, "Also serve the recorded five-minute market ADA-BTC."
)
_TWINS = flags.DEFINE_integer(
    "twins",
    0,
    "Further names of each market with the same bars, e.g. 49 for some 1,000 symbols.",
    lower_bound=0,
    upper_bound=999,
)
_CLOCK = define_clock()


def main(argv: Sequence[str]) -> int:
    """Serve until asked to stop."""
    del argv
    from services.exchange_simulator.faults import parse_faults
    from services.exchange_simulator.server import serve
    from services.exchange_simulator.venue import default_origin, open_venue

    clock = _CLOCK.clock()
    today = clock.now().date()
    origin = (
        date.fromisoformat(_ORIGIN.value)
        if _ORIGIN.value
        else default_origin(today, _HISTORY_DAYS.value)
    )
    if origin > today:
        raise ConfigurationError(
            f"an origin of {today} or before is required, was {origin}"
        )
    venue = open_venue(
        origin=origin,
        history_days=_HISTORY_DAYS.value,
        seed=_SEED.value,
        with_altcoin=_ALTCOIN.value,
        twins=_TWINS.value,
    )
    return serve(
        venue,
        clock,
        host=_HOST.value,
        port=_PORT.value,
        requests_per_second=_REQUESTS_PER_SECOND.value,
        burst=max(_BURST.value, int(_REQUESTS_PER_SECOND.value)),
        faults=parse_faults(_FAULTS.value),
    )


def _is_day(text: str | None) -> bool:
    try:
        return text is None or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _are_faults(text: str) -> bool:
    from services.exchange_simulator.faults import parse_faults

    try:
        return parse_faults(text) is not None
    except ValueError as error:
        raise flags.ValidationError(str(error)) from error


flags.register_validator("origin", _is_day, "a day such as 2026-01-31 is required")
flags.register_validator("faults", _are_faults)
flags.register_validator(
    "requests_per_second", math.isfinite, "a finite number is required"
)

if __name__ == "__main__":
    run(main)
