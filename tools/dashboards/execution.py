"""The page of the portfolio and of signals."""

from tools.dashboards import rooms
from tools.dashboards.panels import Dashboard, Panel, Query, Row, figure, within_an_hour

PAGE = Dashboard(
    "tradestream-execution",
    "TradeStream / Portfolio and execution",
    "What may trade, with how much, and which signals left, and when.",
    [
        Row(
            "Portfolio",
            [
                Panel(
                    "Strategies",
                    [
                        Query(f"{rooms.ROTATION}_eligible_strategies", "eligible"),
                        Query(f"{rooms.ROTATION}_approved_strategies", "approved"),
                        Query(f"{rooms.SIZING}_sized_positions", "sized"),
                        Query(f"{rooms.SIGNALS}_strategies", "trading"),
                        Query(f"{rooms.SIGNALS}_open_positions", "in a position"),
                    ],
                ),
                Panel(
                    "Entries into sets and leavings, a day",
                    [
                        Query(
                            f"sum by (change) (increase({rooms.ROTATION}_changes_total"
                            "[1d]))",
                            "{{change}}",
                        )
                    ],
                ),
                Panel(
                    "Could not be sized, an hour, by reason",
                    [
                        within_an_hour(
                            f"{rooms.SIZING}_left_out_strategies_total", "reason"
                        )
                    ],
                ),
            ],
        ),
        Row(
            "Signals",
            [
                Panel(
                    "Signals an hour",
                    [within_an_hour(f"{rooms.SIGNALS}_signals_total", "kind")],
                    stacked=True,
                ),
                Panel(
                    "Age of the oldest live signal when it left",
                    [Query(f"{rooms.SIGNALS}_signal_age_seconds", "seconds")],
                    unit="s",
                    help="From the close of its bar; nothing while no signal leaves.",
                ),
                Panel(
                    "Held back an hour, by reason",
                    [
                        within_an_hour(
                            f"{rooms.SIGNALS}_withheld_signals_total", "reason"
                        )
                    ],
                ),
                figure(
                    "Rules that look ahead, a day",
                    f'sum(increase({rooms.SIGNALS}_mismatches_total{{reason="look_ahead"}}'
                    "[1d]))",
                    steps=(1, 1),
                    width=8,
                ),
                figure(
                    "Pasts changed by corrections, a day",
                    f'sum(increase({rooms.SIGNALS}_mismatches_total{{reason="history"}}'
                    "[1d]))",
                    width=8,
                ),
                figure(
                    "Bars looked at, an hour",
                    f"sum(increase({rooms.SIGNALS}_bars_total[1h]))",
                    width=8,
                ),
            ],
        ),
        Row(
            "How long it takes",
            [
                Panel(
                    "Runs of the rooms that positions depend on",
                    [
                        Query(
                            "tradestream:room:run_duration_seconds"
                            f'{{room=~"{rooms.CORE}|strategy_rotation"}}',
                            "{{room}}",
                        )
                    ],
                    unit="s",
                    width=12,
                ),
                Panel(
                    "Since their last success",
                    [
                        Query(
                            f"time() - {rooms.LAST}"
                            f'{{room=~"{rooms.CORE}|strategy_rotation"}}',
                            "{{room}}",
                        )
                    ],
                    unit="s",
                    width=12,
                ),
            ],
        ),
    ],
)
