"""What the daily searches of a replayed life find.

On the first day every type is searched, then 15 or so a day in turn, each on one
of four spans of the newest bars in turn, as the rooms' windows are; all of them
end at the claims' birth. A find stays in the pool, so claims choose among finds
of any span. Searches know nothing of each other, so they run on any number of
workers with the same outcome.

Measured on planted trends of 21 days: a search of every type every day on a
rotating span takes three times as long or more, and its claims gather no more
evidence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from tradestream.backtest.window import Window
from tradestream.discovery.claim_proposals import TRAINING, Find
from tradestream.discovery.genome import space_of
from tradestream.discovery.jobs import Journal
from tradestream.discovery.requests import seed_of
from tradestream.discovery.search import (
    SearchConfig,
    Trials,
    best_trials,
    try_genomes,
)

SPANS = tuple(timedelta(days=days) for days in (14, 7, 3, 1))
"""Bars that a search looks back on; the longest is what claims are trained on."""

A_DAY = 15
"""Types that are searched in a day, or a few more."""

_AT_ONCE = 10
"""Types that the search of the newest bars gives to one worker."""

_ROW_BYTES = 32 << 20


class Market(Protocol):
    """Gives windows of a series."""

    @property
    def start(self) -> datetime:
        """First whole hour."""
        ...

    def window(
        self, start: datetime, end: datetime, *, row_budget_bytes: int
    ) -> Window | None:
        """Return the bars of [start, end), None when there are hardly any."""
        ...


Watch = Callable[[str, int, float], None]
"""Told the type, the number of the generation, and the best score."""


@dataclass(frozen=True, slots=True)
class Task:
    """Searches that share a window.

    Attributes:
        birth: End of the window.
        start: Start of the window.
        names: Types to search.
        thorough: Whether to search small spaces in full and to keep all trials.
    """

    birth: datetime
    start: datetime
    names: tuple[str, ...]
    thorough: bool = False

    @property
    def key(self) -> str:
        """What the journal knows it by."""
        kind = "newest" if self.thorough else "daily"
        span = f"{self.start.isoformat()}|{self.birth.isoformat()}"
        return f"{kind}|{span}|{','.join(self.names)}"


@dataclass(frozen=True, slots=True)
class Searched:
    """What the searches of a task found.

    Attributes:
        finds: By type, best first.
        trials: Genomes tried.
        best: Highest score, a Sharpe ratio a bar; None if nothing traded.
        landscapes: All trials by type; only of a thorough task.
    """

    finds: tuple[Find, ...]
    trials: int
    best: float | None
    landscapes: Mapping[str, Trials]


def daily_tasks(
    births: Sequence[datetime], names: Sequence[str], start: datetime
) -> list[Task]:
    """Return the searches of a life, oldest first.

    Args:
        births: When claims may be born, a day apart.
        names: Types to search.
        start: First whole hour of the series; spans never begin before it.
    """
    every = max(1, len(names) // A_DAY)
    tasks = []
    for day, birth in enumerate(births):
        shared: dict[datetime, list[str]] = {}
        for place, name in enumerate(names):
            turn, rest = divmod(day + place, every)
            if day and rest:
                continue
            span = SPANS[turn % len(SPANS)] if day else TRAINING
            shared.setdefault(max(start, birth - span), []).append(name)
        tasks += [Task(birth, first, tuple(of)) for first, of in shared.items()]
    return tasks


def newest_tasks(end: datetime, names: Sequence[str], start: datetime) -> list[Task]:
    """Return the searches of the newest bars, whose finds are shown."""
    first = max(start, end - TRAINING)
    return [
        Task(end, first, tuple(names[place : place + _AT_ONCE]), thorough=True)
        for place in range(0, len(names), _AT_ONCE)
    ]


def run_task(
    market: Market, config: SearchConfig, task: Task, journal: Journal, watch: Watch
) -> Searched:
    """Run the searches of a task, unless the journal knows what they found.

    Args:
        market: Where windows come from.
        config: How to search; each search has a seed of its own.
        task: What to search.
        journal: Remembers daily searches; those of the newest bars are shown
            with all that they tried, and run again.
        watch: Told of long searches, by the thread that searches.
    """
    known = None if task.thorough else journal.read(task.key)
    if known is not None:
        finds = tuple(Find(name, parameters) for name, parameters in known["finds"])
        return Searched(finds, known["trials"], known["best"], {})
    outcome = _search(market, config, task, watch)
    if not task.thorough:
        finds_written = [[f.strategy_name, dict(f.parameters)] for f in outcome.finds]
        journal.write(
            task.key,
            {"finds": finds_written, "trials": outcome.trials, "best": outcome.best},
        )
    return outcome


def _search(market: Market, config: SearchConfig, task: Task, watch: Watch) -> Searched:
    window = market.window(task.start, task.birth, row_budget_bytes=_ROW_BYTES)
    if window is None:
        return Searched((), 0, None, {})
    found: list[Find] = []
    tried, best = 0, -math.inf
    landscapes: dict[str, Trials] = {}
    for name in task.names:
        space = space_of(window.programs.catalogue[name])
        trials = try_genomes(
            window, name, _config(config, name, task), partial(watch, name)
        )
        chosen = best_trials(trials, config.top_n)
        found += [Find(name, space.parameters(trials.genomes[i])) for i in chosen]
        tried += len(trials.genomes)
        best = max(best, *trials.scores[chosen], -math.inf)
        if task.thorough:
            landscapes[name] = trials
    return Searched(
        tuple(found), tried, float(best) if math.isfinite(best) else None, landscapes
    )


def _config(config: SearchConfig, name: str, task: Task) -> SearchConfig:
    """Return the configuration of one search, with a seed of its own."""
    seed = seed_of(f"{config.seed}|{name}|{task.birth.isoformat()}")
    own = replace(config, seed=seed)
    return own if task.thorough else own.frugal()
