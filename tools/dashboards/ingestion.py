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
            "Freshness",
            [
                figure(
                    "Age of the newest bar, the oldest of all symbols",
                    f"max(time() - {rooms.INGESTOR}_newest_bar_timestamp_seconds)",
                    unit="s",
                    steps=(300, 1800),
                    width=8,
                    empty="never",
                    help="From the opening of the bar.",
                ),
                Panel(
                    "Age of the newest bar, the ten oldest",
                    [
                        Query(
                            f"topk(10, time() - {rooms.INGESTOR}"
                            "_newest_bar_timestamp_seconds)",
                            "{{symbol}}",
                        )
                    ],
                    unit="s",
                    width=16,
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
            "InfluxDB",
            [
                Panel(
                    "Bytes of bars written a second",
                    [
                        Query(
                            f"sum(rate({rooms.INGESTOR}_candles_sent_bytes_total[15m]))",
                            "bytes",
                        )
                    ],
                    unit="Bps",
                ),
                Panel(
                    "Batches refused an hour",
                    [within_an_hour(f"{rooms.INGESTOR}_candles_refused_batches_total")],
                    help="A refused batch is halved until only the bars that the"
                    " store does not like are left out.",
                ),
                Panel(
                    "Calls made again or given up within 15 minutes",
                    [
                        Query(
                            'tradestream:server:troubles:increase15m{server="candles"}',
                            "{{room}} {{outcome}}",
                        )
                    ],
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
