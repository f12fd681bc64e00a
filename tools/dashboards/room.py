"""One page for any room, chosen by a variable."""

from tools.dashboards import rooms
from tools.dashboards.panels import Dashboard, Panel, Query, Row, figure

PAGE = Dashboard(
    "tradestream-room",
    "TradeStream / Room",
    "One room: its runs, and everything that it measures.",
    [
        Row(
            "$room",
            [
                figure(
                    "Since the last success",
                    f'time() - {rooms.LAST}{{room="$room"}}',
                    unit="s",
                    empty="never",
                ),
                figure(
                    "Since the last failure",
                    "time() - tradestream:room:last_failure_timestamp_seconds"
                    '{room="$room"}',
                    unit="s",
                    empty="never",
                ),
                figure(
                    "The last run took",
                    'tradestream:room:run_duration_seconds{room="$room"}',
                    unit="s",
                    empty="resident",
                ),
                figure(
                    "Runs within 30 minutes",
                    'sum(tradestream:room:runs:increase30m{room="$room"})',
                    empty="resident",
                ),
                figure(
                    "Failed within 30 minutes",
                    'sum(tradestream:room:runs:increase30m{room="$room", status!="0"})',
                    steps=(1, 3),
                    empty="resident",
                ),
                figure(
                    "Dead letters within an hour",
                    'tradestream:room:dead_letters:increase1h{room="$room"}',
                    steps=(1, 10),
                    empty="none",
                ),
            ],
        ),
        Row(
            "Everything that it measures",
            [
                Panel(
                    "Values of the moment",
                    [Query('{__name__=~"tradestream_${room}_.+", job="$room"}')],
                    kind="table",
                    width=12,
                    height=16,
                ),
                Panel(
                    "Counters, an hour",
                    [
                        Query(
                            # increase() takes the name away, so it becomes a label.
                            'increase(label_replace({__name__=~"tradestream_${room}'
                            '_.+_total", job="$room"}, "metric", "$1", "__name__",'
                            ' "tradestream_${room}_(.+)_total")[1h:15s])',
                            "{{metric}} {{kind}}{{reason}}{{status}}{{change}}"
                            "{{outcome}}",
                        )
                    ],
                    width=12,
                    height=16,
                ),
            ],
        ),
    ],
    variables=[
        {
            "name": "room",
            "label": "Room",
            "type": "query",
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "query": f"label_values({rooms.LAST}, room)",
            "definition": f"label_values({rooms.LAST}, room)",
            "refresh": 2,
            "sort": 1,
            "hide": 0,
        }
    ],
)
