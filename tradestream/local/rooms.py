"""The table of rooms that the local scheduler and the Helm chart share."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from tradestream.errors import ConfigurationError
from tradestream.local import cron

TABLE = Path(__file__).parents[2] / "charts" / "tradestream" / "rooms.yaml"


@dataclass(frozen=True, slots=True)
class Job:
    """A room that runs to completion on a schedule.

    Attributes:
        room: Its name.
        schedule: When it is due, UTC.
        deadline_seconds: A run that takes longer is ended.
        stage: Place among jobs that are due at once.
    """

    room: str
    schedule: cron.Schedule
    deadline_seconds: float
    stage: int


def read_jobs(table: Path = TABLE) -> tuple[Job, ...]:
    """Return the jobs of the table by stage.

    Raises:
        ConfigurationError: If a job lacks a field, or has an impossible value.
    """
    rooms = yaml.safe_load(table.read_text(encoding="utf-8"))["rooms"]
    jobs = [_job(name, row) for name, row in rooms.items() if row["kind"] == "job"]
    return tuple(sorted(jobs, key=lambda job: (job.stage, job.room)))


def _job(name: str, row: dict[str, object]) -> Job:
    try:
        return Job(
            name,
            cron.parse(str(row["schedule"])),
            float(str(row["deadline_seconds"])),
            int(str(row["stage"])),
        )
    except (KeyError, ValueError) as error:
        raise ConfigurationError(f"room {name} in the table: {error}") from error
