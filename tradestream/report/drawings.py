"""Drawings in plain SVG: curves, maps, fans, strips, and crowds of dots. Pure.

Colours are classes of the style sheet, so that light and dark are its business.
Every drawing has a title in words; tables beside them hold the numbers.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from tradestream.report.html import Child, Markup, element, fragment

LEVELS = 5
"""Shades on either side of nil on a map."""

_WIDTH, _HEIGHT = 1120, 240
_NARROW = 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 26

Scale = Callable[[float], float]


def scale(low: float, high: float, first: float, last: float) -> Scale:
    """Return what places values of [low, high] between two coordinates."""
    spread = (high - low) or 1.0
    return lambda value: round(first + (value - low) / spread * (last - first), 1)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values within [low, high], at most about `most`."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** _magnitude(rough)
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough)
    first = -int(-low // step)
    return [i * step for i in range(first, int(high // step) + 1)]


def histogram(
    values: Sequence[float], line: float | None, marks: Sequence[tuple[float, str]]
) -> Markup:
    """Return how many values lie where, a line to cross, and marked values."""
    spots = [*values, *(at for at, _ in marks), *([line] if line is not None else [])]
    low, high = min(spots) - 0.25, max(spots) + 0.25
    width = max((high - low) / 60, 1e-9)
    counts = [0] * (int((high - low) / width) + 1)
    for value in values:
        counts[int((value - low) / width)] += 1
    x = scale(low, high, _LEFT, _WIDTH - _RIGHT)
    # The square root lets one among a thousand be seen.
    y = scale(0, max(counts) ** 0.5, _HEIGHT - _BOTTOM, _TOP + 44)
    bars = "".join(
        f"M{x(low + i * width)} {_HEIGHT - _BOTTOM}V{y(count**0.5)}"
        f"H{x(low + (i + 1) * width)}V{_HEIGHT - _BOTTOM}Z"
        for i, count in enumerate(counts)
        if count
    )
    shown = fragment(
        _x_axis(x, low, high),
        [
            _y_tick(y(float(n) ** 0.5), f"{n:,}")
            for n in (1, 10, 100, 1000)
            if n <= max(counts)
        ],
        element("path", class_="crowd", d=bars),
        _line_at(x(line), f"line {line:.2f}") if line is not None else None,
        [_mark(x(at), label) for at, label in marks],
    )
    told = f"{len(values):,} values"
    if line is not None:
        above = sum(value >= line for value in values)
        told += f", {above:,} of them at or above the line {line:.2f}"
    named = "; ".join(f"{label} at {at:.2f}" for at, label in marks if label)
    return drawing(f"{told}{'; ' + named if named else ''}", shown)


def curve(
    across: Sequence[float], scores: Sequence[float | None], at: int, name: str
) -> Markup:
    """Return scores over one gene, with one value marked."""
    known = [score for score in scores if score is not None]
    low, high = min([*known, 0.0]), max([*known, 0.0])
    x = scale(across[0], across[-1], _LEFT, _WIDTH - _RIGHT)
    y = scale(low, high, _HEIGHT - _BOTTOM - 4, _TOP + 44)
    path, pen = "", "M"
    for value, score in zip(across, scores, strict=True):
        if score is None:
            pen = "M"
            continue
        path += f"{pen}{x(value)} {y(score)}"
        pen = "L"
    return drawing(
        f"Scores over {name}",
        _x_axis(x, across[0], across[-1]),
        [_y_tick(y(v), f"{v:g}") for v in ticks(low, high, 5)],
        element("path", class_="curve", d=path),
        _mark(x(across[at]), "this strategy"),
    )


def heat_map(
    across: Sequence[float],
    upwards: Sequence[float],
    scores: Sequence[Sequence[float | None]],
    at: tuple[int, int],
    title: str,
) -> Markup:
    """Return a map of scores: green above nil, red below, empty where unknown."""
    left, bottom, top = 40, 22, 6
    width, height = 300, 300
    # A few extreme points must not wash out the others.
    known = sorted(abs(s) for row in scores for s in row if s is not None)
    most = (known[int(0.95 * (len(known) - 1))] if known else 0.0) or 1.0
    wide = (width - left - 6) / len(across)
    high = (height - top - bottom) / len(upwards)
    shades: dict[str, str] = {}
    for row, line in enumerate(scores):
        under = height - bottom - row * high
        over = under - high
        for first, last, name in _runs([_shade(score, most) for score in line]):
            x, end = left + first * wide, left + last * wide
            shades[name] = shades.get(name, "") + (
                f"M{x:.1f} {over:.1f}H{end:.1f}V{under:.1f}H{x:.1f}Z"
            )
    column, row = at
    spot = (left + (column + 0.5) * wide, height - bottom - (row + 0.5) * high)
    labels = [
        _text(left, height - 6, f"{across[0]:g}", "start"),
        _text(width - 6, height - 6, f"{across[-1]:g}", "end"),
        _text(left - 5, height - bottom, f"{upwards[0]:g}", "end"),
        _text(left - 5, top + 9, f"{upwards[-1]:g}", "end"),
    ]
    return element(
        "svg",
        element("title", title),
        [element("path", class_=name, d=d) for name, d in sorted(shades.items())],
        element(
            "circle", class_="here", cx=f"{spot[0]:.1f}", cy=f"{spot[1]:.1f}", r="5"
        ),
        labels,
        class_="heat",
        viewBox=f"0 0 {width} {height}",
        role="img",
    )


def fan(rows: Sequence[Sequence[float]], title: str) -> Markup:
    """Return a fan: rows of the 5th, 25th, 50th, 75th, and 95th percentile."""
    low = min(min(row) for row in rows)
    high = max(max(row) for row in rows)
    x = scale(0, max(len(rows) - 1, 1), _LEFT, _NARROW - _RIGHT)
    y = scale(low, high, _HEIGHT - _BOTTOM, _TOP)

    def band(under: int, over: int) -> str:
        there = [f"{x(i)} {y(row[over])}" for i, row in enumerate(rows)]
        back = [f"{x(i)} {y(row[under])}" for i, row in enumerate(rows)]
        return "M" + "L".join([*there, *reversed(back)]) + "Z"

    middle = "M" + "L".join(f"{x(i)} {y(row[2])}" for i, row in enumerate(rows))
    return drawing(
        title,
        [
            _y_tick(y(1 + v), f"{v * 100:g} %", _NARROW)
            for v in ticks(low - 1, high - 1, 5)
        ],
        element("path", class_="wide", d=band(0, 4)),
        element("path", class_="near", d=band(1, 3)),
        element("path", class_="curve", d=middle),
        _text(_LEFT, _HEIGHT - 8, "first trade", "start"),
        _text(_NARROW - _RIGHT, _HEIGHT - 8, "last trade", "end"),
        width=_NARROW,
    )


def strip(percentiles: Sequence[float], own: float | None) -> Markup:
    """Return five percentiles as a box, nil as a line, and the own value as a dot."""
    spots = [*percentiles, 0.0, *([own] if own is not None else [])]
    x = scale(min(spots), max(spots), 4, 156)
    p5, p25, p50, p75, p95 = (x(value) for value in percentiles)
    return element(
        "svg",
        element("path", class_="nil", d=f"M{x(0)} 1V23"),
        element("path", class_="whisker", d=f"M{p5} 12H{p95}"),
        element("path", class_="box", d=f"M{p25} 6H{p75}V18H{p25}Z"),
        element("path", class_="median", d=f"M{p50} 6V18"),
        element("circle", class_="own", cx=str(x(own)), cy="12", r="3.5")
        if own is not None
        else None,
        class_="strip",
        viewBox="0 0 160 24",
        aria_hidden="true",
    )


def exam_strip(
    best: float | None, line: float | None, passed: Sequence[float]
) -> Markup | None:
    """Return the best t of an exam beside the line; ticks are those that passed."""
    if best is None:
        return None
    x = scale(min(best, 0.0), max(best, line or 0.0, 1.0) * 1.05, 4, 156)
    marks = "".join(f"M{x(t)} 7V17" for t in passed)
    return element(
        "svg",
        element("path", class_="rule", d="M4 12H156"),
        element("path", class_="bound", d=f"M{x(line)} 2V22") if line else None,
        element("path", class_="median", d=marks) if marks else None,
        element("circle", class_="own", cx=str(x(best)), cy="12", r="3.5"),
        class_="strip",
        viewBox="0 0 160 24",
        aria_hidden="true",
    )


def drawing(title: str, *shown: Child, width: int = _WIDTH) -> Markup:
    """Return a drawing of the usual height; it scrolls where it does not fit."""
    return element(
        "div",
        element(
            "svg",
            element("title", title),
            *shown,
            viewBox=f"0 0 {width} {_HEIGHT}",
            role="img",
        ),
        class_="drawing" if width == _WIDTH else "drawing narrow",
    )


def _runs(names: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return [first, last) of each run of equal names."""
    cuts = [0, *(i for i in range(1, len(names)) if names[i] != names[i - 1])]
    return [(a, b, names[a]) for a, b in pairwise([*cuts, len(names)])]


def _shade(score: float | None, most: float) -> str:
    if score is None:
        return "none"
    level = min(int(abs(score) / most * LEVELS + 0.5), LEVELS)
    return f"{'plus' if score > 0 else 'minus'}{level}" if level else "nil"


def _magnitude(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


def _x_axis(x: Scale, low: float, high: float) -> Markup:
    base = _HEIGHT - _BOTTOM
    return fragment(
        element("path", class_="axis", d=f"M{_LEFT} {base}H{_WIDTH - _RIGHT}"),
        [_text(x(v), base + 16, f"{v:g}", "middle") for v in ticks(low, high, 10)],
    )


def _y_tick(y: float, label: str, width: int = _WIDTH) -> Markup:
    return fragment(
        element("path", class_="grid", d=f"M{_LEFT} {y}H{width - _RIGHT}"),
        _text(_LEFT - 6, y + 4, label.replace("-", "−"), "end"),
    )


def _line_at(x: float, label: str) -> Markup:
    end = x > _WIDTH - 120
    return fragment(
        element("path", class_="line", d=f"M{x} {_TOP}V{_HEIGHT - _BOTTOM}"),
        _text(x + (-5 if end else 5), _TOP + 10, label, "end" if end else "start"),
    )


def _mark(x: float, label: str) -> Markup:
    """Return a marked value; without a label, only a tick on the axis."""
    base = _HEIGHT - _BOTTOM
    if not label:
        return element("path", class_="mark", d=f"M{x} {base + 5}V{base - 14}")
    end = x > _WIDTH - 140
    return fragment(
        element("path", class_="mark", d=f"M{x} {base}V{_TOP + 28}"),
        element("circle", class_="here", cx=str(x), cy=str(_TOP + 28), r="4"),
        _text(
            x + (-8 if end else 8), _TOP + 32, label, "end" if end else "start",
            class_="found",
        ),
    )  # fmt: skip


def _text(
    x: float, y: float, text: str, anchor: str, class_: str | None = None
) -> Markup:
    return element(
        "text", text.replace("-", "−"), x=f"{x:.1f}", y=f"{y:.1f}",
        text_anchor=anchor, class_=class_,
    )  # fmt: skip
