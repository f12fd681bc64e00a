"""The job: requests from Kafka, keyed by their bars, answered, exactly once to Kafka.

requests ─▶ read ─▶ by span ─▶ discover ─▶ discovered-strategies
              └──────────────────┴───────▶ strategy-discovery-requests.dlq
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyflink
from pyflink.common import Configuration, JobClient, Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway
from pyflink.table import Schema, StatementSet, StreamTableEnvironment

from services.strategy_discovery.flink import tables
from services.strategy_discovery.flink.configuration import configuration
from services.strategy_discovery.flink.names import unique_names
from services.strategy_discovery.flink.operators import (
    KEYED_REQUEST,
    LETTERS,
    MESSAGE,
    Discover,
    ReadRequest,
)
from services.strategy_discovery.flink.settings import Cluster, JobSettings

NAME = "strategy_discovery"

_WITHOUT_STATE = (
    "PartitionTransformation",
    "SideOutputTransformation",
    "UnionTransformation",
)
"""They only say how records travel, and take no name."""


def submit(settings: JobSettings) -> JobClient:
    """Submit the job and return what speaks with it."""
    # Within this process as on a cluster: functions run in processes of their own.
    os.environ.update({"_python_worker_execution_mode": "process"})
    cluster = settings.cluster
    given = _configuration(configuration(cluster, _jars(cluster)))
    if cluster.jobmanager is None:
        environment = StreamExecutionEnvironment.get_execution_environment(given)
    else:
        # The way above asks Flink's command line alone where to run.
        java = get_gateway().jvm.org.apache.flink.streaming.api.environment
        environment = StreamExecutionEnvironment(
            java.StreamExecutionEnvironment(given._j_configuration)
        )
    build(environment, settings)
    return environment.execute_async(NAME)


def status_of(client: JobClient, seconds: int) -> str:
    """Return what Flink calls the job's status, e.g. `RUNNING`."""
    return str(_get(client._j_job_client.getJobStatus(), seconds).name())


def stop_with_savepoint(client: JobClient, folder: str, seconds: int) -> str:
    """Stop the job; return where its savepoint is, below `folder`."""
    # PyFlink's own method calls one that Flink 2 does not have any more.
    formats = get_gateway().jvm.org.apache.flink.core.execution.SavepointFormatType
    stopped = client._j_job_client.stopWithSavepoint(False, folder, formats.CANONICAL)
    return str(_get(stopped, seconds))


def _get(future: Any, seconds: int) -> Any:
    """Wait for Java, but not for ever, which PyFlink's own futures do."""
    return future.get(seconds, get_gateway().jvm.java.util.concurrent.TimeUnit.SECONDS)


def _jars(cluster: Cluster) -> list[Path]:
    """Return what the job brings along, since a cluster has it only in its image."""
    jars = [] if cluster.connector is None else [Path(cluster.connector)]
    if cluster.jobmanager is not None:
        home = Path(pyflink.__file__).parent
        jars += home.glob("opt/flink-python-*.jar")
    return jars


def build(environment: StreamExecutionEnvironment, settings: JobSettings) -> None:
    """Add the operators of the job to an environment."""
    sql = StreamTableEnvironment.create(environment)
    sql.execute_sql(tables.source_table(settings.kafka))
    requests = sql.to_data_stream(sql.from_path(tables.REQUESTS))
    read = requests.process(ReadRequest(settings.work), output_type=KEYED_REQUEST).name(
        "read"
    )
    found = (
        read.key_by(lambda row: row[0], key_type=Types.STRING())
        .process(Discover(settings.work), output_type=MESSAGE)
        .name("discover")
    )
    letters = read.get_side_output(LETTERS).union(found.get_side_output(LETTERS))
    statements = sql.create_statement_set()
    for sink, stream in zip(tables.SINKS, (found, letters), strict=True):
        sql.execute_sql(tables.sink_table(settings.kafka, sink))
        _write(sql, statements, stream, sink.table)
    statements.attach_as_datastream()
    _name_all(environment)


def _write(
    sql: StreamTableEnvironment,
    statements: StatementSet,
    stream: DataStream,
    table: str,
) -> None:
    rows = sql.from_data_stream(
        stream,
        Schema.new_builder()
        .column("key", "BYTES")
        .column("value", "BYTES")
        .column("headers", "MAP<STRING, BYTES>")
        .build(),
    )
    statements.add_insert(table, rows)


def _configuration(settings: Mapping[str, str]) -> Configuration:
    found = Configuration()
    for name, value in settings.items():
        found.set_string(name, value)
    return found


def _name_all(environment: StreamExecutionEnvironment) -> None:
    """Give operators that SQL made a name that does not hang on their number.

    Flink finds the state of an operator by it; those of the source and the sinks
    are `requests`, `results`, and `letters`, as their tables.
    """
    transformations = [
        one
        for one in _transformations(environment)
        if one.getClass().getSimpleName() not in _WITHOUT_STATE
    ]
    names = unique_names([str(one.getName()) for one in transformations])
    for one, name in zip(transformations, names, strict=True):
        one.setName(name)
        one.setUid(name)


def _transformations(environment: StreamExecutionEnvironment) -> list[Any]:
    """Return all of them, those that are nearer to the source first."""
    ends = environment._j_stream_execution_environment.getTransformations()
    found = {
        one.getId(): one for end in ends for one in end.getTransitivePredecessors()
    }
    return [found[number] for number in sorted(found)]
