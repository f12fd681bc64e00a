"""`tradestream search`: discovery on past bars, with both doors of the gate."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from tradestream.backtest.costs import Costs
from tradestream.cli import output
from tradestream.cli.options import cost_options, source_options
from tradestream.cli.parameters import strategy_type
from tradestream.cli.series import Source

if TYPE_CHECKING:
    from tradestream.candles import CandleSeries
    from tradestream.discovery.journal import FileJournal
    from tradestream.discovery.life import LifeSettings, Progress
    from tradestream.instruments import Instrument

_ROWS_SHOWN = 12
_MOST_TRIALS = 1_000_000


@click.command(name="search", short_help="Discover strategies on past bars.")
@source_options
@click.option(
    "--strategy",
    default="all",
    show_default=True,
    help="Type that the genetic search tries and that is shown, or all.",
)
@click.option(
    "--population",
    type=click.IntRange(4, 10_000),
    default=50,
    show_default=True,
    help="Genomes a generation.",
)
@click.option(
    "--generations",
    type=click.IntRange(1, 10_000),
    default=30,
    show_default=True,
    help="Generations after the first.",
)
@click.option(
    "--top",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="Distinct results of each search.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="Seed of every draw: the same seed and bars give the same result.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=lambda: min(64, os.cpu_count() or 1),
    show_default="one a core",
    help="Threads; the result is the same with any number.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps what is done, so that the same command goes on after a kill.",
)
@cost_options
@click.option(
    "--output",
    "form",
    type=click.Choice(["table", "json", "html"]),
    default="table",
    show_default=True,
    help="How to show the result; json and html have robustness, too.",
)
@click.option(
    "--output_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that html is written to.  [default: search-SYMBOL.html]",
)
@click.option(
    "--holdout",
    type=click.FloatRange(min=0, min_open=True),
    help="Newest days that are kept out of everything; results are then measured "
    "on them.",
)
def command(
    source: Source,
    strategy: str,
    population: int,
    generations: int,
    top: int,
    seed: int,
    workers: int,
    state: Path | None,
    costs: Costs,
    form: str,
    output_file: Path | None,
    holdout: float | None,
) -> None:
    """Replay a series of bars as the life of its market, and say what is proven.

    One history exam examines a fixed set of designs of every type on the whole
    series. From hour 72 on, genetic searches on the last 1 to 14 days register claims
    each day, which then gather evidence from bars that the search did not see.

    \b
    Examples:
      tradestream search --candles BTC-USD.csv.gz
      tradestream search --candles BTC-USD.csv --strategy SMA_RSI --output json
      tradestream search --symbol BTC-USD --fee_bps 5 --seed 7
      tradestream search --candles BTC-USD.csv.gz --state search.state
      tradestream search --candles BTC-USD.csv.gz --holdout 3 --output html
    """
    names = () if strategy.lower() == "all" else (strategy_type(strategy).name,)
    _check_size(population, generations)
    if output_file is not None and form != "html":
        raise click.UsageError(f"--output_file is for --output html, was {form}")
    whole, instrument = source.load()
    # Imported late: --help and errors in the file need no engine.
    from tradestream.cli.search_output import as_html, cut, with_robustness
    from tradestream.discovery.life import LifeSettings, live
    from tradestream.discovery.life_report import report_life
    from tradestream.discovery.searchable import check_searchable, has_volume

    series, held_out = cut(whole, holdout)
    check_searchable(series)
    if not has_volume(series):
        output.note("no bar has volume: types that need it cannot trade")
    settings = LifeSettings(names, population, generations, top, seed)
    journal = _journal(state, series, instrument, costs, settings)
    with _progress() as progress:
        life = live(
            series, instrument, costs, settings, progress,
            workers=workers, journal=journal,
        )  # fmt: skip
        found = report_life(
            life, series, instrument, costs, strategies=names, held_out=held_out
        )
        if form != "table":
            with_robustness(found, series, instrument, costs, progress)
    if form == "html":
        out = output_file or Path(f"search-{whole.symbol}.html")
        page = as_html(found, life, whole, series, instrument, costs)
        output.write_file(out, page)
        output.note(f"wrote {out} ({len(page.encode()) // 1024:,} KiB)")
    elif form == "json":
        output.write_json(found)
    else:
        output.write_tables(search_tables(found))


def _check_size(population: int, generations: int) -> None:
    if population * (generations + 1) > _MOST_TRIALS:
        raise click.UsageError(
            f"--population × (--generations + 1) must be at most {_MOST_TRIALS:,}, "
            f"was {population * (generations + 1):,}"
        )


def _journal(
    state: Path | None,
    series: "CandleSeries",
    instrument: "Instrument",
    costs: Costs,
    settings: "LifeSettings",
) -> "FileJournal | None":
    """Return the journal of this very search, if one is wanted."""
    if state is None:
        return None
    from tradestream.discovery.journal import FileJournal, identity_of
    from tradestream.discovery.version import code_version

    parts = {
        "bars": series.fingerprint(),
        "increments": [instrument.price_tick, instrument.volume_lot],
        "costs": [costs.fee_bps, costs.slippage_bps],
        "strategies": settings.strategies,
        "search": [
            settings.population_size,
            settings.max_generations,
            settings.top_n,
            settings.seed,
        ],
        "code": code_version(),
    }
    return FileJournal(state, identity_of(parts))


@contextmanager
def _progress() -> Iterator["Progress"]:
    """Yield what shows a bar on standard error, if a person looks at it."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("reading", total=1)

        began = monotonic()

        def advance(done: int, total: int, what: str, trials: int) -> None:
            rate = trials / max(monotonic() - began, 1e-3)
            told = f"{what}; {trials:,} trials, {rate:,.0f} a second"
            bar.update(task, completed=done, total=total, description=told)

        yield advance


def search_tables(found: Mapping[str, Any]) -> list[Any]:
    """Return what a search found, as tables for a person."""
    proven = sum(1 for result in found["results"] if result["validated"])
    found_in_all = (
        f"{found['trials']:,} trials, {len(found['results']):,} strategies, "
        f"{proven} validated"
    )
    if found["holdout"] is not None:
        begin = found["holdout"]["start"]
        found_in_all += f"; held out of everything: {found['holdout']['bars']:,} bars "
        found_in_all += f"from {begin}"
    parts = [
        found_in_all,
        *(_exam_line(exam) for exam in found["exams"]),
        _claims_line(found["claims"]),
        "",
    ]
    if found["results"]:
        parts.append(_results(found["results"][:_ROWS_SHOWN]))
        more = len(found["results"]) - _ROWS_SHOWN
        if more > 0:
            parts.append(f"and {more} more (--output json shows all)")
        parts.append("")
    parts.append(found["promise"])
    return parts


def _results(results: list[Mapping[str, Any]]) -> Any:
    names = ["strategy", "status", "parameters", "why", "trades", "return", "Sharpe*"]
    kept_out = "holdout" in results[0]
    names += ["held out"] if kept_out else []
    table = output.table(None, names, numbers=4 if kept_out else 3)
    for result in results:
        metrics = result["metrics"]
        table.add_row(
            result["strategy"],
            result["status"],
            ", ".join(f"{n}={v:g}" for n, v in result["parameters"].items()),
            _why(result),
            f"{metrics['trades']:,}",
            f"{metrics['total_return'] * 100:+.1f} %",
            _number(result["excess_sharpe"]),
            *([_held_out(result["holdout"])] if kept_out else []),
        )
    table.caption = "* annual, of the return in excess of exposure × market"
    table.caption_justify = "left"
    return table


def _held_out(measure: Mapping[str, Any]) -> str:
    return f"{measure['total_return'] * 100:+.1f} %, {measure['trades']:,} trades"


def _why(result: Mapping[str, Any]) -> str:
    """Return the reasons, but not that a candidate was found: that is no news."""
    reasons = result["reasons"]
    return "; ".join(reasons[1:] if result["status"] == "candidate" else reasons)


def _exam_line(exam: Mapping[str, Any]) -> str:
    line = (
        f"exam {exam['k']}: {exam['eligible']:,} of {exam['genomes']:,} designs traded "
        f"often enough, best t {_number(exam['best_t'])}"
    )
    if exam["critical"] is not None:
        line += f", {exam['critical']:.2f} needed"
    return f"{line}: {len(exam['passing'])} passed"


def _claims_line(claims: list[Mapping[str, Any]]) -> str:
    if not claims:
        return (
            "no claim: they begin at hour 72, and need 10 trips and a gain in training"
        )
    states = [claim["state"] for claim in claims]
    told = ", ".join(
        f"{states.count(state)} {state}"
        for state in ("validated", "open", "closed")
        if state in states
    )
    return f"{len(claims)} claims on probation: {told}"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"
