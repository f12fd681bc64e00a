"""The table of planted edges."""

import pytest

from services.exchange_simulator.calibrate import main, table


def test_the_table_says_what_was_measured_of_each_market() -> None:
    title, *rows = table(["TREND1-USD", "REVERT1-USD"], days=20, exams=1, seed=1)

    assert "annual Sharpe" in title
    assert [row.split()[:2] for row in rows] == [
        ["TREND1-USD", "40"],
        ["REVERT1-USD", "40"],
    ]
    for row in rows:
        assert 20 < float(row.split()[2]) < 60
        assert "1 of 1" in row


def test_a_market_that_is_not_planted_is_refused() -> None:
    with pytest.raises(SystemExit) as refused:
        main(["GBM1-USD"])
    assert refused.value.code == 2
