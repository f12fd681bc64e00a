"""What makes each alert fire: rooms that fail, workers that die, values that are bad.

Rooms make the conditions themselves where that takes seconds; for the others the
test pushes what their runs would push, through their own declarations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psutil
import requests

from tests.full_size.observability.run import WORKER
from tests.full_size.observability.seeing import eventually
from tests.full_size.observability.world import SPOKEN_FOR, World
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES

Make = Callable[[World], object]
LONG = timedelta(hours=2)
FACTORY = "strategy_discovery_request_factory"
CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One alert and what makes it fire.

    Attributes:
        alert: Its name.
        severity: Its severity.
        make: Makes it so.
        ends: Makes an end of it, where it keeps others from being seen meanwhile.
    """

    alert: str
    severity: str
    make: Make
    ends: Make | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Name and severity."""
        return self.alert, self.severity


def all_is_well(world: World) -> None:
    """Run or speak for every room, so that nothing is to be told."""
    run = world.run
    run.rooms("database_migrator", "top_crypto_updater")
    run.start_worker()
    run.venue.fail(wrong_types=0.02)  # a reason that was never given has no series
    run.rooms("candle_ingestor")
    run.venue.fail()
    run.rooms("candle_ingestor", "strategy_consumer", "strategy_rotation")
    for room in SPOKEN_FOR:
        world.say(room)
    # The group of a room of which only failures are known.
    requests.delete(
        f"{run.pushgateway_url}/metrics/job/database_migrator", timeout=10
    ).raise_for_status()


def all_is_mended(world: World) -> None:
    """Bring back what was made to fail."""
    run = world.run
    run.venue.fail()
    run.start_worker()
    run.rooms(
        "database_migrator",
        "top_crypto_updater",
        "candle_ingestor",
        "strategy_consumer",
        "strategy_rotation",
    )
    world.unsay()


def _signals_withheld(world: World) -> None:
    world.say(
        "trade_signal_generator",
        gauges={"signal_age_seconds": 120},
        counts=[
            ("withheld_signals_total", {"reason": "stale_candles"}),
            ("mismatches_total", {"reason": "look_ahead"}),
        ],
    )


def _positions_unsized(world: World) -> None:
    world.say(
        "risk_adjusted_sizing",
        at=datetime.now(UTC) - LONG,
        gauges={"approved_strategies": 3, "sized_positions": 0},
    )


def _exams_unanswered(world: World) -> None:
    world.say("strategy_confidence_scorer", counts=[("repeated_exams_total", {})])


def _slow(world: World) -> None:
    world.say("strategy_robustness", seconds=470)


def _late(world: World) -> None:
    long_ago = datetime.now(UTC) - LONG
    world.run.rooms("top_crypto_updater", now=long_ago.isoformat())


def _never_succeeded(world: World) -> None:
    assert world.run.room_alone("database_migrator") == 75


def _failing(world: World) -> None:
    for _ in range(4):
        assert world.run.room_alone("strategy_rotation") == 75


def _broken(world: World) -> None:
    missing = {"TRADESTREAM_POSTGRES_PASSWORD_FILE": "/no/such/file"}
    assert world.run.room_in("strategy_rotation", missing) == 1


def _dead_letters(world: World) -> None:
    bus = KafkaBus(world.run.stack.kafka.url)
    bus.publish(DISCOVERED_STRATEGIES, [Message("key", b"no strategy", {})])
    bus.close()
    world.run.rooms("strategy_consumer")


def _results_pile_up(world: World) -> None:
    world.say("strategy_consumer", gauges={"lag_messages": 20_000})


def _workers_restart(world: World) -> None:
    """Kill worker processes, as a machine short of memory does."""
    restarts = f"tradestream_{WORKER}_restarts_total"

    def killed() -> bool:
        for child in world.run.worker_processes():
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        return bool(world.run.prometheus.ask(f"{restarts} > 5"))

    eventually("workers are started again", killed)


def _worker_down(world: World) -> None:
    world.run.end_workers()


def _requests_wait(world: World) -> None:
    """Ask for more than nobody answers."""
    run, few = world.run, {"strategies": "SMA_RSI", "max_lag": 1}
    run.rooms(FACTORY, **{**few, "windows": "987"})
    run.rooms(FACTORY, **{**few, "windows": "987,610"})


def _candles_stopped(world: World) -> None:
    """Run twice in the same minute of the venue."""
    now = datetime.now(UTC).isoformat()
    world.run.rooms("candle_ingestor", now=now)
    inserted = 'tradestream_candle_ingestor_bars_total{kind="inserted"}'
    eventually(
        "no bar came for a while",
        lambda: bool(world.run.prometheus.ask(f"sum(increase({inserted}[20s])) == 0")),
    )
    world.run.rooms("candle_ingestor", now=now)


def _bars_rejected(world: World) -> None:
    world.run.venue.fail(wrong_types=0.5)
    world.run.rooms("candle_ingestor", symbols=_symbols(world)[3], backfill_start="1d")
    world.run.venue.fail()


def _symbols_failing(world: World) -> None:
    good, bad = _symbols(world)[:2]
    world.run.venue.fail(server_errors=1.0, symbols=[bad])
    world.run.rooms("candle_ingestor", symbols=f"{good},{bad},NONE-USD")


def _candles_stale(world: World) -> None:
    """Run for a symbol that nobody has read for two hours."""
    long_ago = (datetime.now(UTC) - LONG).isoformat()
    flags = {"symbols": _symbols(world)[2], "backfill_start": "1d"}
    world.run.rooms("candle_ingestor", now=long_ago, **flags)


def _symbols(world: World) -> list[str]:
    return [product["id"] for product in world.run.venue.get("/products")]


def _broker_away(world: World) -> None:
    nobody = {"TRADESTREAM_BUS_URL": "kafka://127.0.0.1:9"}
    assert world.run.room_in("strategy_consumer", nobody) == 75


def _nothing(world: World) -> None:
    """Do nothing more: what another did is enough."""
    del world


def _rules_fail(world: World) -> None:
    """Push runs of two rooms under one name: a rule meets the same series twice."""
    text = "".join(
        f'# TYPE {name} counter\n{name}{{status="0"}} 1\n'
        for name in ("tradestream_one_runs_total", "tradestream_two_runs_total")
    )
    requests.post(_wrong_group(world), data=text, timeout=10).raise_for_status()


def _rules_work(world: World) -> None:
    requests.delete(_wrong_group(world), timeout=10).raise_for_status()


def _wrong_group(world: World) -> str:
    return f"{world.run.pushgateway_url}/metrics/job/two_rooms"


TROUBLES = (
    Trouble("TradeStreamSignalsWithheld", WARNING, _signals_withheld),
    Trouble("TradeStreamSignalsLookAhead", CRITICAL, _nothing),
    Trouble("TradeStreamSignalsLate", WARNING, _nothing),
    Trouble("TradeStreamPositionsUnsized", WARNING, _positions_unsized),
    Trouble("TradeStreamJobLate", CRITICAL, _nothing),
    Trouble("TradeStreamExamsUnanswered", WARNING, _exams_unanswered),
    Trouble("TradeStreamJobSlow", WARNING, _slow),
    Trouble("TradeStreamJobLate", WARNING, _late),
    Trouble("TradeStreamJobNeverSucceeded", WARNING, _never_succeeded),
    Trouble("TradeStreamJobFailing", WARNING, _failing),
    Trouble("TradeStreamJobBroken", CRITICAL, _broken),
    Trouble("TradeStreamDeadLetters", WARNING, _dead_letters),
    Trouble("TradeStreamResultsPileUp", WARNING, _results_pile_up),
    Trouble("TradeStreamWorkerRestarting", WARNING, _workers_restart),
    Trouble("TradeStreamWorkerDown", WARNING, _worker_down),
    Trouble("TradeStreamWorkersStandStill", CRITICAL, _requests_wait),
    Trouble("TradeStreamRequestsPileUp", WARNING, _nothing),
    Trouble("TradeStreamCandlesStopped", CRITICAL, _candles_stopped),
    Trouble("TradeStreamBarsRejected", WARNING, _bars_rejected),
    Trouble("TradeStreamCandlesStale", WARNING, _candles_stale),
    Trouble("TradeStreamServerUnsteady", WARNING, _broker_away),
    Trouble("TradeStreamSymbolsFailing", WARNING, _symbols_failing),
    Trouble("TradeStreamSymbolsUnknown", WARNING, _nothing),
    Trouble("TradeStreamRulesFailing", WARNING, _rules_fail, _rules_work),
    Trouble(
        "TradeStreamPushgatewayDown",
        CRITICAL,
        lambda world: world.run.stack.pushgateway.stop(),
        lambda world: world.run.stack.pushgateway.start(),
    ),
)
