"""Runs the application on a socket until somebody asks it to stop."""

import socket

import uvicorn

from services.exchange_simulator.application import Application
from services.exchange_simulator.faults import Faults
from services.exchange_simulator.limiter import Limiter
from services.exchange_simulator.meters import METERS
from services.exchange_simulator.venue import Venue
from tradestream.errors import ConfigurationError
from tradestream.runtime.clock import Clock
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.shutdown import Shutdown

GRACE_SECONDS = 2


def serve(
    venue: Venue,
    clock: Clock,
    *,
    host: str,
    port: int,
    requests_per_second: float,
    burst: int,
    faults: Faults,
) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status.

    Raises:
        ConfigurationError: If the port cannot be listened on.
    """
    listener = _listen(host, port)
    log = get_logger("exchange_simulator")
    application = Application(
        venue,
        clock,
        Limiter(requests_per_second, burst),
        RoomMetrics(METERS),
        faults,
    )
    log.info(
        "serving",
        url=f"http://{host}:{listener.getsockname()[1]}",
        markets=len(venue.markets),
        origin=venue.origin.isoformat(),
        requests_per_second=requests_per_second,
    )
    config = uvicorn.Config(
        application.routes(),
        # Cut-off answers are wanted here, and uvicorn calls them errors.
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # uvicorn raises the signal that stopped it once more, after stopping: it
    # finds this handler then, and the process ends as it should.
    Shutdown()
    uvicorn.Server(config).run(sockets=[listener])
    log.info("stopped")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; without
    # it every answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"a free port is required, was {host}:{port}: {error.strerror}"
        ) from error
    listener.listen(128)
    return listener
