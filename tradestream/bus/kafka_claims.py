"""What of a partition was handed out and never committed, and how often.

Kafka keeps one offset a partition and group, and a text beside it. The text says
how far beyond the offset records were handed out: who reads the partition next,
after a crash or a rebalance, knows what comes again, and what ended its reader
each time.
"""

from dataclasses import dataclass

_VERSION = "handed1"
_MOST_RUNS = 64  # some 700 bytes; a broker takes 4096 unless told otherwise


@dataclass(frozen=True, slots=True)
class Run:
    """Records from `start` to before `end`, each handed out `times` times."""

    start: int
    end: int
    times: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Runs in the order of their offsets, without gaps between them."""

    runs: tuple[Run, ...] = ()

    @property
    def end(self) -> int:
        """The offset after the last one that was handed out; 0 for none."""
        return self.runs[-1].end if self.runs else 0

    def times(self, offset: int) -> int:
        """Return how often a record was handed out."""
        for run in self.runs:
            if run.start <= offset < run.end:
                return run.times
        return 0

    def handed_out(self, start: int, end: int) -> "Claim":
        """Return the claim after the records from `start` were handed out again."""
        runs = [part for run in self.runs for part in _split(run, start, end)]
        if end > self.end:
            runs.append(Run(max(start, self.end), end, 1))
        return Claim(_joined(runs))

    def committed(self, offset: int) -> "Claim":
        """Return what is left when everything before `offset` is done."""
        return Claim(
            tuple(
                Run(max(run.start, offset), run.end, run.times)
                for run in self.runs
                if run.end > offset
            )
        )

    def text(self, offset: int) -> str:
        """Return the claim as it stands beside the committed `offset`."""
        if not self.runs:
            return ""
        runs = (f"{run.end - offset}:{run.times}" for run in self.runs)
        return " ".join([_VERSION, *runs])


def parse(text: str, offset: int) -> Claim:
    """Return the claim beside a committed offset; none for any other text."""
    version, *items = text.split() or [""]
    if version != _VERSION:
        return Claim()
    runs: list[Run] = []
    start = offset
    for item in items:
        length, _, times = item.partition(":")
        if not (length.isdigit() and times.isdigit()):
            return Claim()
        runs.append(Run(start, offset + int(length), int(times)))
        start = offset + int(length)
    return Claim(tuple(runs))


def _split(run: Run, start: int, end: int) -> list[Run]:
    """Return the parts of a run, the one within the bounds handed out once more."""
    inside = (max(run.start, start), min(run.end, end))
    if inside[0] >= inside[1]:
        return [run]
    parts = [
        Run(run.start, inside[0], run.times),
        Run(*inside, run.times + 1),
        Run(inside[1], run.end, run.times),
    ]
    return [part for part in parts if part.start < part.end]


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Return the runs, neighbours of equal count as one, and not too many."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        # Beyond the bound counts are rounded up: a killer must not live for ever.
        if last and (last.times == run.times or len(joined) >= _MOST_RUNS):
            joined[-1] = Run(last.start, run.end, max(last.times, run.times))
        else:
            joined.append(run)
    return tuple(joined)
