"""Tests of the study of the pooled exam, small."""

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from click.testing import CliRunner

from tradestream.backtest.costs import Costs
from tradestream.candles import aggregate
from tradestream.cli import study_pooled
from tradestream.discovery.design import Design, design
from tradestream.study import pooled
from tradestream.study.pooled import entangled, lives, resampled, shared_hours, sizes
from tradestream.testing.markets import recorded

BARS = aggregate(recorded("BTC-USD_1m", 0, 8 * 1440), 300)
TYPES = ("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT")


@pytest.fixture
def small() -> Design:
    """Return a design of 60 genomes."""
    whole = design()
    genomes = {name: whole.genomes[name][:30] for name in TYPES}
    return Design("2" * 64, MappingProxyType(genomes))


def moves(closes: np.ndarray) -> np.ndarray:
    return np.diff(np.log(closes))


def test_made_symbols_correlate_as_much_as_they_share() -> None:
    one, other = entangled(BARS, 2, 0.8)

    found = np.corrcoef(moves(one.closes), moves(other.closes))[0, 1]

    assert found == pytest.approx(0.8, abs=0.1)
    one.validate()
    other.validate()


def test_a_life_keeps_what_symbols_share_and_forgets_where_they_went() -> None:
    group = entangled(BARS, 2, 0.8)

    life = resampled(group, 28, seed=3)

    one, other = (moves(series.closes) for series in life)
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.8, abs=0.1)
    # Neighbours have nothing to do with each other, on either symbol.
    for early, late in ((one, one), (one, other), (other, one)):
        assert abs(np.corrcoef(early[:-1], late[1:])[0, 1]) < 0.05
    for series in life:
        series.validate()
    again = resampled(group, 28, seed=3)
    assert [s.fingerprint() for s in again] == [s.fingerprint() for s in life]


def test_only_hours_that_all_have_are_shared() -> None:
    one, other = entangled(BARS, 2, 0.5)
    shorter = other.slice(100, len(other) - 50)

    left, right = shared_hours([one, shorter])

    assert np.array_equal(left.open_times, right.open_times)
    assert len(left) == len(shorter)
    with pytest.raises(ValueError, match="a shared day"):
        shared_hours([one.slice(0, 300), other.slice(200, 700)])
    with pytest.raises(ValueError, match="2 symbols"):
        shared_hours([one])


def test_nothing_passes_much_too_often_where_nothing_is(small: Design) -> None:
    found = list(lives(entangled(BARS, 3, 0.8), 20, 7, [Costs(0, 0)], small))

    [tenth, *_] = sizes(found)

    assert (tenth.nominal, tenth.passed.of) == (0.1, 20)
    assert tenth.passed.count <= 7
    assert all(0 < life.p <= 1 for life in found)


def test_the_command_prints_a_table(
    small: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "design", lambda: small)

    result = CliRunner().invoke(
        study_pooled.command, ["--lives", "2", "--days", "7", "--symbols", "2"]
    )

    assert result.exit_code == 0, result.output
    assert "2 symbols, 7 days, mean correlation" in result.stdout
    assert result.stdout.count("bps") == 8


def test_the_command_wants_two_files(tmp_path: Path) -> None:
    lonely = tmp_path / "one.csv"
    rows = [f"2026-01-01T00:0{minute}:00Z,1,1,1,1,1" for minute in range(4)]
    lonely.write_text("\n".join(["open_time,open,high,low,close,volume", *rows]))

    result = CliRunner().invoke(study_pooled.command, ["--candles", str(lonely)])

    assert result.exit_code == 2
    assert "2 symbols or more" in result.output
