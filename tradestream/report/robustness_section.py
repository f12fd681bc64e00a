"""What users of strategy builders expect beside the gate; it never decides. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from tradestream.report import tables, words
from tradestream.report.drawings import fan, strip
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.story import Robustness

_NAMES = {
    "trade_order": "Trade order",
    "skipped_trades": "Skipped trades",
    "random_entries": "Random entries",
    "parameter_jitter": "Parameter jitter",
    "price_noise": "Price noise",
    "shifted_start": "Shifted start",
    "doubled_costs": "Doubled costs",
    "one_bar_later": "One bar later",
    "other_symbols": "Other symbols",
}
_UNITS = {
    "return": "net return",
    "drawdown": "drawdown",
    "excess_sharpe": "excess\N{NO-BREAK SPACE}Sharpe",
}


def robustness_section(held: Robustness | None) -> Markup:
    """Return walk-forward matrix, checks, and fans."""
    title = element("h2", "Robustness")
    if held is None:
        return fragment(
            title,
            tables.empty(
                "Not computed: this is done for validated strategies and for those in "
                "probation, every ten minutes, newest bars first."
            ),
        )
    first, last = (at.strftime("%Y-%m-%d %H:%M") for at in (held.start, held.end))
    checks = held.evidence.get("checks", [])
    return fragment(
        title,
        element(
            "p",
            f"On bars of {first} to {last} UTC; shown beside the gate, never a "
            f"threshold. The Deflated Sharpe Ratio, "
            f"{words.percent(held.deflated_sharpe)}, is the probability that the true "
            f"one is above nil given {words.plural(held.trials, 'trial')}; of the "
            f"probability of backtest overfitting, "
            f"{words.percent(held.overfitting_probability)}, less is better.",
            class_="more",
        ),
        _since(held.evidence.get("since_found")),
        _checks(checks),
        _fans(checks),
        element("h3", "Walk-forward: searched on the past, traded on the next days"),
        _walk_forward(held.evidence.get("walk_forward", [])),
        _cases(checks),
    )


def _since(found: Mapping[str, Any] | None) -> Markup:
    if found is None:
        return tables.empty("No bars since it was found were kept out of everything.")
    measure = found["measure"]
    return element(
        "p",
        element("strong", "Since it was found, "),
        f"{found['from'][:16].replace('T', ' ')} to "
        f"{found['until'][:16].replace('T', ' ')} UTC, on bars that no search that "
        f"found it saw: net return "
        f"{words.percent(measure['total_return'], 2, sign=True)}, excess Sharpe "
        f"{words.number(measure['excess_sharpe'], 1)}, "
        f"{words.plural(measure['trades'], 'trade')}.",
    )


def _checks(checks: Sequence[Mapping[str, Any]]) -> Markup:
    if not checks:
        return tables.empty("No checks are stored.")
    columns = (
        tables.Column("Check"),
        tables.Column("Measure"),
        tables.Column("As it is", True),
        tables.Column("5 %", True, "one in twenty cases is below"),
        tables.Column("Median", True),
        tables.Column("95 %", True),
        tables.Column("Spread", hint="dot: as it is; line: nil"),
        tables.Column("As good", True, "cases at least as good as the strategy"),
        tables.Column("Above nil", True),
    )
    return tables.table(columns, [_check(check) for check in checks])


def _check(check: Mapping[str, Any]) -> tuple[Child, ...]:
    spread = check["percentiles"]
    unit = check["unit"]
    name = fragment(
        element("span", _NAMES.get(check["name"], check["name"]), class_="name"),
        element("span", f"{check['what']}, {check['draws']:,} ×", class_="detail"),
    )
    return (
        name,
        _UNITS.get(unit, unit),
        _value(check["unharmed"], unit),
        *(_value(spread[i] if spread else None, unit) for i in (0, 2, 4)),
        strip(spread, check["unharmed"]) if spread else words.NOTHING,
        words.percent(check["as_good"], 0),
        words.percent(check["gained"], 0),
    )


def _value(value: float | None, unit: str) -> str:
    if unit == "excess_sharpe":
        return words.number(value, 1)
    return words.percent(value, 2, sign=unit == "return")


def _fans(checks: Sequence[Mapping[str, Any]]) -> Markup:
    drawn = [
        element(
            "figure",
            element(
                "figcaption",
                element("span", _NAMES.get(check["name"], check["name"])),
                element(
                    "span",
                    f"{check['what']}: equity, 5 to 95 and 25 to 75 % of "
                    f"{check['draws']:,} draws",
                    class_="detail",
                ),
            ),
            fan(check["fan"], f"Fan of {check['what']} over the course of the trades"),
        )
        for check in checks
        if len(check["fan"]) > 1
    ]
    return element("div", drawn, class_="fans")


def _walk_forward(cells: Sequence[Mapping[str, Any]]) -> Markup:
    held = [cell for cell in cells if cell["folds"]]
    if not held:
        return tables.empty("Too few bars for a fold.")
    tests = sorted({cell["test_days"] for cell in held})
    trainings = sorted({cell["training_days"] for cell in held})
    by_length = {(cell["training_days"], cell["test_days"]): cell for cell in held}
    columns = (
        tables.Column("Searched on"),
        *(tables.Column(f"then traded for {_days(test)}", True) for test in tests),
    )
    rows = [
        (
            _days(training),
            *(_cell(by_length.get((training, test))) for test in tests),
        )
        for training in trainings
    ]
    return fragment(
        tables.table(columns, rows),
        element(
            "p",
            "Efficiency: mean excess Sharpe in the tests ÷ mean in training.",
            class_="more",
        ),
        element(
            "details",
            element("summary", "All folds"),
            _folds(held),
        ),
    )


def _days(length: float) -> str:
    return words.plural(round(length), "day")


def _cell(cell: Mapping[str, Any] | None) -> Child:
    if cell is None:
        return words.NOTHING
    tested = [fold["tested"] for fold in cell["folds"] if fold["tested"]]
    gained = sum(1 for one in tested if one["total_return"] > 0)
    return fragment(
        element("strong", words.percent(cell["efficiency"], 0)),
        element("span", f"{gained} of {len(tested)} folds gained", class_="detail"),
    )


def _folds(cells: Sequence[Mapping[str, Any]]) -> Markup:
    columns = (
        tables.Column("Searched from"),
        tables.Column("Traded from"),
        tables.Column("Traded until"),
        tables.Column("Sharpe in training", True),
        tables.Column("Sharpe in the test", True),
        tables.Column("Return in the test", True),
        tables.Column("Trades", True),
    )
    rows = [_fold(fold) for cell in cells for fold in cell["folds"]]
    return tables.table(columns, rows)


def _fold(fold: Mapping[str, Any]) -> tuple[Child, ...]:
    trained, tested = fold["trained"] or {}, fold["tested"] or {}
    times = (fold["trained_from"], fold["tested_from"], fold["tested_until"])
    return (
        *(at[:16].replace("T", " ") for at in times),
        words.number(trained.get("excess_sharpe"), 1),
        words.number(tested.get("excess_sharpe"), 1),
        words.percent(tested.get("total_return"), 2, sign=True),
        words.count(tested.get("trades")),
    )


def _cases(checks: Sequence[Mapping[str, Any]]) -> Markup | None:
    rows = [
        (
            _NAMES.get(check["name"], check["name"]),
            label,
            words.percent(measure["total_return"], 2, sign=True),
            words.number(measure["excess_sharpe"], 1),
            words.count(measure["trades"]),
        )
        for check in checks
        for label, measure in check["cases"]
    ]
    if not rows:
        return None
    columns = (
        tables.Column("Check"),
        tables.Column("Case"),
        tables.Column("Net return", True),
        tables.Column("Excess Sharpe", True),
        tables.Column("Trades", True),
    )
    return element(
        "details", element("summary", "All named cases"), tables.table(columns, rows)
    )
