"""The generated page of strategy types, `docs/strategies.md`. Pure."""

from collections.abc import Sequence

from tradestream.strategies.declaration import Parameter, StrategyType

_HEAD = """\
# Strategy types

Generated from `tradestream/strategies/catalogue.py` by
`tradestream strategies --output markdown > docs/strategies.md`; do not edit by hand.

Rules are decided at the close of a bar and filled at the open of the next.
`up(a, b)` means that a crosses above b on this bar, `down(a, b)` below, `x[k]` is x
of k bars ago, and a rule is only true once every indicator in it is warm. "Above"
means by more than 1e-6 of a tick between prices and 1e-9 between ratios.
A default is the middle of the range.
"""


def strategies_page(kinds: Sequence[StrategyType]) -> str:
    """Return a Markdown page that explains `kinds`."""
    listing = [
        "| strategy | idea | parameters |",
        "|---|---|---|",
        *(
            f"| [{kind.name}](#{kind.name.lower()}) | {kind.idea} "
            f"| {len(kind.parameters)} |"
            for kind in kinds
        ),
    ]
    parts = [_HEAD, "\n".join(listing) + "\n", *map(_section, kinds)]
    return "\n".join(parts)


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
