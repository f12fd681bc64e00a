"""`tradestream candles`: prepare a candle store, or copy bars between two."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from tradestream.cli import output
from tradestream.cli.options import Moment
from tradestream.errors import ConfigurationError

if TYPE_CHECKING:
    from tradestream.candle_store.copy import Copied, Part, Watcher

_PASSWORD = click.Path(path_type=Path)


@click.group(name="candles")
def command() -> None:
    """Prepare a candle store, or copy bars between two."""


@command.command()
@click.argument("url")
@click.option("--password_file", type=_PASSWORD, help="File holding the token.")
def create(url: str, password_file: Path | None) -> None:
    """Make the InfluxDB bucket that URL names, or have it keep bars long enough.

    The token must be allowed to make buckets. A bucket that keeps bars longer
    than 365 days stays as it is.

    \b
    Example:
      tradestream candles create influxdb://127.0.0.1:8086/tradestream/candles \\
        --password_file token
    """
    # Imported late: --help needs no client.
    from tradestream.candle_store.influxdb_bucket import ensure_bucket
    from tradestream.candle_store.influxdb_http import InfluxHttp
    from tradestream.candle_store.influxdb_settings import parse_url
    from tradestream.runtime.secrets import read_secret

    if urlsplit(url).scheme == "postgresql":
        raise ConfigurationError(
            "an influxdb:// URL is required; database_migrator makes the tables"
            " of postgresql://"
        )
    with closing(InfluxHttp(parse_url(url), read_secret(password_file))) as http:
        output.write(f"{ensure_bucket(http)}\n")


@command.command()
@click.argument("source")
@click.argument("target")
@click.option("--symbol", "symbols", multiple=True, help="Which; repeat.  [all]")
@click.option("--from", "start", type=Moment(), help="First bar wanted, UTC.")
@click.option("--to", "end", type=Moment(), help="End of the span, exclusive.")
@click.option(
    "--from_password_file", type=_PASSWORD, help="File of SOURCE's password or token."
)
@click.option(
    "--to_password_file", type=_PASSWORD, help="File of TARGET's password or token."
)
def copy(
    source: str,
    target: str,
    symbols: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    from_password_file: Path | None,
    to_password_file: Path | None,
) -> None:
    """Copy bars from the store SOURCE to the store TARGET.

    With each bar go its source and when it was written; with each symbol its
    increments and the holes of its venue. Bars of the target at the same minutes
    are replaced. Every day is read back and compared; running the command again
    goes on where it was interrupted.

    \b
    Example:
      tradestream candles copy postgresql://tradestream@db/tradestream \\
        influxdb://influxdb:8086/tradestream/candles \\
        --from_password_file db-password --to_password_file token
    """
    from tradestream.candle_store.copy import copy_part, plan
    from tradestream.candle_store.factory import open_candle_store

    if source == target:
        raise click.UsageError("two stores are required, was the same twice")
    if start and end and end <= start:
        raise click.UsageError(
            f"a --to after --from is required, was {start:%Y-%m-%dT%H:%M} to"
            f" {end:%Y-%m-%dT%H:%M}"
        )
    with (
        closing(open_candle_store(source, _text(from_password_file))) as old,
        closing(open_candle_store(target, _text(to_password_file))) as new,
    ):
        parts = plan(old, new, list(dict.fromkeys(symbols)), start, end)
        kept = []  # while a bar is drawn, which lines would break
        with _watching(parts) as watcher:
            for part in parts:
                said = f"{_sentence(copy_part(old, new, part, watcher))}\n"
                if sys.stderr.isatty():
                    kept.append(said)
                else:
                    output.write(said)
    output.write("".join(kept))


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _sentence(copied: "Copied") -> str:
    part = copied.part
    text = (
        f"{part.symbol}: {copied.bars:,} bars of {copied.days:,} days are the same,"
        f" {copied.written:,} days were written, checksum {copied.checksum[:12]}"
    )
    if copied.more:
        text += f"; {copied.more:,} more are only in the target"
    if part.left_out:
        text += f"; {part.left_out:,} older than the target keeps were left out"
    return text


class _Lines:
    """Says at every tenth of the days how far it is."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def day_done(self, symbol: str, day: datetime) -> None:
        """Count a day."""
        before, self._done = self._done * 10 // self._total, self._done + 1
        if self._done * 10 // self._total > before:
            output.note(
                f"{self._done:,} of {self._total:,} days, {symbol} {day.date()}"
            )


@contextmanager
def _watching(parts: "Sequence[Part]") -> "Iterator[Watcher]":
    """Yield what shows progress on standard error: a bar, or lines in a pipe."""
    total = sum(len(part.days()) for part in parts)
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} days, left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("reading", total=total)

        class Bar:
            def day_done(self, symbol: str, day: datetime) -> None:
                bar.update(task, advance=1, description=f"{symbol} {day.date()}")

        yield Bar()
