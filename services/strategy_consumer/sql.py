"""The statements of this room.

Rows are copied into temporary tables, then upserted in one statement a table.
"""

from services.strategy_consumer import columns

Columns = tuple[tuple[str, str], ...]


def _names(table: Columns) -> str:
    return ", ".join(name for name, _ in table)


def _temporary(name: str, table: Columns) -> str:
    body = ", ".join(f"{column} {kind}" for column, kind in table)
    return f"CREATE TEMPORARY TABLE {name} ({body}) ON COMMIT DELETE ROWS"


CREATE_TEMPORARY = ";\n".join(
    [
        _temporary("incoming_strategies", columns.STRATEGIES),
        _temporary("incoming_evaluations", columns.EVALUATIONS),
        _temporary("incoming_trials", columns.TRIALS),
        """CREATE TEMPORARY TABLE fresh_evaluations (
            evaluation_id text, strategy_id text, score double precision,
            window_end_at timestamptz
        ) ON COMMIT DELETE ROWS""",
    ]
)

# One consumer writes at a time; another one waits for its turn.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('strategy_consumer'))"

COPY = {
    table: f"COPY {table} FROM STDIN (FORMAT binary)"
    for table in ("incoming_strategies", "incoming_evaluations", "incoming_trials")
}

INSERT_STRATEGIES = f"""
INSERT INTO strategies ({_names(columns.STRATEGIES)}, status_changed_at, created_at)
SELECT {_names(columns.STRATEGIES)}, %(now)s, %(now)s
FROM incoming_strategies
ON CONFLICT (strategy_id) DO NOTHING
"""  # noqa: S608 - names of our own columns

# What is new is kept aside: only its strategies can have a new best or latest.
INSERT_EVALUATIONS = f"""
WITH inserted AS (
    INSERT INTO evaluations ({_names(columns.EVALUATIONS)}, created_at)
    SELECT {
    _names(columns.EVALUATIONS)
    .replace(" seed", " seed::numeric")
    .replace(" plateau", " nullif(plateau, 'NaN')")
}, %(now)s
    FROM incoming_evaluations
    ON CONFLICT (evaluation_id) DO NOTHING
    RETURNING evaluation_id, strategy_id, score, window_end_at
)
INSERT INTO fresh_evaluations SELECT * FROM inserted
"""  # noqa: S608

INSERT_TRIALS = f"""
INSERT INTO trials ({_names(columns.TRIALS)}, created_at)
SELECT {_names(columns.TRIALS)}, %(now)s
FROM incoming_trials
ON CONFLICT (request_id) DO NOTHING
"""  # noqa: S608


def _update_chosen(column: str, order: str) -> str:
    """Point `column` at the first evaluation by `order`, where that is new."""
    first, second = order.split(", ")
    rank = '{0}.{1}, {0}.{2}, {0}.evaluation_id COLLATE "C"'
    return f"""
    UPDATE strategies AS s SET {column} = fresh.evaluation_id
    FROM (
        SELECT DISTINCT ON (strategy_id) *
        FROM fresh_evaluations
        ORDER BY
            strategy_id, {first} DESC, {second} DESC,
            evaluation_id COLLATE "C" DESC
    ) AS fresh
    WHERE s.strategy_id = fresh.strategy_id
    AND s.{column} IS DISTINCT FROM fresh.evaluation_id
    AND NOT EXISTS (
        SELECT FROM evaluations AS chosen
        WHERE chosen.evaluation_id = s.{column}
        AND ({rank.format("chosen", first, second)})
            > ({rank.format("fresh", first, second)})
    )
    """  # noqa: S608


UPDATE_BEST = _update_chosen("best_evaluation_id", "score, window_end_at")
UPDATE_LATEST = _update_chosen("latest_evaluation_id", "window_end_at, score")

SELECT_EXAMS = """
SELECT
    request_id, symbol, interval, exam_number,
    extract(epoch FROM window_start_at)::bigint,
    extract(epoch FROM window_end_at)::bigint,
    design_hash, answered_at IS NOT NULL
FROM exams WHERE request_id = ANY(%s)
"""

UPDATE_EXAM = """
UPDATE exams SET
    answered_at = %(now)s, genomes = %(genomes)s, eligible = %(eligible)s,
    resamples = %(resamples)s, critical_value = %(critical_value)s,
    best_t = %(best_t)s, data_fingerprint = %(data_fingerprint)s,
    code_version = %(code_version)s
WHERE request_id = %(request_id)s AND answered_at IS NULL
"""

INSERT_EXAMINED = """
INSERT INTO exam_passes (request_id, strategy_id, evaluation_id, t)
VALUES (%s, %s, %s, %s)
ON CONFLICT (request_id, strategy_id) DO NOTHING
"""
