"""The way of one matter as lines of text; no id and no value is ever cut."""

import textwrap
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradestream.trace.model import Step, Way

_INDENT = "    "
_TIME = 19
_WHAT = 16


def text_of(way: "Way", width: int) -> str:
    """Return lines of `width` columns, longer only where one value is."""
    lines = [
        f"{way.match.kind} {way.match.identity}",
        *_wrapped(way.match.title, width),
    ]
    for step in way.steps:
        lines += ["", f"{_time(step):{_TIME}}  {step.what:{_WHAT}}  {step.source}"]
        lines += _wrapped("  ".join(_told(step, way.match.identity)), width)
    lines += [""] if way.notes else []
    for note in way.notes:
        lines += _wrapped(f"note: {note}", width, indent="")
    return "\n".join(lines) + "\n"


def _told(step: "Step", known: str) -> Iterator[str]:
    if step.identity not in ("", known):
        yield f"of={step.identity}"
    for name, value in step.details.items():
        yield f"{name}={value}"


def _wrapped(text: str, width: int, *, indent: str = _INDENT) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _time(step: "Step") -> str:
    if step.at is None:
        return "–"
    return step.at.astimezone(UTC).isoformat(sep=" ", timespec="seconds")[:_TIME]
