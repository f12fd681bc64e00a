"""A door from the address that pods see to a server on loopback."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def doorway(address: str, port: int) -> Iterator[None]:
    """Pass on what comes to `address`:`port` to the same port of loopback."""
    with socket.create_server((address, port), backlog=64) as door:
        threading.Thread(target=_accept, args=(door, port), daemon=True).start()
        yield
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits


def _accept(door: socket.socket, port: int) -> None:
    while True:
        try:
            outside, _ = door.accept()
        except OSError:
            return  # closed: the test is over
        threading.Thread(target=_serve, args=(outside, port), daemon=True).start()


def _serve(outside: socket.socket, port: int) -> None:
    with outside:
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            return  # as if nobody listened
        with inside:
            back = threading.Thread(target=_pump, args=(inside, outside), daemon=True)
            back.start()
            _pump(outside, inside)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        shutil.copyfileobj(source.makefile("rb", 0), target.makefile("wb", 0))
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
