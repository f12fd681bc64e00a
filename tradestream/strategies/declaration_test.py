"""What a declaration promises about parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Parameter, StrategyType

MACD = CATALOGUE["EMA_MACD"]
BANDS = CATALOGUE["BBAND_W_R"]


@pytest.mark.parametrize("strategy", CATALOGUE.values(), ids=str)
def test_defaults_are_valid_middles(strategy: StrategyType) -> None:
    defaults = strategy.defaults()

    assert strategy.check(defaults) == defaults
    assert list(defaults) == [p.name for p in strategy.parameters]


def test_a_default_is_the_middle_rounded_down_to_the_grid() -> None:
    assert BANDS.defaults() == {
        "bbandsPeriod": 30,
        "wrPeriod": 17,
        "stdDevMultiplier": 2.25,
    }


def test_a_default_gives_way_to_a_given_parameter_that_it_must_exceed() -> None:
    strategy = StrategyType(
        "PAIR",
        "Two averages.",
        (
            Parameter("fast", "int", 2, 30, 1),
            Parameter("slow", "int", 5, 40, 1, "fast"),
        ),
        "up(ema(close, fast), ema(close, slow))",
        "down(ema(close, fast), ema(close, slow))",
    )

    assert strategy.complete({"fast": 30}) == {"fast": 30, "slow": 31}
    assert strategy.complete({"slow": 10}) == {"fast": 9, "slow": 10}


def test_values_are_typed_and_in_the_order_of_the_declaration() -> None:
    checked = BANDS.check({"stdDevMultiplier": 2, "wrPeriod": 5.0, "bbandsPeriod": 10})

    assert list(checked.items()) == [
        ("bbandsPeriod", 10),
        ("wrPeriod", 5),
        ("stdDevMultiplier", 2.0),
    ]
    assert [type(v) for v in checked.values()] == [int, int, float]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"bbandsPeriod": 9}, "bbandsPeriod must be within 10 to 50, was 9"),
        ({"bbandsPeriod": 10.5}, "bbandsPeriod must be a multiple of 1, was 10.5"),
        ({"stdDevMultiplier": 2.005}, "must be a multiple of 0.01, was 2.005"),
        ({"stdDevMultiplier": float("nan")}, "must be within 1.5 to 3.0, was nan"),
        ({"wrPeriod": True}, "wrPeriod must be a number, was True"),
        ({"wrPeriod": "9"}, "wrPeriod must be a number, was '9'"),
        ({"period": 9}, "BBAND_W_R has no parameter period, only bbandsPeriod"),
    ],
)
def test_a_wrong_value_is_refused_in_clear_words(
    given: dict[str, int | float], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        BANDS.check(BANDS.defaults() | given)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(ValueError, match="EMA_MACD needs signalPeriod"):
        MACD.check({"shortEmaPeriod": 3, "longEmaPeriod": 12})


def test_a_parameter_must_exceed_the_one_below_it() -> None:
    given = {"shortEmaPeriod": 15, "longEmaPeriod": 15, "signalPeriod": 9}

    with pytest.raises(
        ValueError, match="longEmaPeriod must be above shortEmaPeriod, was 15 with 15"
    ):
        MACD.check(given)


@given(st.integers(150, 300))
def test_every_point_of_a_grid_is_its_shortest_decimal(hundredths: int) -> None:
    parameter = BANDS.parameter("stdDevMultiplier")

    value = parameter.value(hundredths)

    assert value == float(f"{hundredths // 100}.{hundredths % 100:02d}")
    assert parameter.index(value) == hundredths


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (Parameter("slow", "int", 5, 30, 1, "fast"), "slow must reach above fast"),
        (
            Parameter("slow", "int", 5, 40, 1, "quick"),
            "must exceed an earlier",
        ),
        (Parameter("slow", "float", 5, 40, 0.1, "fast"), "of its own step, was fast"),
        (Parameter("slow", "float", 5.05, 40, 0.1), "must be a multiple of 0.1"),
    ],
)
def test_a_declaration_that_cannot_hold_is_refused(second: Parameter, why: str) -> None:
    fast = Parameter("fast", "int", 2, 30, 1)

    with pytest.raises(ValueError, match=why):
        StrategyType("PAIR", "Two averages.", (fast, second), "close > 1", "close < 1")


@pytest.mark.parametrize(
    ("parameter", "let", "why"),
    [
        (Parameter("fast", "int", 2, 9, 1), {}, "PAIR: fast is declared twice"),
        (Parameter("slow", "int", 2, 9, 1), {"slow": "close"}, "slow is declared twi"),
        (Parameter("a b", "int", 2, 9, 1), {}, "PAIR: a name is required, was 'a b'"),
        (Parameter("and", "int", 2, 9, 1), {}, "PAIR: a name is required, was 'and'"),
        (Parameter("slow", "int", 9, 2, 1), {}, "slow must"),
    ],
)
def test_names_and_ranges_that_make_no_sense_are_refused(
    parameter: Parameter, let: dict[str, str], why: str
) -> None:
    fast = Parameter("fast", "int", 2, 30, 1)

    with pytest.raises(ValueError, match=why):
        StrategyType(
            "PAIR", "An idea.", (fast, parameter), "close > 1", "close < 1", let
        )
