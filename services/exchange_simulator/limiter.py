"""The venue's request limit: a token bucket for each client."""


class Limiter:
    """Lets each client make so many requests a second, with a burst.

    Args:
        requests_per_second: Rate at which requests become free; 0: no limit.
        burst: How many may come at once after a pause; at least 1.
    """

    def __init__(self, requests_per_second: float, burst: int) -> None:
        self._rate = requests_per_second
        self._burst = burst
        self._clients: dict[str, tuple[float, float]] = {}

    def wait_seconds(self, client: str, now: float) -> float:
        """Take one request of a client's; return 0, or how long it has to wait.

        Args:
            client: Who asks, e.g. an address.
            now: Seconds on a clock that never goes back.
        """
        if not self._rate:
            return 0.0
        tokens, since = self._clients.get(client, (float(self._burst), now))
        tokens = min(tokens + (now - since) * self._rate, float(self._burst))
        if tokens >= 1:
            self._clients[client] = (tokens - 1, now)
            return 0.0
        self._clients[client] = (tokens, now)
        return (1 - tokens) / self._rate
