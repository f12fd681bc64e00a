"""The flags of tracing, and what a process that parsed them was told."""

from absl import flags

from tradestream.runtime.numbers import define_number
from tradestream.runtime.tracing.start import TracingSettings
from tradestream.runtime.urls import define_http_url

flags.disclaim_key_flags()

_URL = "otlp_url"
_SHARE = "otlp_share"


class TracingFlags:
    """The flags of tracing; a run is traced by `tradestream.runtime.app` itself."""

    def __init__(self) -> None:
        define_http_url(
            _URL,
            None,
            "OpenTelemetry collector that spans go to by OTLP over HTTP, e.g. "
            "http://collector:4318; none if unset.",
        )
        define_number(
            _SHARE,
            1.0,
            "Share of matters that are traced, e.g. 0.01; the same ones in each room.",
            lower_bound=0.0,
            upper_bound=1.0,
        )

    def settings(self) -> TracingSettings:
        """Return what child processes are to be told."""
        return told()


def told() -> TracingSettings:
    """Return what the parsed flags say; nothing where a binary has none of them."""
    if _URL not in flags.FLAGS:
        return TracingSettings()
    given = flags.FLAGS
    return TracingSettings(given[_URL].value, float(given[_SHARE].value or 0.0))
