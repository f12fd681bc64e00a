"""The generated page of strategy types, `docs/strategies.md`. Pure."""

import inspect
import re
from collections.abc import Mapping, Sequence

from tradestream.strategies.declaration import Parameter, StrategyType

_HEAD = """\
# Strategy types

Generated from `tradestream/strategies/types/` by
`tradestream strategies --output markdown > docs/strategies.md`; do not edit by hand.

Rules are decided at the close of a bar and filled at the open of the next.
`up(a, b)` means that a crosses above b: it was not above b a bar ago, and is now;
`down(a, b)` is `up(b, a)`. `x[k]` is x of k bars ago, `rising(x)` is x > x[1],
`becomes(rule)` is true on a bar where the rule is and was not a bar ago, and
`within(rule, n)` where it was true on one of the last n bars, this one included.
A rule is only true once every indicator in it is warm; a crossing, and `becomes`,
once they were so a bar ago. "Above" means by more than 1e-6 of a tick between prices,
or 1e-14 of the first close if that is more, and 1e-9 between ratios; equal is neither
above nor below.
A default is the middle of the range.
"""


_INDICATORS = """\
## Indicators

What the names in the rules compute, each from bars up to its own. `open`, `high`,
`low`, `close`, and `volume` are the bars' columns, `median` is (high + low) / 2, and
`true_range` the largest of high − low, |high − previous close|, and
|low − previous close|; the first bar has none. Exponential and Wilder averages start
from the simple mean of their first n values; an average of an average starts when the
inner one is warm.
"""


def strategies_page(
    kinds: Sequence[StrategyType], indicators: Mapping[str, str]
) -> str:
    """Return a Markdown page that explains `kinds`.

    Args:
        kinds: In the order of the page.
        indicators: What each indicator computes, by name; those that no rule of
            `kinds` uses are left out.
    """
    listing = [
        "| strategy | idea | parameters |",
        "|---|---|---|",
        *(
            f"| [{kind.name}](#{kind.name.lower()}) | {kind.idea} "
            f"| {len(kind.parameters)} |"
            for kind in kinds
        ),
    ]
    rules = " ".join(_rules(kind) for kind in kinds)
    used = [name for name in indicators if re.search(rf"\b{name}\(", rules)]
    explained = [
        f"### {name}\n\n{inspect.cleandoc(indicators[name])}\n" for name in sorted(used)
    ]
    sections = map(_section, kinds)
    return "\n".join(
        [_HEAD, "\n".join(listing) + "\n", *sections, _INDICATORS, *explained]
    )


def _rules(kind: StrategyType) -> str:
    return " ".join([*kind.let.values(), kind.enter, kind.exit])


def _section(kind: StrategyType) -> str:
    defaults = kind.defaults()
    rows = [
        f"| `{p.name}` | {_range(p)} | {defaults[p.name]:g} |" for p in kind.parameters
    ]
    rules = [
        *(f"{name} = {rule}" for name, rule in kind.let.items()),
        f"enter when {kind.enter}",
        f"exit  when {kind.exit}",
    ]
    return "\n".join(
        [
            f"## {kind.name}",
            "",
            kind.idea,
            "",
            "| parameter | range | default |",
            "|---|---|---|",
            *rows,
            "",
            "```text",
            *rules,
            "```",
            "",
        ]
    )


def _range(parameter: Parameter) -> str:
    text = f"{parameter.low:g} to {parameter.high:g}"
    if parameter.kind == "float":
        text += f" by {parameter.step:g}"
    return text + (f", above `{parameter.above}`" if parameter.above else "")
