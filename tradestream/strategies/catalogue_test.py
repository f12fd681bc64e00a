"""The catalogue against the published table of types."""

import subprocess
import sys
from typing import Literal

import pytest

from tradestream.strategies.catalogue import CATALOGUE, FAMILIES
from tradestream.strategies.declaration import Parameter, StrategyType

TABLE = """\
SMA_RSI: movingAveragePeriod 5-50, rsiPeriod 2-30, overboughtThreshold 60-85,
  oversoldThreshold 15-40
EMA_MACD: shortEmaPeriod 2-20 < longEmaPeriod 10-50, signalPeriod 5-20
ADX_STOCHASTIC: adxPeriod 10-30, stochasticKPeriod 5-20, stochasticDPeriod 3-15,
  overboughtThreshold 60-90, oversoldThreshold 10-40
AROON_MFI: aroonPeriod 10-50, mfiPeriod 10-50, overboughtThreshold 60-90,
  oversoldThreshold 10-40
ICHIMOKU_CLOUD: tenkanSenPeriod 5-20 < kijunSenPeriod 20-60 < senkouSpanBPeriod 50-200,
  chikouSpanPeriod 20-60
PARABOLIC_SAR: accelerationFactorStart 0.01-0.05 by 0.001,
  accelerationFactorIncrement 0.01-0.05 by 0.001,
  accelerationFactorMax 0.1-0.5 by 0.001
SMA_EMA_CROSSOVER: smaPeriod 5-50, emaPeriod 5-50
DOUBLE_EMA_CROSSOVER: shortEmaPeriod 2-30 < longEmaPeriod 10-100
TRIPLE_EMA_CROSSOVER: shortEmaPeriod 2-20 < mediumEmaPeriod 10-50 < longEmaPeriod 20-100
HEIKEN_ASHI: period 2-30
LINEAR_REGRESSION_CHANNELS: period 10-50, multiplier 1-3 by 0.01
VWAP_MEAN_REVERSION: vwapPeriod 10-50, movingAveragePeriod 10-50,
  deviationMultiplier 1-3 by 0.01
BBAND_W_R: bbandsPeriod 10-50, wrPeriod 5-30, stdDevMultiplier 1.5-3 by 0.01
ATR_CCI: atrPeriod 5-30, cciPeriod 10-50
DONCHIAN_BREAKOUT: donchianPeriod 10-50
VOLATILITY_STOP: atrPeriod 5-30, multiplier 1-5 by 0.01
ATR_TRAILING_STOP: atrPeriod 5-30, multiplier 1-5 by 0.01
MOMENTUM_SMA_CROSSOVER: momentumPeriod 5-30, smaPeriod 5-50
KST_OSCILLATOR: rma1Period 5-20, rma2Period 10-25, rma3Period 15-30,
  rma4Period 20-40, signalPeriod 5-15
STOCHASTIC_RSI: rsiPeriod 5-30, stochasticKPeriod 5-30, stochasticDPeriod 3-15,
  overboughtThreshold 60-95, oversoldThreshold 5-40
RVI: period 5-30
MASS_INDEX: emaPeriod 5-50, sumPeriod 5-25
MOMENTUM_PINBALL: shortPeriod 2-30 < longPeriod 5-60
VOLUME_WEIGHTED_MACD: shortPeriod 5-20 < longPeriod 15-50, signalPeriod 5-15
OBV_EMA: emaPeriod 10-50
CHAIKIN_OSCILLATOR: fastPeriod 2-20 < slowPeriod 5-50
KLINGER_VOLUME: shortPeriod 5-15 < longPeriod 20-50, signalPeriod 5-15
VOLUME_BREAKOUT: volumeMultiplier 1.5-3 by 0.01
PVT: period 10-50
VPT: period 10-50
VOLUME_SPREAD_ANALYSIS: volumePeriod 10-50
TICK_VOLUME_ANALYSIS: tickPeriod 10-50
VOLUME_PROFILE_DEVIATIONS: period 10-100
VOLUME_PROFILE: period 10-100
STOCHASTIC_EMA: emaPeriod 5-50, stochasticKPeriod 5-50, stochasticDPeriod 5-50,
  overboughtThreshold 70-90, oversoldThreshold 10-30
CMO_MFI: cmoPeriod 10-30, mfiPeriod 10-30
RSI_EMA_CROSSOVER: rsiPeriod 5-30, emaPeriod 5-20
TRIX_SIGNAL_LINE: trixPeriod 5-50, signalPeriod 3-20
CMF_ZERO_LINE: period 10-50
RAINBOW_OSCILLATOR: shortPeriod 5-20 < mediumPeriod 10-50 < longPeriod 20-100
PRICE_OSCILLATOR_SIGNAL: fastPeriod 5-20 < slowPeriod 10-50, signalPeriod 5-20
AWESOME_OSCILLATOR: shortPeriod 2-20 < longPeriod 10-50
DEMA_TEMA_CROSSOVER: demaPeriod 5-50, temaPeriod 5-50
MACD_CROSSOVER: shortEmaPeriod 5-20 < longEmaPeriod 15-50, signalPeriod 5-20
VWAP_CROSSOVER: vwapPeriod 10-50, movingAveragePeriod 10-50
ROC_MA_CROSSOVER: rocPeriod 5-50, maPeriod 5-50
REGRESSION_CHANNEL: period 10-100
FRAMA: sc 0.1-2 by 0.01, fc 5-50, alpha 0.1-1 by 0.01
PIVOT: period 5-50
DOUBLE_TOP_BOTTOM: period 10-50
FIBONACCI_RETRACEMENTS: period 10-50
PRICE_GAP: period 5-30
RENKO_CHART: brickSize 0.5-5 by 0.01
RANGE_BARS: rangeSize 0.5-5 by 0.01
GANN_SWING: gannPeriod 2-100
SAR_MFI: accelerationFactorStart 0.01-0.2 by 0.001,
  accelerationFactorIncrement 0.01-0.2 by 0.001,
  accelerationFactorMax 0.1-1 by 0.001, mfiPeriod 2-100
ADX_DMI: adxPeriod 10-30, diPeriod 10-30
ELDER_RAY_MA: emaPeriod 5-50
DPO_CROSSOVER: dpoPeriod 5-50, maPeriod 5-50
VARIABLE_PERIOD_EMA: minPeriod 5-50 < maxPeriod 10-100
"""
"""Type: parameters in order; `<` before one that must exceed the one before it."""


def promised() -> dict[str, tuple[Parameter, ...]]:
    """Return the parameters of each type as the table has them."""
    found: dict[str, tuple[Parameter, ...]] = {}
    for line in TABLE.replace("\n  ", " ").splitlines():
        name, _, text = line.partition(": ")
        parameters: list[Parameter] = []
        for chain in text.split(", "):
            below = None
            for one in chain.split(" < "):
                words = one.split()
                low, high = (float(end) for end in words[1].split("-"))
                step = float(words[3]) if "by" in words else 1
                kind: Literal["int", "float"] = "float" if "by" in words else "int"
                parameters.append(Parameter(words[0], kind, low, high, step, below))
                below = words[0]
        found[name] = tuple(parameters)
    return found


def test_the_table_has_sixty_types_and_the_catalogue_the_same() -> None:
    assert len(promised()) == 60
    assert set(CATALOGUE) == set(promised())


@pytest.mark.parametrize("name", list(promised()))
def test_a_type_has_the_parameters_ranges_and_order_of_the_table(name: str) -> None:
    assert CATALOGUE[name].parameters == promised()[name]


@pytest.mark.parametrize("strategy", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_an_idea_is_one_sentence(strategy: StrategyType) -> None:
    assert strategy.idea[0].isupper()
    assert strategy.idea.endswith(".")
    assert strategy.idea.count(". ") == 0


def test_every_type_is_in_one_family() -> None:
    names = [kind.name for kinds in FAMILIES.values() for kind in kinds]

    assert sorted(names) == sorted(CATALOGUE)


def test_no_two_types_have_equal_rules() -> None:
    rules = {(t.enter, t.exit, *t.let.items()) for t in CATALOGUE.values()}

    assert len(rules) == len(CATALOGUE)


def test_listing_the_catalogue_imports_no_engine() -> None:
    code = (
        "import sys, tradestream.strategies.catalogue, tradestream.strategies.identity;"
        "sys.exit(bool({'numpy', 'numba', 'llvmlite'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
