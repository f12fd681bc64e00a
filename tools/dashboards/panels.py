"""What a dashboard is made of: rows of panels, and what each asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Query:
    """What a panel asks Prometheus.

    Attributes:
        expression: In PromQL; may hold `$room` and `$__rate_interval`.
        legend: Name of its series, e.g. `{{room}}`.
    """

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        title: What it shows, as a person would ask.
        queries: What it asks.
        kind: `timeseries`, `stat`, or `table`.
        unit: Grafana's name of the unit: `s`, `short`, `percentunit`, `reqps`.
        help: Shown behind the small i.
        width: Columns, of 24.
        height: Rows.
        steps: From which value on it is amber and red; none: it is never.
        empty: What to show when there is nothing.
        stacked: Whether series are drawn upon each other.
    """

    title: str
    queries: Sequence[Query]
    kind: str = "timeseries"
    unit: str = "short"
    help: str = ""
    width: int = 8
    height: int = 7
    steps: tuple[float, float] | None = None
    empty: str = "none"
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page.

    Attributes:
        uid: Its address, which stays; also the name of its file.
        title: Its name.
        help: What it is for, in one sentence.
        rows: From top to bottom.
        variables: More variables than the data source.
    """

    uid: str
    title: str
    help: str
    rows: Sequence[Row]
    variables: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def figure(title: str, expression: str, **options: Any) -> Panel:
    """Return a small panel with one number."""
    small: dict[str, Any] = {"width": 4, "height": 4, **options}
    return Panel(title, [Query(expression)], kind="stat", **small)


def within_an_hour(metric: str, by: str = "") -> Query:
    """Return how much a counter grew within an hour, for each value of a label."""
    grouped = f" by ({by})" if by else ""
    legend = f"{{{{{by}}}}}" if by else ""
    return Query(f"sum{grouped} (increase({metric}[1h]))", legend)
