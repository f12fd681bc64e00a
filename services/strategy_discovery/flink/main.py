"""Answer discovery requests on Flink: submit the job, watch over it, stop it.

It gives the messages of `services.strategy_discovery.main`, in transactions.

Exit status: 0 done, 1 bad flags or a failed job, 75 a dependency was unavailable.
"""

from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.numbers import define_number

_BUS = shared.define_bus()
_CANDLES = shared.define_candles()
_CLOCK = shared.define_clock()
# A line a flag (E501), so that all are seen at once.
# fmt: off
_FOLDER = flags.DEFINE_string("checkpoint_dir", None, "Checkpoints and savepoints, a path or URL.", required=True)  # noqa: E501
_RESUME = flags.DEFINE_string("resume", "latest", "Checkpoint to go on from: latest, none, or a path.")  # noqa: E501
_PARALLELISM = flags.DEFINE_integer("parallelism", 2, "Workers that answer.", 1, 1024)
_BUNDLE = flags.DEFINE_integer("bundle", 8, "Requests handed over at once.", 1, 10_000)
_WINDOWS = flags.DEFINE_integer("windows", 2, "Windows that a worker keeps.", 1, 64)
_ROWS = flags.DEFINE_integer("row_budget_mib", 64, "For indicator rows of a window.", 1)
_JOBMANAGER = flags.DEFINE_string("jobmanager", None, "host:port to submit to; Flink's own settings if unset.")  # noqa: E501
_CONNECTOR = flags.DEFINE_string("connector", None, "Jar of the connector to Kafka, if Flink lacks it.")  # noqa: E501
_DETACHED = flags.DEFINE_bool("detached", False, "Exit when the job is submitted.")
_TRIES = flags.DEFINE_integer("max_deliveries", 10, "Tries of a request that kills.", 1)
_TRIES_DIR = flags.DEFINE_string("tries_dir", None, "Folder that counts the tries.")
_INTERVAL = define_number("checkpoint_interval", 10.0, "Seconds between checkpoints.", lower_bound=0.1)  # noqa: E501
_TRANSACTION = define_number("transaction_timeout", 900.0, "Seconds a transaction may stay open.", lower_bound=1.0)  # noqa: E501
_MISSING = define_number("max_missing", 0.05, "Share that may lack.", lower_bound=0.0, upper_bound=1.0)  # noqa: E501
# fmt: on


def main(argv: Sequence[str]) -> int:
    """Run until asked to stop; the job is stopped with a savepoint then."""
    del argv
    from services.strategy_discovery.flink import run as steps
    from services.strategy_discovery.flink.resuming import as_url, resume_from
    from services.strategy_discovery.flink.settings import (
        Cluster,
        JobSettings,
        Work,
        kafka_of,
        tries_folder,
    )

    work = Work(
        open_store=_CANDLES.opener(),
        clock=_CLOCK.clock(),
        max_missing=_MISSING.value,
        row_budget_bytes=_ROWS.value << 20,
        keep_windows=_WINDOWS.value,
        max_deliveries=_TRIES.value,
        tries=tries_folder(
            _TRIES_DIR.value, _BUS.url, _JOBMANAGER.value, detached=_DETACHED.value
        ),
        wait_seconds=_TRANSACTION.value,
    )
    cluster = Cluster(
        as_url(_FOLDER.value),
        checkpoint_seconds=_INTERVAL.value,
        parallelism=_PARALLELISM.value,
        bundle=_BUNDLE.value,
        connector=_CONNECTOR.value,
        jobmanager=_JOBMANAGER.value,
        resume=resume_from(_RESUME.value, _FOLDER.value),
    )
    kafka = kafka_of(_BUS.url, _BUS.security(), _TRANSACTION.value)
    steps.check_cluster(cluster)
    steps.check_servers(_BUS.opener(), work.open_store)
    steps.check_resume(cluster.resume, _BUS.url or "", _BUS.security())
    return steps.run_job(JobSettings(work, kafka, cluster), detached=_DETACHED.value)


if __name__ == "__main__":
    run(main)
