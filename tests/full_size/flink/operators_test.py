"""The operators in Flink's own environment, without a cluster."""

import os
import subprocess

from tradestream.local.full_size import parts
from tradestream.testing.servers import REPOSITORY

_FAIL_TO_OPEN = """
from services.strategy_discovery.flink.operators import Discover
from services.strategy_discovery.flink.settings import Work
from tradestream.runtime.clock import Clock

class Context:
    def get_index_of_this_subtask(self):
        return 0

def away():
    raise ConnectionError("the store is away")

operator = Discover(Work(away, Clock()))
try:
    operator.open(Context())
except ConnectionError as error:
    operator.close()
    print(error)
"""


def test_an_operator_that_could_not_open_closes_without_another_error() -> None:
    finished = subprocess.run(
        [str(parts.FLINK.find() / "venv" / "bin" / "python"), "-c", _FAIL_TO_OPEN],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.stdout == "the store is away\n", finished.stderr[-2000:]
