"""The main line, once: every room of it in order, each a process of its own."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from psycopg2.extensions import connection as Connection

from tradestream.bus.factory import open_bus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.local.demo import figures
from tradestream.local.demo.bars import bar_counter, symbols_with_bars
from tradestream.local.demo.rooms import Rooms, cores, last_fields
from tradestream.local.demo.screen import Screen
from tradestream.local.demo.tables import print_tables
from tradestream.local.stack import PROGRAMS, SIMULATOR_REQUESTS_PER_SECOND, Stack
from tradestream.postgres import connect
from tradestream.report.products import fetch_products
from tradestream.runtime.secrets import read_secret

DISCOVERY_GROUP = "strategy_discovery"

BACKFILL = "--backfill_start=13d"

FLAGS = {
    "candle_ingestor": (
        BACKFILL,
        f"--requests_per_second={SIMULATOR_REQUESTS_PER_SECOND}",
    ),
    "strategy_confidence_scorer": (BACKFILL,),
    "trade_signal_generator": ("--replay=24h",),
}
"""What rooms are told besides the addresses of the stack, now and on schedule."""

ONCE = {
    # The first tables after one round of these; the other windows in real time.
    "strategy_discovery_request_factory": ("--windows=1597,2584",),
    # The bar of this minute comes later, when candles are loaded every minute.
    "trade_signal_generator": ("--wait_for_bar=0",),
}
"""What rooms are told besides, the first time."""

_JUDGING = (
    ("strategy_consumer", "strategy_consumer", "strategies", "strategies"),
    (
        "strategy_confidence_scorer: judge",
        "strategy_confidence_scorer",
        "strategies WHERE status = 'validated'",
        "validated",
    ),
    ("strategy_rotation", "strategy_rotation", "approved_strategies", "approved"),
    ("risk_adjusted_sizing", "risk_adjusted_sizing", "sized_positions", "sized"),
    ("trade_signal_generator", "trade_signal_generator", "trade_signals", "signals"),
)
"""Step, room, what is counted, and what the count is of."""


class MainLine:
    """Runs the rooms of the main line against a fresh stack.

    Args:
        stack: Where everything lies.
        screen: Where steps are shown.
        rooms: Starts and ends the processes.
    """

    def __init__(self, stack: Stack, screen: Screen, rooms: Rooms) -> None:
        self._stack = stack
        self._screen = screen
        self._rooms = rooms

    def run(self) -> None:
        """Go from nothing to signals.

        Raises:
            TradeStreamError: If a server, program, or room fails.
        """
        compiler = self._rooms.start_module(
            "compile", [sys.executable, "-m", "tradestream.backtest.compile"]
        )
        with self._screen.step("start the servers") as view, self._stack.locked():
            self._stack.start_servers()
            view.detail(", ".join(n for n in self._stack.names if n not in PROGRAMS))
        self._rooms.run("database_migrator", "database_migrator")
        with self._screen.step("exchange_simulator"):
            self._stack.start_program("simulator")
        self._load()
        place = self._stack.bus
        with (
            self._records() as connection,
            closing(open_bus(place.url, place.password_file)) as bus,
        ):

            def waiting() -> str:
                requests = bus.lag(DISCOVERY_REQUESTS, DISCOVERY_GROUP)
                return f"{requests:,} requests wait"

            self._rooms.run(
                "strategy_discovery_request_factory",
                "strategy_discovery_request_factory",
                ONCE["strategy_discovery_request_factory"],
                progress=waiting,
            )
            self._rooms.run(
                "strategy_confidence_scorer: ask",
                "strategy_confidence_scorer",
                FLAGS["strategy_confidence_scorer"],
                progress=waiting,
            )
            with self._screen.step("kernels compiled meanwhile") as view:
                self._rooms.wait(compiler, view)
            self._rooms.run(
                "strategy_discovery",
                "strategy_discovery",
                ("--drain", f"--workers={cores()}"),
                progress=waiting,
            )
            self._judge(connection)
        with self._screen.step("report page") as view:
            self._stack.start_program("page")
            view.detail(self._stack.url("page"))

    def print_tables(self) -> None:
        """Print what was made."""
        symbols = symbols_with_bars(self._stack.candles)
        with self._records() as connection, bar_counter(self._stack.candles) as bars:
            made = figures.read_figures(connection, symbols=len(symbols), bars=bars())
            markets = figures.read_markets(connection, symbols)
        products = fetch_products(self._stack.url("simulator"))
        names = {symbol: product.name for symbol, product in products.items()}
        kinds = figures.by_kind(markets, names)
        print_tables(self._screen.console, made, kinds, self._screen.seconds, names)

    def _load(self) -> None:
        """Choose symbols, then ingest until a run reaches the end of its work."""
        self._rooms.run("top_crypto_updater", "top_crypto_updater")
        step = self._screen.step("candle_ingestor")
        with step as view, bar_counter(self._stack.candles) as bars:
            unfinished: object = True
            while unfinished:  # symbols that a run's budget of time did not reach
                run = self._rooms.start("candle_ingestor", FLAGS["candle_ingestor"])
                self._rooms.wait(run, view, lambda: f"{bars():,} bars")
                unfinished = last_fields(run.output()).get("unfinished")

    def _judge(self, connection: Connection) -> None:
        """From what was found to signals."""
        for title, room, table, what in _JUDGING:
            counted = figures.count(connection, table)

            def progress(counted: Callable[[], int] = counted, what: str = what) -> str:
                return f"{counted():,} {what}"

            flags = (*FLAGS.get(room, ()), *ONCE.get(room, ()))
            self._rooms.run(title, room, flags, progress=progress)

    @contextmanager
    def _records(self) -> Iterator[Connection]:
        password = read_secret(self._stack.layout.postgres_password)
        connection = connect(self._stack.url("postgres"), password)
        try:
            yield connection
        finally:
            connection.close()
