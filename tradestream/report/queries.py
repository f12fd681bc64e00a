"""The SQL of the page; columns are named after the attributes of `model`."""

STATUS_COUNTS = """
SELECT symbol, status, count(*) AS strategies
FROM strategies
GROUP BY symbol, status
"""

# The ledger: what all searches tried, by the length of their windows.
LEDGER = """
SELECT symbol, extract(epoch FROM window_end_at - window_start_at)::bigint AS seconds,
    count(*) AS searches, sum(trials)::bigint AS trials,
    sum(trials_with_trades)::bigint AS traded, sum(sharpe_sum) AS sharpe_sum,
    sum(results)::bigint AS results,
    count(*) FILTER (WHERE certificate = 'exhaustive') AS exhaustive
FROM trials
GROUP BY symbol, seconds
ORDER BY symbol, seconds
"""

# How strategies did on paper after verdicts; scored as `tradestream gate` does.
PAPER = """
SELECT symbol, verdict, hours, excess_sum, excess_square_sum, raw_return
FROM paper_records
WHERE hours > 0
ORDER BY symbol, verdict, strategy_id, since_at
"""

TRIALS = """
SELECT symbol, sum(trials) AS trials, count(*) AS searches
FROM trials
GROUP BY symbol
"""

# Written by strategy_confidence_scorer into one strategy of each symbol.
OUTLOOKS = """
SELECT symbol, max(status_reason) AS outlook
FROM strategies
WHERE status_reason LIKE 'not yet provable%'
GROUP BY symbol
"""

# The evaluation shown is the one over the longest window, the newest of equals; an
# approved strategy is drawn from the anchor that its live signals start at. Of
# unproven ones, which are often neighbours, three of each type are enough to see.
STRATEGIES = """
WITH scored AS (
    SELECT strategies.*, score, performance, frequency, recency,
        row_number() OVER (
            PARTITION BY strategies.symbol, strategy_name, status
            ORDER BY score DESC NULLS LAST, strategy_id
        ) AS place_of_kind
    FROM strategies
    LEFT JOIN strategy_scores USING (strategy_id)
), ranked AS (
    SELECT *,
        row_number() OVER (
            PARTITION BY symbol
            ORDER BY array_position(%s, status), score DESC NULLS LAST, strategy_id
        ) AS place
    FROM scored
    WHERE status IN ('validated', 'probation') OR place_of_kind <= 3
)
SELECT ranked.strategy_id, ranked.symbol, ranked.interval, ranked.strategy_name,
    ranked.parameters, ranked.status, ranked.status_reason AS reason,
    ranked.status_changed_at,
    (SELECT count(*) FROM evaluations WHERE strategy_id = ranked.strategy_id)
        AS evaluations,
    coalesce(approved.anchor_at, evaluation.anchor_at) AS anchor_at,
    evaluation.window_end_at,
    coalesce(approved.price_tick, evaluation.price_tick) AS price_tick,
    coalesce(approved.volume_lot, evaluation.volume_lot) AS volume_lot,
    evaluation.fee_bps, evaluation.slippage_bps,
    coalesce(evaluation.metrics, '{}') AS metrics, evaluation.plateau,
    ranked.score, ranked.performance, ranked.frequency, ranked.recency
FROM ranked
LEFT JOIN approved_strategies AS approved USING (strategy_id)
LEFT JOIN LATERAL (
    SELECT *
    FROM evaluations
    WHERE strategy_id = ranked.strategy_id
    ORDER BY stale, window_end_at - window_start_at DESC, window_end_at DESC,
        evaluation_id
    LIMIT 1
) AS evaluation ON true
WHERE place <= %s
ORDER BY ranked.symbol, place
"""

EXAMS = """
SELECT symbol, exam_number AS number, window_start_at, window_end_at, alpha,
    requested_at, answered_at, settled_at, genomes, eligible, resamples,
    critical_value, best_t, stale,
    ARRAY(
        SELECT t FROM exam_passes WHERE request_id = exams.request_id ORDER BY t DESC
    ) AS passing_t
FROM exams
ORDER BY symbol, exam_number DESC
"""

CLAIMS = """
SELECT claims.symbol, claim_number AS number, budget, strategy_id, strategy_name,
    born_at,
    folded_until, evidence, trips, raw_return, state, closed_reason
FROM claims
JOIN strategies USING (strategy_id)
ORDER BY claims.symbol, state = 'closed', evidence DESC, claim_number
LIMIT 5000
"""

POSITIONS = """
SELECT strategy_id, symbol, strategy_name, size, risk_distance, break_even_fee_bps,
    binding_limit, as_of
FROM sized_positions
ORDER BY symbol, size DESC, strategy_id
"""

SIGNALS = """
SELECT signal_id, strategy_id, symbol, strategy_name, bar_open_at, action,
    reference_price, size, emitted_at, replayed
FROM (
    SELECT trade_signals.*, strategies.strategy_name,
        row_number() OVER (
            PARTITION BY trade_signals.symbol ORDER BY bar_open_at DESC, signal_id
        ) AS place
    FROM trade_signals
    JOIN strategies USING (strategy_id)
) AS newest
WHERE place <= %s
ORDER BY symbol, bar_open_at DESC, signal_id
"""
