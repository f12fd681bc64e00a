"""Tests of a claim's hours: none looks different once more bars are there."""

from datetime import timedelta

import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.report import backtest
from tradestream.candles import to_datetime
from tradestream.discovery.claim_hours import claim_hours
from tradestream.discovery.claim_proposals import Find
from tradestream.testing.markets import instrument_of, random_walk

HOUR = timedelta(hours=1)
SERIES = random_walk(6 * 1440, seed=3)
INSTRUMENT = instrument_of(SERIES)
START = to_datetime(SERIES.open_times[0])
BIRTH = (START + 80 * HOUR).replace(minute=0, second=0)
FINDS = (
    Find("SMA_EMA_CROSSOVER", {"smaPeriod": 20, "emaPeriod": 30}),
    Find("DONCHIAN_BREAKOUT", {"donchianPeriod": 40}),
)


@pytest.mark.parametrize("find", FINDS, ids=lambda find: str(find.strategy_name))
def test_hours_stay_the_same_when_more_bars_come(find: Find) -> None:
    until = BIRTH + 10 * HOUR

    def seen(minutes_after: int) -> object:
        bars = SERIES.between(START, until + timedelta(minutes=minutes_after))
        return claim_hours(bars, INSTRUMENT, Costs(), find, born_at=BIRTH, until=until)

    first = seen(1)

    assert all(seen(minutes) == first for minutes in (2, 17, 60, 600))


def test_only_trips_that_began_and_ended_after_birth_count() -> None:
    find = FINDS[0]
    until = BIRTH + 40 * HOUR
    bars = SERIES.between(START, until + HOUR)

    hours = claim_hours(bars, INSTRUMENT, Costs(), find, born_at=BIRTH, until=until)

    trades = backtest(
        bars, INSTRUMENT, Costs(), find.strategy_name, find.parameters
    ).trades
    expected = [t for t in trades if t.entry_time >= BIRTH and t.exit_time < until]
    assert sum(hours.trips) == len(expected) > 0
    assert len(hours.strategy) == len(hours.market) == len(hours.trips) == 40
    assert hours.first_hour == BIRTH


def test_a_bar_after_the_last_hour_is_required() -> None:
    until = BIRTH + HOUR
    bars = SERIES.between(START, until)

    with pytest.raises(ValueError, match="a bar that opens at or after"):
        claim_hours(bars, INSTRUMENT, Costs(), FINDS[0], born_at=BIRTH, until=until)
