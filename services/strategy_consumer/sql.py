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

SELECT_STORED = """
SELECT evaluation_id, CASE WHEN stale THEN data_fingerprint END
FROM evaluations WHERE evaluation_id = ANY(%s)
"""

# What was judged on candles that were corrected since makes room for the same
# request's answer on the new ones; nothing else is ever overwritten.
INSERT_EVALUATIONS = f"""
INSERT INTO evaluations ({_names(columns.EVALUATIONS)}, created_at)
SELECT {
    _names(columns.EVALUATIONS)
    .replace(" seed", " seed::numeric")
    .replace(" plateau", " nullif(plateau, 'NaN')")
}, %(now)s
FROM incoming_evaluations
ON CONFLICT (evaluation_id) DO UPDATE SET
    {
    ", ".join(
        f"{name} = excluded.{name}"
        for name, _ in columns.EVALUATIONS
        if name not in ("evaluation_id", "strategy_id")
    )
}, created_at = excluded.created_at, stale = false
WHERE evaluations.stale
AND evaluations.data_fingerprint <> excluded.data_fingerprint
"""  # noqa: S608

# A strategy that was there has one best evaluation, and the batch has another:
# the one with more of (score, end of the window, id) stays. `latest` likewise.
UPDATE_CHOSEN = """
UPDATE strategies AS s SET
    best_evaluation_id = CASE
        WHEN (new_best.score, new_best.window_end_at, i.best_evaluation_id)
            > (best.score, best.window_end_at, s.best_evaluation_id)
        THEN i.best_evaluation_id ELSE s.best_evaluation_id END,
    latest_evaluation_id = CASE
        WHEN (new_latest.window_end_at, new_latest.score, i.latest_evaluation_id)
            > (latest.window_end_at, latest.score, s.latest_evaluation_id)
        THEN i.latest_evaluation_id ELSE s.latest_evaluation_id END
FROM incoming_strategies AS i
JOIN evaluations AS new_best ON new_best.evaluation_id = i.best_evaluation_id
JOIN evaluations AS new_latest ON new_latest.evaluation_id = i.latest_evaluation_id,
evaluations AS best, evaluations AS latest
WHERE s.strategy_id = i.strategy_id
AND best.evaluation_id = s.best_evaluation_id
AND latest.evaluation_id = s.latest_evaluation_id
AND (
    (new_best.score, new_best.window_end_at, i.best_evaluation_id)
        > (best.score, best.window_end_at, s.best_evaluation_id)
    OR (new_latest.window_end_at, new_latest.score, i.latest_evaluation_id)
        > (latest.window_end_at, latest.score, s.latest_evaluation_id)
)
"""

# Also when a stale evaluation made room for another with the same id.
UPDATE_CHOSEN_NUMBERS = """
UPDATE strategies AS s SET
    best_score = best.score, latest_window_end_at = latest.window_end_at
FROM incoming_strategies AS i, evaluations AS best, evaluations AS latest
WHERE s.strategy_id = i.strategy_id
AND best.evaluation_id = s.best_evaluation_id
AND latest.evaluation_id = s.latest_evaluation_id
AND (s.best_score, s.latest_window_end_at)
    IS DISTINCT FROM (best.score, latest.window_end_at)
"""

INSERT_TRIALS = f"""
INSERT INTO trials ({_names(columns.TRIALS)}, created_at)
SELECT {_names(columns.TRIALS)}, %(now)s
FROM incoming_trials
ON CONFLICT (request_id) DO NOTHING
"""  # noqa: S608


SELECT_EXAMS = """
SELECT
    request_id, symbol, interval, exam_number,
    extract(epoch FROM window_start_at)::bigint,
    extract(epoch FROM window_end_at)::bigint,
    design_hash, coalesce(members, '{}'), answered_at IS NOT NULL
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
INSERT INTO exam_passes (request_id, strategy_id, evaluation_id, t, members)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (request_id, strategy_id) DO NOTHING
"""
