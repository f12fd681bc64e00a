"""Serve the report page on loopback, drawn anew when it is asked for.

`/` is the page, `/strategy/<id>` that of one strategy, `/health` says that the
process is up.

Exit status: 0 stopped by SIGTERM or SIGINT, 1 bad flags or a bug.
"""

from collections.abc import Sequence

from absl import flags

from tradestream.runtime.app import run
from tradestream.runtime.flags import define_candles, define_clock, define_postgres
from tradestream.runtime.numbers import define_number
from tradestream.runtime.urls import define_http_url

_HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen on.")
_PORT = flags.DEFINE_integer(
    "port", 8610, "Port to listen on; 0 takes a free one.", lower_bound=0
)
_SIMULATOR_URL = define_http_url(
    "simulator_url",
    None,
    "Venue to ask what each market is, e.g. http://127.0.0.1:8600; not asked if unset.",
)
_CACHE_SECONDS = define_number(
    "cache_seconds",
    5.0,
    "How long a drawn page is good for, in seconds.",
    lower_bound=0,
)
_STRATEGY_CACHE_SECONDS = define_number(
    "strategy_cache_seconds",
    60.0,
    "How long the drawn page of a strategy is good for, in seconds.",
    lower_bound=0,
)
_REFRESH_SECONDS = flags.DEFINE_integer(
    "refresh_seconds",
    60,
    "How often an open page reads itself again, in seconds; 0 never.",
    lower_bound=0,
)
_CANDLES = define_candles()
_POSTGRES = define_postgres()
_CLOCK = define_clock()


def main(argv: Sequence[str]) -> int:
    """Serve until asked to stop."""
    del argv
    from tradestream.report.listen import listen_and_serve
    from tradestream.report.server import PageCache, StrategyPages, create_app

    application = create_app(
        PageCache(_draw, _CACHE_SECONDS.value),
        StrategyPages(_draw_strategy, _STRATEGY_CACHE_SECONDS.value),
    )
    return listen_and_serve(application, _HOST.value, _PORT.value)


def _draw() -> str:
    # Connections are opened for each drawing: a database that was restarted in the
    # meantime is then no trouble.
    from tradestream.report.build import build_page

    connection, candles = _POSTGRES.connect(), _CANDLES.open()
    try:
        return build_page(
            connection,
            candles,
            now=_CLOCK.now(),
            venue_url=_SIMULATOR_URL.value,
            refresh_seconds=_REFRESH_SECONDS.value or None,
            served=True,
        )
    finally:
        candles.close()
        connection.close()


def _draw_strategy(strategy: str) -> str:
    from tradestream.report.build import build_strategy_page
    from tradestream.report.exam_field import remembered

    connection, candles = _POSTGRES.connect(), _CANDLES.open()
    try:
        return build_strategy_page(
            connection,
            candles,
            strategy,
            now=_CLOCK.now(),
            fields=remembered,
            served=True,
        )
    finally:
        candles.close()
        connection.close()


if __name__ == "__main__":
    run(main)
