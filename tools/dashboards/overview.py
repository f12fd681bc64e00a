"""The first page: is money being looked after?"""

from tools.dashboards import rooms
from tools.dashboards.panels import Dashboard, Panel, Query, Row, figure

PAGE = Dashboard(
    "tradestream-overview",
    "TradeStream / Overview",
    "Is money being looked after? What is late, what waits, what fails.",
    [
        Row(
            "Is money being looked after?",
            [
                figure(
                    "Oldest success of candles, sizes, signals",
                    f'max(time() - {rooms.LAST}{{room=~"{rooms.CORE}"}})',
                    unit="s",
                    steps=(120, 240),
                    empty="never",
                    help="How long ago the rooms that positions depend on last"
                    " succeeded, the oldest of them.",
                ),
                figure(
                    "Alerts firing",
                    'count(ALERTS{alertname=~"TradeStream.+", alertstate="firing"})'
                    " or vector(0)",
                    steps=(1, 1),
                ),
                figure("Strategies that trade", f"sum({rooms.SIGNALS}_strategies)"),
                figure("Positions open", f"sum({rooms.SIGNALS}_open_positions)"),
                figure(
                    "Signals within an hour",
                    f"sum(increase({rooms.SIGNALS}_signals_total[1h]))",
                ),
                figure(
                    "Symbols without new bars",
                    f"sum({rooms.INGESTOR}_failed_symbols)",
                    steps=(1, 3),
                ),
            ],
        ),
        Row(
            "Rooms",
            [
                Panel(
                    "Since the last success",
                    [Query(f"time() - {rooms.LAST}", "{{room}}")],
                    kind="table",
                    unit="s",
                    height=10,
                ),
                Panel(
                    "Runs that failed within 30 minutes",
                    [
                        Query(
                            "sum by (room) (tradestream:room:runs:increase30m{status"
                            '!="0"})',
                            "{{room}}",
                        )
                    ],
                    height=10,
                ),
                Panel(
                    "How long a run takes, as a share of its deadline",
                    [
                        Query(
                            "tradestream:room:run_duration_seconds"
                            " / on (room) tradestream:room:deadline_seconds",
                            "{{room}}",
                        )
                    ],
                    unit="percentunit",
                    height=10,
                ),
            ],
        ),
        Row(
            "What waits, and what was put aside",
            [
                Panel(
                    "Requests that wait for workers",
                    [
                        Query(f"max({rooms.DISCOVERY}_lag_requests)", "now"),
                        Query(
                            f"max({rooms.FACTORY}_worker_lag_requests)",
                            "at the factory",
                        ),
                    ],
                ),
                Panel(
                    "Results left by the consumer",
                    [Query(f"{rooms.CONSUMER}_lag_messages", "messages")],
                ),
                Panel(
                    "Dead letters within an hour",
                    [Query("tradestream:room:dead_letters:increase1h", "{{room}}")],
                ),
            ],
        ),
        Row(
            "The bus",
            [
                Panel(
                    "Bytes sent a second, by room",
                    [
                        Query(
                            "sum by (job) (rate("
                            '{__name__=~"tradestream_.+_bus_sent_bytes_total"}[15m]))',
                            "{{job}}",
                        )
                    ],
                    unit="Bps",
                    width=12,
                ),
                Panel(
                    "Calls made again or given up within 15 minutes",
                    [
                        Query(
                            'tradestream:server:troubles:increase15m{server="bus"}',
                            "{{room}} {{outcome}}",
                        )
                    ],
                    width=12,
                ),
            ],
        ),
    ],
)
