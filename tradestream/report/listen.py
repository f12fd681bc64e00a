"""Running the page's application on a socket until somebody asks it to stop."""

import socket

import uvicorn
from starlette.applications import Starlette

from tradestream.errors import ConfigurationError
from tradestream.runtime.logs import get_logger
from tradestream.runtime.shutdown import Shutdown

GRACE_SECONDS = 2


def listen_and_serve(application: Starlette, host: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status.

    Raises:
        ConfigurationError: If the port cannot be listened on.
    """
    # Named, so that asyncio turns Nagle's algorithm off: it would cost 40 ms an answer.
    protocol = socket.IPPROTO_TCP
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"a free port is required, was {host}:{port}: {error.strerror}"
            ) from error
        listener.listen(64)
        log = get_logger("report")
        log.info("serving", url=f"http://{host}:{listener.getsockname()[1]}")
        config = uvicorn.Config(
            application,
            log_level="warning",
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
