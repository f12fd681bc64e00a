"""The page of requests, workers, results, and the gate."""

from tools.dashboards import rooms
from tools.dashboards.panels import Dashboard, Panel, Query, Row, within_an_hour


def _on_flink_too(what: str, on_flink: str = "") -> str:
    """Return what selects a counter of the workers, and of the job on Flink."""
    names = (
        f"{rooms.DISCOVERY}_{what}_total",
        f"flink_.+_{rooms.DISCOVERY}_{on_flink or what}_total",
    )
    return f'{{__name__=~"{"|".join(names)}"}}'


PAGE = Dashboard(
    "tradestream-discovery",
    "TradeStream / Discovery",
    "What is asked, how fast it is answered, and what is proven.",
    [
        Row(
            "Requests",
            [
                Panel(
                    "Requests a second",
                    [
                        Query(
                            f"sum(rate({rooms.FACTORY}_requests_total[15m]))", "asked"
                        ),
                        Query(
                            f"sum by (kind) (rate({rooms.DISCOVERY}_requests_total"
                            "[$__rate_interval]))",
                            "answered: {{kind}}",
                        ),
                        Query(
                            f"sum(rate({_on_flink_too('requests')}[$__rate_interval]))",
                            "answered, also on Flink",
                        ),
                    ],
                    unit="reqps",
                ),
                Panel(
                    "Requests that wait",
                    [
                        Query(f"max({rooms.DISCOVERY}_lag_requests)", "now"),
                        Query(
                            f"max({rooms.FACTORY}_worker_lag_requests)",
                            "at the factory",
                        ),
                    ],
                ),
                Panel(
                    "Spans not asked for",
                    [
                        Query(f"{rooms.FACTORY}_not_held_spans", "bars are missing"),
                        Query(
                            f"{rooms.FACTORY}_left_by_lag_spans", "workers are behind"
                        ),
                    ],
                ),
            ],
        ),
        Row(
            "Workers",
            [
                Panel(
                    "Evaluations a second, all workers together",
                    [
                        Query(
                            "sum(rate("
                            f"{_on_flink_too('trials', 'evaluations')}"
                            "[$__rate_interval]))",
                            "distinct genomes",
                        )
                    ],
                ),
                Panel(
                    "Share of time that workers are busy",
                    [
                        Query(
                            f"sum(rate({rooms.DISCOVERY}_busy_seconds_total[5m]))"
                            f" / sum({rooms.DISCOVERY}_running_workers)",
                            "busy",
                        )
                    ],
                    unit="percentunit",
                ),
                Panel(
                    "Restarts and dead letters an hour",
                    [
                        Query(
                            f"sum(increase({rooms.DISCOVERY}_restarts_total[1h]))",
                            "restarts",
                        ),
                        Query(
                            f"sum(increase({rooms.DISCOVERY}_dead_letters_total[1h]))",
                            "dead letters",
                        ),
                    ],
                ),
            ],
        ),
        Row(
            "The ledger",
            [
                Panel(
                    "Results an hour",
                    [
                        Query(
                            f"sum(increase({rooms.DISCOVERY}_results_total[1h]))",
                            "found",
                        ),
                        Query(
                            f"sum(increase({rooms.CONSUMER}_evaluations_total[1h]))",
                            "stored: evaluations",
                        ),
                        Query(
                            f"sum(increase({rooms.CONSUMER}_strategies_total[1h]))",
                            "stored: new strategies",
                        ),
                    ],
                ),
                Panel(
                    "Trials an hour",
                    [within_an_hour(f"{rooms.DISCOVERY}_trials_total")],
                    help="Every genome evaluated counts against what is found.",
                ),
                Panel(
                    "Consumer: left, and put aside an hour",
                    [
                        Query(f"{rooms.CONSUMER}_lag_messages", "left"),
                        Query(
                            "sum by (reason)"
                            f" (increase({rooms.CONSUMER}_dead_letters_total[1h]))",
                            "{{reason}}",
                        ),
                    ],
                ),
            ],
        ),
        Row(
            "The gate",
            [
                Panel(
                    "Validated a day",
                    [
                        Query(
                            f"sum(increase({rooms.SCORER}_exam_validated_strategies_total"
                            "[1d]))",
                            "by an exam",
                        ),
                        Query(
                            f"sum(increase({rooms.SCORER}_claim_validated_strategies_total"
                            "[1d]))",
                            "by a claim",
                        ),
                        Query(
                            f"sum(increase({rooms.SCORER}_group_validated_genomes_total"
                            "[1d]))",
                            "on the group",
                        ),
                    ],
                ),
                Panel(
                    "Exams and claims a day",
                    [
                        Query(
                            f"sum(increase({rooms.SCORER}_asked_exams_total[1d]))",
                            "exams asked for",
                        ),
                        Query(
                            f"sum(increase({rooms.CONSUMER}_exams_total[1d]))",
                            "exams answered",
                        ),
                        Query(
                            f"sum(increase({rooms.SCORER}_registered_claims_total[1d]))",
                            "claims registered",
                        ),
                        Query(
                            f"sum(increase({rooms.SCORER}_closed_claims_total[1d]))",
                            "claims refused or retired",
                        ),
                    ],
                ),
                Panel(
                    "Scores and evidence an hour",
                    [
                        Query(
                            f"sum(increase({rooms.SCORER}_scored_strategies_total[1h]))",
                            "scored",
                        ),
                        Query(
                            f"sum(increase({rooms.ROBUSTNESS}_computed_strategies_total"
                            "[1h]))",
                            "robustness",
                        ),
                        Query(
                            f"sum(increase({rooms.SCORER}_stale_records_total[1h]))",
                            "stale by corrected candles",
                        ),
                    ],
                ),
            ],
        ),
    ],
)
