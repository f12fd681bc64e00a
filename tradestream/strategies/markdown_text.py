"""What the page of strategy types says before and between its tables."""

HEAD = """\
# Strategy types

Generated from `tradestream/strategies/types/` and the indicators of
`tradestream/indicators/` by
`tradestream strategies --output markdown > docs/strategies.md`; do not edit by hand.
Whoever reads it can write every strategy anew, bar by bar: what a rule means, when it
is filled, each type, and the formula of each indicator.
"""

RULES = """\
## How to read a rule

**Bars.** Bar 0 is the first of the window that is evaluated; everything that depends
on a beginning (the start of an average, swings, bricks) begins there. Indicators run
over the bars that exist: missing minutes are counted, none is invented, and "the bar
before" is the bar before the hole. Prices are whole ticks counted from zero, volumes
whole lots: all formulas of prices below are in ticks.

**Rows.** A row has one number a bar. The columns `open`, `high`, `low`, `close`, and
`volume` are rows, as are `median`, (high + low) / 2, and `true_range`,
max(high, close of the bar before) − min(low, close of the bar before), which bar 0
has not. An indicator makes a row of columns, other rows, and numbers. A name before
`=` stands for what follows it. `x[k]` is the row x, k bars ago.

**Warm.** A row has no value before its indicator has had all the bars that it needs:
it is not warm. A few indicators may lose their value later (no volume, say); they are
marked "with holes", and a row made of such a row has its holes. A comparison in which
a row is not warm on this bar is false, and so is the whole rule, `or` or not, on every
bar on which any row compared in it (with its lag) is not warm.

**Above** means above by more than ε, the smallest difference that counts: between
prices 1e-6 of a tick (for a first close above 1e8 ticks, 1e-14 times that close);
between ratios 1e-9. The unit of each indicator is stated with its formula; that of a
rule is its row's. On a bar t:

| rule | is true where |
|---|---|
| `a > b` | a(t) − b(t) > ε |
| `a < b` | b(t) − a(t) > ε |
| `a >= b`, `a <= b` | a(t) − b(t) > −ε, b(t) − a(t) > −ε |
| `up(a, b)` | a(t) − b(t) > ε and a(t − 1) − b(t − 1) ≤ ε, both warm on both bars |
| `down(a, b)` | b(t) − a(t) > ε and b(t − 1) − a(t − 1) ≤ ε, both warm on both bars |
| `rising(x)` | x(t) − x(t − 1) > ε |
| `within(rule, n)` | the rule is true on one of the bars t − n + 1 to t |
| `becomes(rule)` | the rule is true on t, and false on t − 1 with all its rows warm |
| `and`, `or` | as usual, `and` binds closer |

A division of nothing by nothing takes the value that the indicator states.

**Parameters.** Ranges include both ends. A whole number has a step of 1. A default is
the middle of the range, rounded down to the grid, then raised just above the parameter
that it must exceed.

**Trades.** Rules are looked at on the close of bar t and filled at the open of bar
t + 1, whatever lies between. Long only, all in, one position: while flat, only `enter`
counts; in a position, only `exit`. With fee and slippage a side (10 and 2 basis points
by default): buy at open · (1 + slippage), units = cash · (1 − fee) / price; sell at
open · (1 − slippage), cash = units · price · (1 − fee). A position that is open after
the last bar is sold at its close on the same terms; an entry signalled on the last bar
is never filled. Equity is marked at each close.
"""

INDICATORS = """\
## Indicators

What the names in the rules compute, each from this bar and those before. In the
formulas n is the number of bars, x the input row, "the last n bars" end with this one,
and "the bar before" is t − 1. A window of n bars is warm with its n-th bar; where its
rows begin late, with their n-th warm bar.

Exponential and Wilder averages of weight w begin on the n-th warm bar of x, with the
simple mean of those n values; from then on A(t) = A(t − 1) + w · (x(t) − A(t − 1)). So
an average of an average begins on the n-th warm bar of the inner one.
"""
