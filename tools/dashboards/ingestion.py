"""The page of candles."""

from tools.dashboards import rooms
from tools.dashboards.panels import Dashboard, Panel, Query, Row, figure, within_an_hour

PAGE = Dashboard(
    "tradestream-ingestion",
    "TradeStream / Ingestion",
    "Do candles come, for every symbol, and are they sound?",
    [
        Row(
            "Symbols",
            [
                figure("Traded symbols", f"{rooms.UPDATER}_symbols"),
                figure("Read by the last run", f"{rooms.INGESTOR}_read_symbols"),
                figure(
                    "Left by an error", f"{rooms.INGESTOR}_failed_symbols", steps=(1, 3)
                ),
                figure(
                    "Not traded by the venue",
                    f"{rooms.INGESTOR}_unknown_symbols",
                    steps=(1, 5),
                ),
                figure("History not complete", f"{rooms.INGESTOR}_unfinished_symbols"),
                figure(
                    "Since the last success",
                    f'time() - {rooms.LAST}{{room="candle_ingestor"}}',
                    unit="s",
                    steps=(120, 240),
                    empty="never",
                ),
            ],
        ),
        Row(
            "Bars",
            [
                Panel(
                    "Bars an hour, by what became of them",
                    [within_an_hour(f"{rooms.INGESTOR}_bars_total", "kind")],
                    width=12,
                ),
                Panel(
                    "Bars rejected an hour, by reason",
                    [within_an_hour(f"{rooms.INGESTOR}_rejected_bars_total", "reason")],
                    width=12,
                    help="Bars that cannot be; they are asked for again.",
                ),
                Panel(
                    "Minutes an hour that the venue does not have",
                    [within_an_hour(f"{rooms.INGESTOR}_venue_holes_total")],
                ),
                Panel(
                    "Symbols whose history is not complete",
                    [Query(f"{rooms.INGESTOR}_unfinished_symbols", "symbols")],
                ),
                Panel(
                    "How long a run takes",
                    [Query(f"{rooms.INGESTOR}_run_duration_seconds", "seconds")],
                    unit="s",
                ),
            ],
        ),
        Row(
            "The list",
            [
                Panel(
                    "Symbols that came and left, a day",
                    [
                        Query(
                            "sum by (change) (increase("
                            f"{rooms.UPDATER}_changed_symbols_total[1d]))",
                            "{{change}}",
                        )
                    ],
                    width=12,
                ),
                Panel(
                    "Symbols that are traded",
                    [Query(f"{rooms.UPDATER}_symbols", "symbols")],
                    width=12,
                ),
            ],
        ),
    ],
)
