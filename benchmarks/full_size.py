"""The figures of the full size on real servers: `make benchmark BENCH=full_size`.

Kafka, InfluxDB, Postgres, and Flink as `make full-parts` brings them. ARGS chooses
parts (`--only=bus,candles,records`) and how many evaluations the records hold
(`--evaluations=10000000`, some 9 GB of disk and ten minutes to write).
"""

import argparse
import sys
from collections.abc import Callable

from benchmarks.figures import Figure, report

PARTS = ("bus", "candles", "flink", "memory", "records")
EVALUATIONS = 10_000_000


def main() -> int:
    """Measure, print, and write build/benchmarks/full_size.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--evaluations", type=int, default=EVALUATIONS)
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}, was {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for part in chosen:
        print(f"measuring {part}", file=sys.stderr, flush=True)
        figures += _measures(options.evaluations)[part]()
    return report("full_size", figures)


def _measures(evaluations: int) -> dict[str, Callable[[], list[Figure]]]:
    # Imported late, so that a part can be measured without what others need.
    def bus() -> list[Figure]:
        from benchmarks import _full_size_bus as part

        return [*part.measure_factory(), *part.measure_pipeline()]

    def candles() -> list[Figure]:
        from benchmarks import _full_size_candles as part

        return part.figures()

    def flink() -> list[Figure]:
        from benchmarks import _full_size_flink as part

        return part.measure()

    def memory() -> list[Figure]:
        from benchmarks import _full_size_memory as part

        return part.measure()

    def records() -> list[Figure]:
        from benchmarks import _full_size_records as part

        return part.measure(evaluations)

    return {
        "bus": bus,
        "candles": candles,
        "flink": flink,
        "memory": memory,
        "records": records,
    }


if __name__ == "__main__":
    sys.exit(main())
