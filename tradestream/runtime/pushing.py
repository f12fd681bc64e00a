"""Pushing to a Pushgateway such that counters of short runs grow as true counters.

A run lives shorter than a scrape, and the next one begins at 0 again. So before a
run pushes, it reads what its room pushed last, and goes on from there: counters
add up, and times of a last success or failure stay until there is a later one.
Everything else of the group is replaced, so no series outlives its run unnoticed.
"""

import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tradestream.runtime.series import Series

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

TIMEOUT_SECONDS = 5.0
KEPT = ("last_success_timestamp_seconds", "last_failure_timestamp_seconds")


def push(
    url: str,
    room: str,
    series: Mapping[str, Series],
    registry: "CollectorRegistry",
    *,
    replace: bool,
) -> None:
    """Go on from the last push of `room`, and push.

    One run of a room at a time, or counts of one of them are lost.

    Args:
        url: Of the Pushgateway.
        room: Name of the group.
        series: By name; changed: what was pushed before is added.
        registry: Shows `series`.
        replace: Whether the group holds only these metrics then; if not, those of
            other names stay.

    Raises:
        OSError: If the gateway does not answer, or refuses.
    """
    from prometheus_client import push_to_gateway, pushadd_to_gateway

    _go_on(series, _pushed(url, room))
    send = push_to_gateway if replace else pushadd_to_gateway
    send(url, job=room, registry=registry, timeout=TIMEOUT_SECONDS)


def _go_on(
    series: Mapping[str, Series], pushed: Iterable[tuple[str, dict[str, str], float]]
) -> None:
    for name, labels, value in pushed:
        known = series.get(name)
        if known is None or labels.keys() != known.meter.labels.keys():
            continue
        kept = known.meter.what in KEPT and not known.samples()
        if known.meter.is_counter or kept:
            known.add(labels, value)


def _pushed(url: str, room: str) -> list[tuple[str, dict[str, str], float]]:
    """Return name, labels, and value of what `room` pushed last."""
    from prometheus_client.parser import text_string_to_metric_families

    ours = f"tradestream_{room}_"
    lines = [x for x in _page(url).splitlines() if x.startswith(ours)]
    text = "".join(f"{line}\n" for line in lines)
    found = []
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = dict(sample.labels)
                if labels.pop("job", None) == room and not labels.pop("instance", ""):
                    found.append((sample.name, labels, sample.value))
    except ValueError:
        return []  # no page of a gateway: begin at 0, as after its loss
    return found


def _page(url: str) -> str:
    """Return what the gateway shows, nothing if it shows no page."""
    page = f"{url}/metrics"
    try:
        # The flag takes http:// and https:// only.
        with urllib.request.urlopen(page, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            text: str = answer.read().decode(errors="replace")
            return text
    except urllib.error.HTTPError as error:
        error.close()
        return ""
