"""What a room measures, declared: name, unit, labels, and what it says.

A room lists its metrics in `services/<room>/meters.py`. Values can only be given to
what is declared there, and the documents are generated from the same lists.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

PREFIX = "tradestream"
OPEN: tuple[str, ...] = ()
"""Values of a label that are not known beforehand."""

_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Meter:
    """One metric of a room.

    Attributes:
        what: Its name after `tradestream_<room>_`; ends in the unit, and a
            counter's then in `_total`.
        unit: What it counts or measures, e.g. `seconds` or `bars`.
        says: One sentence for people, without a full stop.
        is_counter: True if it only grows.
        labels: Values by label; `OPEN` where they are not known beforehand.
    """

    what: str
    unit: str
    says: str
    is_counter: bool
    labels: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __post_init__(self) -> None:
        """Check the name; ValueError says what is wrong with it."""
        ending = f"{self.unit}_total" if self.is_counter else self.unit
        if _WORD.fullmatch(self.what) is None or not self.what.endswith(ending):
            raise ValueError(f"a name that ends in {ending} is required: {self.what}")

    def known_labels(self) -> list[dict[str, str]]:
        """Return every set of labels that is known beforehand; [] with an open one."""
        found: list[dict[str, str]] = [{}]
        for label, values in self.labels.items():
            found = [{**one, label: value} for one in found for value in values]
        return found

    def check(self, labels: Mapping[str, str]) -> None:
        """Check the labels of a value; ValueError if they were not declared."""
        if labels.keys() != self.labels.keys():
            raise ValueError(
                f"labels {sorted(self.labels)} are required for {self.what},"
                f" was {sorted(labels)}"
            )
        for label, value in labels.items():
            if self.labels[label] and value not in self.labels[label]:
                raise ValueError(
                    f"{label} of {self.what}: one of"
                    f" {', '.join(self.labels[label])} is required, was {value}"
                )


@dataclass(frozen=True, slots=True)
class RoomMeters:
    """All metrics of one room, by what they measure."""

    room: str
    meters: Mapping[str, Meter]

    @classmethod
    def of(cls, room: str, *groups: Sequence[Meter]) -> "RoomMeters":
        """Return the metrics of `groups`; ValueError if a name comes twice."""
        found: dict[str, Meter] = {}
        for meter in (meter for group in groups for meter in group):
            if meter.what in found:
                raise ValueError(f"{meter.what} of {room} is declared twice")
            found[meter.what] = meter
        return cls(room, MappingProxyType(found))

    def full_name(self, what: str) -> str:
        """Return `tradestream_<room>_<what>`."""
        return f"{PREFIX}_{self.room}_{what}"


def counter(what: str, unit: str, says: str, **labels: Sequence[str]) -> Meter:
    """Declare what only grows; `what` ends in `<unit>_total`."""
    return Meter(what, unit, says, is_counter=True, labels=labels)


def gauge(what: str, unit: str, says: str, **labels: Sequence[str]) -> Meter:
    """Declare what goes up and down; `what` ends in `unit`."""
    return Meter(what, unit, says, is_counter=False, labels=labels)


LAST_SUCCESS = gauge(
    "last_success_timestamp_seconds",
    "seconds",
    "when the last run or batch succeeded, seconds since 1970",
)
JOB = (
    LAST_SUCCESS,
    gauge(
        "last_failure_timestamp_seconds",
        "seconds",
        "when a run last ended with another status than 0, seconds since 1970",
    ),
    counter(
        "runs_total",
        "runs",
        "runs by exit status: 0 done, 75 something did not answer, 1 all others",
        status=("0", "1", "75"),
    ),
    gauge("run_duration_seconds", "seconds", "how long the last finished run took"),
)
"""What every job says of its runs."""
